package io.github.packetboat.datagram;

import java.net.InetSocketAddress;
import java.util.Map;

/**
 * What an endpoint keeps of one peer that it has heard of. UDP has no connections: a session begins with the first datagram
 * of an address and ends when nothing came for a while, when too many others came, or when one of the two ends is closed.
 * Thread-safe.
 *
 * @param <M> the type of message
 */
public interface DatagramSession<M> {

    /** Why a session ended. */
    enum End {
        /** Nothing came for {@link SessionLimits#idleTimeout()}. */
        IDLE,
        /** There were {@link SessionLimits#maxSessions()} others that had been heard of since. */
        DISPLACED,
        /** {@link DatagramSession#close()} was called. */
        CLOSED,
        /** The endpoint was closed. */
        ENDPOINT_CLOSED
    }

    /**
     * Sends {@code message} to the peer, as {@link DatagramEndpoint#send(Object, InetSocketAddress)} does.
     *
     * @return false if it is not accepted: the session or the endpoint has ended, the queue is full, or it would be more than
     *     {@link SessionLimits#amplification()} allows
     * @throws IllegalArgumentException as for the endpoint
     */
    boolean send(M message);

    /** The peer's address, as its datagrams say. */
    InetSocketAddress remoteAddress();

    /**
     * Notes that the peer is really at its address, for instance since it has sent back something secret that had been sent
     * there: {@link SessionLimits#amplification()} does not concern it any more.
     */
    void validate();

    /** Whether {@link #validate()} was called. */
    boolean isValidated();

    /** What the application wants to keep with the session. Empty at first; a concurrent map. */
    Map<Object, Object> attributes();

    /** Whether the session has not ended. */
    boolean isOpen();

    /** Ends the session: what is kept of the peer is forgotten. If it sends again, that begins another. */
    void close();
}
