package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Shows each frame where it lies in the input. State: the view of the input that was decoded last, for that is nearly
 * always the one its event loop reads into, and then a frame costs no allocation.
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
        long length = header.peek(in);
        if (length > maxFrameBytes) {
            throw LengthPrefixed.tooLong(length, maxFrameBytes);
        }
        int n = (int) length;
        if (n < 0) {
            return needsMore();
        }
        int start = in.position() + header.bytes(n);
        int end = start + n;
        if (in.limit() - start < n) {
            return needsMore();
        }
        in.position(end);
        return viewOf(in).limit(end).position(start);
    }

    private ByteBuffer viewOf(ByteBuffer in) {
        if (in != source) {
            source = in;
            view = in.asReadOnlyBuffer();
        }
        return view.order(ByteOrder.BIG_ENDIAN);
    }

    /** A loop's own buffer is direct and outlives the connection; another one is not kept from the garbage collector. */
    private @Nullable ByteBuffer needsMore() {
        if (!source.isDirect()) {
            source = NONE;
            view = NONE;
        }
        return null;
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
