package io.github.packetboat.mailbox;

/**
 * A field of a header. Immutable and thread-safe.
 *
 * @param name as it stands there, such as {@code Subject}
 * @param value unfolded to one line, its encoded words not decoded
 */
public record HeaderField(String name, String value) {}
