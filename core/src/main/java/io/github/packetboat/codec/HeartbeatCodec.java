package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A codec one of whose messages only says that the peer is alive. */
final class HeartbeatCodec<M> implements Codec<M> {
    private final Codec<M> codec;
    private final M beat;
    private final Predicate<? super M> isBeat;

    HeartbeatCodec(Codec<M> codec, M beat, Predicate<? super M> isBeat) {
        if (codec instanceof Conversation) {
            throw new IllegalStateException("this codec has heartbeats of its own: drop heartbeat(…)");
        }
        this.codec = codec;
        this.beat = beat;
        this.isBeat = isBeat;
    }

    @Override
    public @Nullable M decode(ByteBuffer in) throws CodecException {
        M message = codec.decode(in);
        while (message != null && isBeat.test(message)) {
            // Codecs that take all there is would make a message of nothing, for ever.
            message = in.hasRemaining() ? codec.decode(in) : null;
        }
        return message;
    }

    @Override
    public void encode(M message, FrameBuffer out) throws CodecException {
        codec.encode(message, out);
    }

    @Override
    public int maxFrameBytes() {
        return codec.maxFrameBytes();
    }

    @Override
    public boolean decodesToViews() {
        return codec.decodesToViews();
    }

    @Override
    public M heartbeat() {
        return beat;
    }
}
