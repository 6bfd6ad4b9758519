package io.github.packetboat.mailbox;

/**
 * Something in a mail that is not as the standards say, and was read as well as it goes. Immutable and thread-safe.
 *
 * @param kind what kind of defect it is
 * @param detail where and what, in one line, safe to log
 */
public record Defect(Kind kind, String detail) {
    /** The kinds of defects. */
    public enum Kind {
        /** A line of a header is no field: it was left out. */
        HEADER_LINE,
        /** A header is larger than is read, or has more fields: the rest was left out. */
        HEADER_TOO_LARGE,
        /** A header holds bytes beyond ASCII that are not UTF-8. */
        HEADER_CHARSET,
        /** An encoded word (RFC 2047) cannot be decoded: it was left as it is. */
        ENCODED_WORD,
        /** The date cannot be read. */
        DATE,
        /** The media type cannot be read: the part was taken for text or for bytes. */
        MEDIA_TYPE,
        /** A multipart has no boundary parameter: one was guessed, or the part was taken for text. */
        MISSING_BOUNDARY,
        /** The boundary never occurs: the part was taken for text. */
        BOUNDARY_NOT_FOUND,
        /** A multipart has no end: its last part goes to the end of the mail. */
        UNTERMINATED,
        /** Multiparts are nested deeper, or there are more parts, than is read: the rest was taken for one attachment. */
        TOO_COMPLEX,
        /** The transfer encoding is unknown: the bytes were taken as they are. */
        TRANSFER_ENCODING,
        /** Base64 with foreign characters or a wrong end: they were skipped. */
        BASE64,
        /** Quoted-printable with what is no code: it was left as it is. */
        QUOTED_PRINTABLE,
        /** The charset is unknown: the text was read as UTF-8 or in the fallback charset. */
        UNKNOWN_CHARSET,
        /** The text is not in the charset that it claims to be in. */
        WRONG_CHARSET
    }

    static final int MAX_DETAIL = 200;
}
