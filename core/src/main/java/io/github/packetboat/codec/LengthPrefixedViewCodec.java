package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Shows each frame where it lies in the input. State: a view of the first input there was. That is the buffer its event
 * loop reads into, as nearly all later ones are, and so a frame costs no allocation. Any other holds an unfinished frame
 * and may be large: a codec that waits for the next must not keep it from the garbage collector.
 */
final class LengthPrefixedViewCodec implements Codec<ByteBuffer> {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final LengthHeader header;
    private final int maxFrameBytes;
    private ByteBuffer source = NONE;
    private ByteBuffer view = NONE;

    LengthPrefixedViewCodec(LengthHeader header, int maxFrameBytes) {
        this.header = header;
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public @Nullable ByteBuffer decode(ByteBuffer in) throws CodecException {
        if (source == NONE) {
            source = in;
            view = in.asReadOnlyBuffer();
        }
        long length = header.peek(in);
        if (length > maxFrameBytes) {
            throw LengthPrefixed.tooLong(length, maxFrameBytes);
        }
        int n = (int) length;
        if (n < 0) {
            return null;
        }
        int start = in.position() + header.bytes(n);
        int end = start + n;
        if (in.limit() - start < n) {
            return null;
        }
        in.position(end);
        ByteBuffer frame = in == source ? view.order(ByteOrder.BIG_ENDIAN) : in.asReadOnlyBuffer();
        return frame.limit(end).position(start);
    }

    @Override
    public void encode(ByteBuffer frame, FrameBuffer out) throws CodecException {
        int n = frame.remaining();
        if (n > maxFrameBytes) {
            throw LengthPrefixed.tooLong(n, maxFrameBytes);
        }
        header.put(n, out);
        out.put(frame);
    }

    @Override
    public int maxFrameBytes() {
        return LengthPrefixed.withHeader(header, maxFrameBytes);
    }

    @Override
    public boolean decodesToViews() {
        return true;
    }
}
