package io.github.packetboat.message;

/**
 * What went through one connection. Read while it works, so the figures belong together only roughly.
 *
 * @param messagesReceived messages decoded
 * @param messagesSent messages accepted by {@code send} or a broadcast; in a client that retains, also those that were
 *     accepted before and waited for this connection
 * @param messagesDropped accepted messages that {@link Overflow#DROP_OLDEST} discarded
 * @param bytesReceived bytes decoded from, before TLS
 * @param bytesSent bytes handed to the kernel, before TLS
 * @param queuedBytes bytes accepted and not yet handed to the kernel
 */
public record ConnectionStats(
        long messagesReceived,
        long messagesSent,
        long messagesDropped,
        long bytesReceived,
        long bytesSent,
        long queuedBytes) {}
