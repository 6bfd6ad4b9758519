package io.github.packetboat.examples.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * What an expert puts in the place of LengthFieldPrepender: frames the messages one after the other into one buffer, so
 * that the rest of the pipeline and the socket see one write for each flush.
 */
final class NettyBatchEncoder extends ChannelOutboundHandlerAdapter {
    private static final int INITIAL_BYTES = 16 * 1024;

    private ByteBuf gathered; // null when there is nothing

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf body = (ByteBuf) message;
        int length = body.readableBytes();
        if (gathered == null) {
            gathered = context.alloc().directBuffer(Math.max(INITIAL_BYTES, ServerContract.HEADER_BYTES + length));
        }
        gathered.writeInt(length).writeBytes(body);
        body.release();
        if (!promise.isVoid()) {
            promise.trySuccess();
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        if (gathered != null) {
            ByteBuf all = gathered;
            gathered = null;
            context.write(all, context.voidPromise());
        }
        context.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
