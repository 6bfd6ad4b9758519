package io.github.packetboat.codec;

import java.util.Objects;
import java.util.function.Predicate;

/**
 * Makes the codecs of a server or client, at least one for each connection. Thread-safe.
 *
 * @param <M> the type of message
 */
@FunctionalInterface
public interface CodecFactory<M> {

    /** A new codec in its initial state. */
    Codec<M> create();

    /**
     * The same frames as messages of your own type:
     *
     * <pre>{@code
     * CodecFactory<Chat> chat = Codecs.lines().map(json -> mapper.readValue(json, Chat.class), mapper::writeValueAsString);
     * }</pre>
     *
     * <p>A conversion that throws (a {@code StackOverflowError}, which a peer can bring about by nesting, counts as an
     * exception), or returns null, makes a {@link CodecException}, with what it threw as the cause. The messages are no
     * longer {@linkplain Codec#decodesToViews views}, so {@code decode} must copy what it keeps of one.
     *
     * @param decode makes a message of what came in
     * @param encode makes what goes out of a message
     */
    default <T> CodecFactory<T> map(
            Conversion<? super M, ? extends T> decode, Conversion<? super T, ? extends M> encode) {
        Objects.requireNonNull(decode, "decode");
        Objects.requireNonNull(encode, "encode");
        return new MappedFactory<>(this, decode, encode);
    }

    /**
     * The same codec with {@code beat} as its {@linkplain Codec#heartbeat heartbeat}: sent by a connection that has been
     * silent, and taken out of what comes in. Call it after {@link #map}. A {@link Conversation} has heartbeats of its own and
     * takes no other.
     *
     * @param beat must not change any more if it is an array or buffer
     * @param isBeat whether a message that came in is a heartbeat; must leave it as it is. Called by several threads at once
     */
    default CodecFactory<M> heartbeat(M beat, Predicate<? super M> isBeat) {
        Objects.requireNonNull(beat, "beat");
        Objects.requireNonNull(isBeat, "isBeat");
        return () -> new HeartbeatCodec<>(create(), beat, isBeat);
    }

    /** As {@link #heartbeat(Object, Predicate)} for what equals {@code beat}; arrays are equal if their elements are. */
    default CodecFactory<M> heartbeat(M beat) {
        return heartbeat(beat, message -> Objects.deepEquals(message, beat));
    }
}
