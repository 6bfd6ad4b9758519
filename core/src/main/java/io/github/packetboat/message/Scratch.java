package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;

/** Where a thread that is no event loop encodes a message: one for each thread, whatever connections it sends to. */
final class Scratch {
    private static final int BYTES = 4 * 1024;
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final ByteBuffer own = ByteBuffer.allocate(BYTES);
    private final FrameBuffer frame = FrameBuffer.allocate(0);
    private boolean taken;

    /** The thread's own; a new one if that is in use, since a codec sends while it encodes. */
    static Scratch take() {
        Scratch scratch = OF_THREAD.get();
        if (scratch.taken) {
            scratch = new Scratch();
        }
        scratch.taken = true;
        return scratch;
    }

    void giveBack() {
        taken = false;
    }

    /**
     * The frame that {@code codec} makes of {@code message}.
     *
     * @throws IllegalArgumentException if it cannot be encoded
     */
    <M> ByteBuffer encode(Codec<M> codec, M message) {
        frame.begin(own.clear(), false);
        try {
            codec.encode(message, frame);
        } catch (CodecException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return frame.bytes().flip();
    }

    /** Whether {@code encoded} is this object's own buffer, and so to be copied, rather than one made for a large frame. */
    boolean isOwn(ByteBuffer encoded) {
        return encoded == own;
    }
}
