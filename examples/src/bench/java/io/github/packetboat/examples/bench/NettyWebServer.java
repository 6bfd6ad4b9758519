package io.github.packetboat.examples.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.concurrent.GlobalEventExecutor;

/** WebSocket on Netty 4.2, one worker thread, text as strings, one flush for all messages of a read. */
public final class NettyWebServer {
    private final WebScenario scenario;
    private final ChannelGroup everyone = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private NettyWebServer(WebScenario scenario) {
        this.scenario = scenario;
    }

    public static void main(String[] args) throws InterruptedException {
        new NettyWebServer(WebScenario.valueOf(args[1])).start(Integer.parseInt(args[0]));
        ServerContract.ready();
    }

    private void start(int port) throws InterruptedException {
        boolean epoll = "epoll".equals(System.getProperty("bench.transport"));
        new ServerBootstrap()
                .group(
                        new MultiThreadIoEventLoopGroup(1, transport(epoll)),
                        new MultiThreadIoEventLoopGroup(1, transport(epoll)))
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, ServerContract.BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(8192))
                                .addLast(new WebSocketServerProtocolHandler("/chat"))
                                .addLast(new Listener());
                    }
                })
                .bind("127.0.0.1", port)
                .sync();
    }

    private static IoHandlerFactory transport(boolean epoll) {
        return epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    private final class Listener extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            everyone.add(context.channel());
            context.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            TextWebSocketFrame frame = (TextWebSocketFrame) message;
            String text = frame.text();
            frame.release();
            if (scenario == WebScenario.ECHO) {
                context.write(new TextWebSocketFrame(text), context.voidPromise());
            } else {
                everyone.write(new TextWebSocketFrame(text), channel -> true, true);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (scenario == WebScenario.ECHO) {
                context.flush();
            } else {
                everyone.flush();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
