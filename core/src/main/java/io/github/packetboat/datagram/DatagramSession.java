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
     * 16 bytes that only who receives at the peer's address can know. A peer that sends them back has proved that this address
     * is its own and not a victim's (return routability: RFC 9000 §8.1, RFC 9147 §5.1); {@link #validate(byte[])} looks at
     * that. How they travel, as a part of which messages, is the application's to say. They depend on the address and a secret
     * of this endpoint, not on this session: if that ends and another of the same address begins, they still hold. They do so
     * for one minute at least and two at most.
     */
    byte[] cookie();

    /**
     * Notes that the peer is really at its address, as {@link #validate()} does, if {@code cookie} is one that {@link
     * #cookie()} has returned for this address and that is not too old. Otherwise nothing changes.
     *
     * @return whether it is
     */
    boolean validate(byte[] cookie);

    /**
     * Notes that the peer is really at its address, as the application knows for reasons of its own, for instance a signature:
     * {@link SessionLimits#amplification()} does not concern it any more.
     */
    void validate();

    /** Whether the peer is known to be at its address. */
    boolean isValidated();

    /** What the application wants to keep with the session. Empty at first; a concurrent map. */
    Map<Object, Object> attributes();

    /** Whether the session has not ended. */
    boolean isOpen();

    /** Ends the session: what is kept of the peer is forgotten. If it sends again, that begins another. */
    void close();
}
