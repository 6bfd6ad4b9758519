package io.github.packetboat.mailbox;

/**
 * How much of something may be used (RFC 9208). Immutable.
 *
 * @param root which limit it is, as the server names it
 * @param resource what is limited: {@code STORAGE} in units of 1,024 bytes, {@code MESSAGE} in mails
 * @param used how much is used
 * @param limit how much there is
 */
public record Quota(String root, String resource, long used, long limit) {}
