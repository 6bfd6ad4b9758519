package io.github.packetboat.codec;

/**
 * Makes the codecs of a server or client, at least one for each connection. Thread-safe.
 *
 * @param <M> the type of message
 */
@FunctionalInterface
public interface CodecFactory<M> {

    /** A new codec in its initial state. */
    Codec<M> create();
}
