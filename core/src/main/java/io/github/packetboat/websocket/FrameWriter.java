package io.github.packetboat.websocket;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes frames (RFC 6455 §5). Keeps nothing from one message to the next. Thread-safe. */
final class FrameWriter<M> implements Codec<M> {
    private final Encoding<M> encoding;
    private final Kind<M> kind;
    private final boolean masks;
    private final @Nullable Deflate deflate;
    private final int maxFrameBytes;
    private final int maxMessageBytes;

    FrameWriter(Encoding<M> encoding) {
        this.encoding = encoding;
        this.kind = encoding.kind();
        this.masks = encoding.masks();
        this.deflate = encoding.deflate();
        this.maxFrameBytes = encoding.sizes().maxFrameBytes();
        this.maxMessageBytes = encoding.sizes().maxMessageBytes();
    }

    Encoding<M> encoding() {
        return encoding;
    }

    @Override
    public M decode(ByteBuffer in) {
        throw new UnsupportedOperationException("this codec only encodes");
    }

    @Override
    public void encode(M message, FrameBuffer out) throws CodecException {
        int opcode = kind.opcode(message);
        byte[] payload = kind.payload(message);
        if (payload.length > maxMessageBytes) {
            throw new CodecException(
                    "message of %d bytes exceeds maxMessageBytes=%d".formatted(payload.length, maxMessageBytes));
        }
        byte[] deflated = deflate == null ? null : deflate.deflate(payload);
        if (deflated != null) {
            data(Frame.RSV1 | opcode, deflated, deflated.length, true, out);
        } else {
            data(opcode, payload, payload.length, opcode == Frame.TEXT, out);
        }
    }

    /**
     * Writes a message, in as many frames as it needs.
     *
     * @param own whether {@code payload} may be written to
     */
    private void data(int firstBits, byte[] payload, int length, boolean own, FrameBuffer out) {
        if (length <= maxFrameBytes) {
            frame(Frame.FIN | firstBits, payload, 0, length, own, out);
            return;
        }
        for (int from = 0; from < length; from += maxFrameBytes) {
            int n = Math.min(maxFrameBytes, length - from);
            int bits = (from == 0 ? firstBits : Frame.CONTINUATION) | (from + n == length ? Frame.FIN : 0);
            frame(bits, payload, from, n, own, out);
        }
    }

    private void frame(int firstByte, byte[] payload, int from, int length, boolean own, FrameBuffer out) {
        header(firstByte, length, out);
        if (!masks) {
            out.put(payload, from, length);
            return;
        }
        int key = Masking.nextKey();
        out.putInt(key);
        byte[] bytes = own ? payload : Arrays.copyOfRange(payload, from, from + length);
        int start = own ? from : 0;
        Masking.mask(bytes, start, length, key, 0);
        out.put(bytes, start, length);
    }

    private void header(int firstByte, int length, FrameBuffer out) {
        int mask = masks ? Frame.MASK : 0;
        if (length <= Frame.MAX_7_BIT_LENGTH) {
            out.putShort(firstByte << 8 | mask | length);
        } else if (length <= Frame.MAX_16_BIT_LENGTH) {
            out.putInt((firstByte << 8 | mask | Frame.LENGTH_IN_16_BITS) << 16 | length);
        } else {
            out.putShort(firstByte << 8 | mask | Frame.LENGTH_IN_64_BITS).putLong(length);
        }
    }

    /** Writes a control frame; {@code payload} has {@link Frame#MAX_CONTROL_BYTES} at most, and may be written to. */
    void control(int opcode, byte[] payload, FrameBuffer out) {
        frame(Frame.FIN | opcode, payload, 0, payload.length, true, out);
    }
}
