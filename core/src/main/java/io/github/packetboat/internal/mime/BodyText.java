package io.github.packetboat.internal.mime;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Text that becomes the body of a part: looked through once, then written in the encoding that fits (RFC 2045 §6). Line
 * breaks of any kind (CRLF, CR, LF) go out as CRLF. Not thread-safe.
 */
final class BodyText {
    /** RFC 5321 §4.5.3.1.6 and RFC 5322 §2.1.1, without the line break. */
    private static final int MAX_LINE_BYTES = 998;
    /** RFC 2045 §6.7 (5). */
    private static final int MAX_QP_LINE = 76;

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    /** How the bytes of a part are written. */
    enum Encoding {
        SEVEN_BIT("7bit"),
        EIGHT_BIT("8bit"),
        QUOTED_PRINTABLE("quoted-printable"),
        BASE64("base64");

        final String label;

        Encoding(String label) {
            this.label = label;
        }
    }

    private final Charset charset;
    private final byte[] bytes;
    private final int breaks;
    private final int escapes;
    private final boolean ascii;
    private final Encoding encoding;

    /**
     * @param wish the charset, as far as it can express the text; else it is UTF-8
     * @param whole whether this is all of the message, so that its last line must be ended
     */
    static BodyText of(String text, Charset wish, Form form, boolean whole) {
        String ended = whole && !text.isEmpty() && !text.endsWith("\n") && !text.endsWith("\r") ? text + "\r\n" : text;
        Charset charset = Charsets.able(wish, ended);
        return new BodyText(ended.getBytes(charset), charset, form, true);
    }

    /**
     * A body that was made elsewhere, in whatever charset, for a message in seven bits.
     *
     * @param readable whether it is text, which quoted-printable leaves readable
     */
    static BodyText inSevenBits(byte[] bytes, boolean readable) {
        return new BodyText(bytes, StandardCharsets.US_ASCII, Form.SEVEN_BIT, readable);
    }

    private BodyText(byte[] bytes, Charset charset, Form form, boolean readable) {
        this.bytes = bytes;
        this.charset = charset;
        int breaks = 0;
        int escapes = 0;
        int longest = 0;
        boolean high = false;
        boolean controls = false;
        boolean delimiter = false;
        int lineStart = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b >= ' ' && b != '=' && b != 0x7F) {
                continue;
            }
            if (b == '\n' || b == '\r') {
                longest = Math.max(longest, i - lineStart);
                i += isCrlf(bytes, i) ? 1 : 0;
                lineStart = i + 1;
                breaks++;
            } else if (b != '\t') {
                escapes++;
                high |= b < 0;
                controls |= b >= 0 && b != '=';
                delimiter |= b == '=' && i == lineStart + 2 && bytes[i - 1] == '-' && bytes[i - 2] == '-';
            }
        }
        this.breaks = breaks;
        this.escapes = escapes;
        ascii = !high;
        // A line that could be taken for a boundary, which starts like that, is left no chance.
        boolean asItIs = !controls && !delimiter && Math.max(longest, bytes.length - lineStart) <= MAX_LINE_BYTES;
        encoding = readable ? choose(asItIs, high, form) : Encoding.BASE64;
    }

    private Encoding choose(boolean asItIs, boolean high, Form form) {
        if (asItIs && !high) {
            return Encoding.SEVEN_BIT;
        }
        if (asItIs && form != Form.SEVEN_BIT) {
            return Encoding.EIGHT_BIT;
        }
        // Quoted-printable stays readable as it is, but is longer from about one escape in six bytes on.
        return escapes <= bytes.length / 6 ? Encoding.QUOTED_PRINTABLE : Encoding.BASE64;
    }

    Encoding encoding() {
        return encoding;
    }

    /** As the Content-Type names it. */
    String charsetName() {
        return ascii && charset.equals(StandardCharsets.UTF_8) ? "us-ascii" : charset.name();
    }

    void put(MimeBuffer out) {
        switch (encoding) {
            case SEVEN_BIT, EIGHT_BIT -> plain(out);
            case QUOTED_PRINTABLE -> quotedPrintable(out);
            case BASE64 -> base64(out);
        }
    }

    private void plain(MimeBuffer out) {
        out.room(bytes.length + breaks);
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b != '\n' && b != '\r') {
                continue;
            }
            out.put(bytes, start, i - start);
            out.crlf();
            i += isCrlf(bytes, i) ? 1 : 0;
            start = i + 1;
        }
        out.put(bytes, start, bytes.length - start);
    }

    private void quotedPrintable(MimeBuffer out) {
        int encoded = bytes.length + 2 * escapes;
        out.room(encoded + breaks + 3 * (encoded / (MAX_QP_LINE - 3)) + 16);
        int column = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '\n' || b == '\r') {
                out.crlf();
                column = 0;
                i += isCrlf(bytes, i) ? 1 : 0;
                continue;
            }
            boolean atEnd = i + 1 == bytes.length || bytes[i + 1] == '\n' || bytes[i + 1] == '\r';
            boolean literal = b == ' ' || b == '\t' ? !atEnd : b > ' ' && b < 0x7F && b != '=';
            int width = literal ? 1 : 3;
            if (column + width > (atEnd ? MAX_QP_LINE : MAX_QP_LINE - 1)) {
                out.put('=');
                out.crlf();
                column = 0;
            }
            column += width;
            if (literal) {
                out.put(b);
            } else {
                out.put('=');
                out.put(HEX[b >> 4 & 0xF]);
                out.put(HEX[b & 0xF]);
            }
        }
    }

    /** By hand, since the JDK's encoder would want the lines ended in one array and give them encoded in another. */
    private void base64(MimeBuffer out) {
        out.room((int) Base64Content.encodedLength(bytes.length + breaks));
        Base64Lines lines = new Base64Lines(out);
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '\n' || b == '\r') {
                lines.put('\r');
                lines.put('\n');
                i += isCrlf(bytes, i) ? 1 : 0;
            } else {
                lines.put(b & 0xFF);
            }
        }
        lines.end();
    }

    private static boolean isCrlf(byte[] bytes, int i) {
        return bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n';
    }
}
