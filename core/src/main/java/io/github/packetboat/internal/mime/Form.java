package io.github.packetboat.internal.mime;

/** What the next server lets a message hold, from least to most. Which one is asked for decides how text is encoded. */
public enum Form {
    /** Seven-bit ASCII only: what every server takes. */
    SEVEN_BIT,
    /** Bodies may hold bytes above 127 (8BITMIME, RFC 6152); headers may not. */
    EIGHT_BIT,
    /** Headers are UTF-8 too (SMTPUTF8, RFC 6531 and 6532). */
    UTF8
}
