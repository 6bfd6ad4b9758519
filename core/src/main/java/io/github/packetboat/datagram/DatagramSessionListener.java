package io.github.packetboat.datagram;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What an application does with datagrams where it wants to know each peer again: as {@link DatagramListener}, whose rules of
 * order, threads and failures hold here too, but with a session in place of the sender.
 *
 * @param <M> the type of message
 */
@FunctionalInterface
public interface DatagramSessionListener<M> {

    /**
     * A datagram of this peer has come.
     *
     * @param message belongs to the listener, except where the codec's messages are views: these are valid until this
     *     method returns
     */
    void onMessage(DatagramSession<M> session, M message) throws Exception;

    /** A peer is heard of for the first time, or again after its session has ended. Its message comes next. */
    default void onOpen(DatagramSession<M> session) throws Exception {}

    /** The session has ended. It is the last call for it, and comes exactly once. */
    default void onClose(DatagramSession<M> session, DatagramSession.End end) throws Exception {}

    /**
     * Something went wrong that concerns one datagram; the endpoint goes on.
     *
     * @param peer as for {@link DatagramListener#onError}
     * @param failure as for {@link DatagramListener#onError}
     */
    default void onError(@Nullable InetSocketAddress peer, IOException failure) throws Exception {}
}
