package io.github.packetboat.examples.bench;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelMatchers;

/** Writes each message to every open connection and flushes once for all messages of a read. */
final class NettyBroadcast extends ChannelInboundHandlerAdapter {
    private final ChannelGroup everyone;
    private boolean wrote;

    NettyBroadcast(ChannelGroup everyone) {
        this.everyone = everyone;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        everyone.add(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        everyone.write(message, ChannelMatchers.all(), true);
        wrote = true;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (wrote) {
            wrote = false;
            everyone.flush();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
