package io.github.packetboat.examples.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.security.GeneralSecurityException;

/**
 * A server for the benchmark on Netty 4.2, one worker thread. As it is usually written, unless system properties say
 * otherwise: {@code bench.transport=epoll} for the native transport, {@code bench.batch=true} for an encoder that
 * gathers all replies to one read. Bounds checks and leak detection are switched by Netty's own properties.
 */
public final class NettyServer {
    private final ServerContract contract;
    private final boolean epoll = "epoll".equals(System.getProperty("bench.transport", "nio"));
    private final boolean batch = Boolean.getBoolean("bench.batch");
    private final SslContext tls; // null: no encryption
    private final ChannelGroup everyone = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private NettyServer(ServerContract contract) throws IOException, GeneralSecurityException {
        this.contract = contract;
        tls = contract.encrypts()
                ? SslContextBuilder.forServer(ServerContract.keys())
                        .sslProvider(SslProvider.JDK)
                        .protocols("TLSv1.3")
                        .build()
                : null;
    }

    public static void main(String[] args) throws IOException, GeneralSecurityException, InterruptedException {
        new NettyServer(ServerContract.parseOrExit(NettyServer.class, args)).start();
        ServerContract.ready();
    }

    private void start() throws InterruptedException {
        new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, transport()), new MultiThreadIoEventLoopGroup(1, transport()))
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, ServerContract.BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        build(channel.pipeline());
                    }
                })
                .bind(contract.address())
                .sync();
    }

    private IoHandlerFactory transport() {
        return epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    private void build(ChannelPipeline pipeline) {
        if (tls != null) {
            pipeline.addLast(tls.newHandler(pipeline.channel().alloc()));
        }
        int header = ServerContract.HEADER_BYTES;
        pipeline.addLast(new LengthFieldBasedFrameDecoder(ServerContract.MAX_FRAME_BYTES, 0, header, 0, header));
        ChannelHandler encoder = batch ? new NettyBatchEncoder() : new LengthFieldPrepender(header);
        pipeline.addLast(encoder);
        pipeline.addLast(contract.broadcasts() ? new NettyBroadcast(everyone) : new NettyEcho());
    }
}
