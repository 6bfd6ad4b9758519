package io.github.packetboat.websocket;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecFactory;
import org.jspecify.annotations.Nullable;

/**
 * How messages become frames, as a handshake settled it: connections for which it is equal share the bytes of a broadcast.
 *
 * @param masks whether frames are masked, as a client's must be
 * @param deflate how messages are compressed, or null if they are not
 */
record Encoding<M>(Kind<M> kind, boolean masks, @Nullable Deflate deflate, Sizes sizes) implements CodecFactory<M> {
    /** The same, compressed in another way. */
    Encoding<M> with(Deflate other) {
        return new Encoding<>(kind, masks, other, sizes);
    }

    @Override
    public Codec<M> create() {
        return new FrameWriter<>(this);
    }
}
