package io.github.packetboat.datagram;

/**
 * What went through one endpoint, and what did not and why. Read while it works, so the figures belong together only roughly.
 * What the kernel dropped, since it came faster than it was read, is not in here: see {@link DatagramEndpoint#kernelDrops()}.
 *
 * @param datagramsReceived datagrams read from the kernel, whatever became of them
 * @param bytesReceived their bytes, without headers
 * @param datagramsSent datagrams handed to the kernel
 * @param bytesSent their bytes, without headers
 * @param undecodable received and dropped: the codec made no message of them
 * @param undelivered received and dropped: too many waited for the listener's executor, or it had been shut down
 * @param listenerFailures how often a listener threw
 * @param unreachable how often the kernel said that nobody listens at the peer's port
 * @param receiveFailures how often the kernel could not receive for another reason
 * @param sendFailures not sent: the kernel could not, for instance for want of a route
 * @param refused not accepted: the queue was full
 * @param droppedOldest accepted and not sent: dropped from a full queue for newer ones
 * @param notValidated not accepted: it would have been more than {@link SessionLimits#amplification()} allows, or for a peer
 *     without a session
 * @param lostAtClose accepted and not sent: still queued when the endpoint closed
 * @param queuedBytes bytes accepted and not yet handed to the kernel, with 64 more for each datagram
 */
public record DatagramStats(
        long datagramsReceived,
        long bytesReceived,
        long datagramsSent,
        long bytesSent,
        long undecodable,
        long undelivered,
        long listenerFailures,
        long unreachable,
        long receiveFailures,
        long sendFailures,
        long refused,
        long droppedOldest,
        long notValidated,
        long lostAtClose,
        long queuedBytes) {}
