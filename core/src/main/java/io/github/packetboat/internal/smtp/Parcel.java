package io.github.packetboat.internal.smtp;

/**
 * One mail in the form in which it goes over the wire. Immutable and thread-safe.
 *
 * @param eightBit whether the body has bytes above 0x7F (RFC 6152)
 * @param utf8 whether headers are in UTF-8, so that the mail needs SMTPUTF8 whatever its addresses are
 * @param partial whether the accepted recipients get the mail when others are refused
 */
public record Parcel(Envelope envelope, Body body, boolean eightBit, boolean utf8, boolean partial) {

    /** Whether the mail cannot go without SMTPUTF8 (RFC 6531). */
    public boolean needsUtf8() {
        return utf8 || envelope.needsUtf8();
    }
}
