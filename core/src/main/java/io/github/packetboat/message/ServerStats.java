package io.github.packetboat.message;

/**
 * What a server has seen since it was made. Read while it works, so the figures belong together only roughly.
 *
 * @param openConnections connections that are open now
 * @param acceptedConnections connections that opened
 * @param refusedConnections connections that the filter, the limit or a lack of memory turned away
 * @param failedHandshakes connections that ended before they opened: TLS or PROXY protocol failed or took too long
 * @param messagesReceived messages decoded
 * @param messagesSent messages accepted by {@code send} or a broadcast
 * @param bytesReceived bytes decoded from, before TLS
 * @param bytesSent bytes handed to the kernel, before TLS
 */
public record ServerStats(
        int openConnections,
        long acceptedConnections,
        long refusedConnections,
        long failedHandshakes,
        long messagesReceived,
        long messagesSent,
        long bytesReceived,
        long bytesSent) {}
