package io.github.packetboat.websocket;

import org.jspecify.annotations.Nullable;

/**
 * The writers of one factory's connections. A writer keeps nothing, and what handshakes agree on is nearly always the same:
 * so connections share them, rather than keep one each. Thread-safe.
 */
final class Writers<M> {
    private final Encoding<M> encoding;
    private final FrameWriter<M> plain;
    private final FrameWriter<M> deflating;

    /** @param masks whether frames are masked, as a client's must be */
    Writers(Kind<M> kind, boolean masks, Sizes sizes) {
        this.encoding = new Encoding<>(kind, masks, null, sizes);
        this.plain = new FrameWriter<>(encoding);
        this.deflating = new FrameWriter<>(encoding.with(new Deflate(Deflate.MAX_WINDOW_BITS)));
    }

    Kind<M> kind() {
        return encoding.kind();
    }

    boolean areClients() {
        return encoding.masks();
    }

    Sizes sizes() {
        return encoding.sizes();
    }

    FrameWriter<M> plain() {
        return plain;
    }

    /** The writer that compresses as was agreed on, or not at all if that is null. */
    FrameWriter<M> that(@Nullable Deflate deflate) {
        if (deflate == null) {
            return plain;
        }
        return deflate.windowBits() == Deflate.MAX_WINDOW_BITS ? deflating : new FrameWriter<>(encoding.with(deflate));
    }
}
