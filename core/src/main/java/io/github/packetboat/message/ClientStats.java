package io.github.packetboat.message;

/**
 * What a client has seen since it was made. Read while it works, so the figures belong together only roughly.
 *
 * @param connects how often a connection opened
 * @param failedConnects how often connecting failed
 * @param retainedBytes bytes of messages that wait for the next connection
 * @param droppedMessages messages that {@link Overflow#DROP_OLDEST} discarded
 */
public record ClientStats(long connects, long failedConnects, long retainedBytes, long droppedMessages) {}
