package io.github.packetboat.datagram;

/**
 * What {@code send} does with a datagram when the kernel has no room for it and the endpoint's queue, of {@link
 * DatagramEndpointBuilder#maxQueuedBytes} bytes, has none either. The words are those of TCP's {@code Overflow}, but for
 * {@code CLOSE}: UDP has no stream that a hole would spoil.
 */
public enum DatagramOverflow {
    /** The datagram is not accepted: {@code send} returns false. The default. */
    REFUSE,

    /** The oldest datagrams in the queue are dropped, and counted, until the new one fits; {@code send} returns true. */
    DROP_OLDEST,

    /**
     * The caller of {@code send} waits until there is room or the endpoint closes; an interrupt ends the wait, and {@code
     * send} returns false. Only for threads that are not event loops: on one, waiting would stop the very writes that it
     * waits for, so {@code send} throws an {@link IllegalStateException} there instead.
     */
    BLOCK
}
