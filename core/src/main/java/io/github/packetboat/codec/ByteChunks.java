package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes as they arrive. */
final class ByteChunks implements Codec<byte[]> {

    @Override
    public byte @Nullable [] decode(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return null;
        }
        byte[] chunk = new byte[in.remaining()];
        in.get(chunk);
        return chunk;
    }

    @Override
    public void encode(byte[] chunk, FrameBuffer out) {
        out.put(chunk);
    }

    /** Nothing is ever left unread. */
    @Override
    public int maxFrameBytes() {
        return 1;
    }
}
