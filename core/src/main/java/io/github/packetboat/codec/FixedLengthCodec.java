package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Frames that all have the same length. Holds no state. */
final class FixedLengthCodec implements Codec<byte[]> {
    private final int bytes;

    FixedLengthCodec(int bytes) {
        this.bytes = bytes;
    }

    @Override
    public byte @Nullable [] decode(ByteBuffer in) {
        if (in.remaining() < bytes) {
            return null;
        }
        byte[] frame = new byte[bytes];
        in.get(frame);
        return frame;
    }

    @Override
    public void encode(byte[] frame, FrameBuffer out) throws CodecException {
        if (frame.length != bytes) {
            throw new CodecException("frame of %d bytes is not of fixedLength=%d".formatted(frame.length, bytes));
        }
        out.put(frame);
    }

    @Override
    public int maxFrameBytes() {
        return bytes;
    }
}
