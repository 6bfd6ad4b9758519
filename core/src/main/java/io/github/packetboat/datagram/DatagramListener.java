package io.github.packetboat.datagram;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What an application does with the datagrams of an endpoint. A lambda does for {@link #onMessage}; a class may override the
 * rest.
 *
 * <p><b>Order.</b> {@link #onOpen} is the first call, {@link #onClose} the last, and both come exactly once. The calls of one
 * endpoint never overlap and come in the order of arrival, unless it has several {@linkplain
 * DatagramEndpointBuilder#shards shards}: then those of different shards may overlap, while those of one sender, which the
 * kernel leads to one shard, still do not.
 *
 * <p><b>Thread.</b> {@link #onOpen} comes on the thread that binds. All else comes on the endpoint's event loop, which must
 * not be blocked, or on the executor given to the builder, where it may block. What {@link #onMessage}, {@link #onError} or
 * {@link #onClose} throws is counted ({@link DatagramStats#listenerFailures()}) and logged, at most ten times a second, and
 * the endpoint goes on: no datagram that a stranger makes up can end it.
 *
 * @param <M> the type of message
 */
@FunctionalInterface
public interface DatagramListener<M> {

    /**
     * A datagram has come, maybe an empty one.
     *
     * @param sender who sent it, as the datagram says: over UDP that may be forged
     * @param message belongs to the listener, except where the codec's messages are views: these are valid until this
     *     method returns
     */
    void onMessage(InetSocketAddress sender, M message) throws Exception;

    /**
     * The endpoint is bound, and nothing can have arrived yet: for listeners that answer. What this throws, {@code bind} or
     * {@code connect} throws, when the endpoint has been closed and its port is free.
     */
    default void onOpen(DatagramEndpoint<M> endpoint) {}

    /**
     * Something went wrong that concerns one datagram; the endpoint goes on. Everything told here is counted in {@link
     * DatagramStats} too, and if very many such errors come from sends of other threads at once, or the executor has no
     * room for one, some are counted only.
     *
     * @param peer who sent the datagram, or whom it was sent to; null if that is not known
     * @param failure a {@link io.github.packetboat.codec.CodecException} if a datagram that came could not be decoded, and was
     *     dropped; a {@link java.net.PortUnreachableException} if nobody listens at the address that this endpoint is
     *     {@linkplain DatagramEndpointBuilder#connect connected} to (the kernel does not tell endpoints that are not
     *     connected); another if the kernel could not send
     */
    default void onError(@Nullable InetSocketAddress peer, IOException failure) throws Exception {}

    /** The endpoint is closed; nothing is called after this. */
    default void onClose() throws Exception {}
}
