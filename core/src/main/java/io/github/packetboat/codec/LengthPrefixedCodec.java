package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Copies each frame out of the input. Holds no state. */
final class LengthPrefixedCodec implements Codec<byte[]> {
    private final LengthHeader header;
    private final int maxFrameBytes;

    LengthPrefixedCodec(LengthHeader header, int maxFrameBytes) {
        this.header = header;
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public byte @Nullable [] decode(ByteBuffer in) throws CodecException {
        long length = header.peek(in);
        if (length > maxFrameBytes) {
            throw LengthPrefixed.tooLong(length, maxFrameBytes);
        }
        int n = (int) length;
        if (n < 0) {
            return null;
        }
        int start = in.position() + header.bytes(n);
        if (in.limit() - start < n) {
            return null;
        }
        byte[] frame = new byte[n];
        in.get(start, frame).position(start + n);
        return frame;
    }

    @Override
    public void encode(byte[] frame, FrameBuffer out) throws CodecException {
        if (frame.length > maxFrameBytes) {
            throw LengthPrefixed.tooLong(frame.length, maxFrameBytes);
        }
        header.put(frame.length, out);
        out.put(frame);
    }

    @Override
    public int maxFrameBytes() {
        return LengthPrefixed.withHeader(header, maxFrameBytes);
    }
}
