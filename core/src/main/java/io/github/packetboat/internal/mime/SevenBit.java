package io.github.packetboat.internal.mime;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts a message that was made elsewhere into seven bits, for a server without 8BITMIME (RFC 6152 §3): the parts that hold
 * bytes above 127 are encoded, all others stay byte for byte. Not thread-safe.
 */
public final class SevenBit {
    private static final int MAX_DEPTH = 20;
    private static final String ENCODING = "Content-Transfer-Encoding";
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([^\\s=;\"]+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;\"]+))");

    /** Why a message cannot be changed. */
    private static final class Obstacle extends Exception {
        @Serial
        private static final long serialVersionUID = 1L;

        Obstacle(String why) {
            super(why, null, false, false);
        }
    }

    private final byte[] message;
    private final MimeBuffer out;

    private SevenBit(byte[] message) {
        this.message = message;
        this.out = new MimeBuffer(message.length + message.length / 4);
    }

    /**
     * The same message in seven bits. One that is signed, or not well-formed, stays as it is and
     * {@linkplain Rendering#whyEightBit says why}.
     *
     * @param message all of it in memory, in lines that end with CRLF
     */
    public static Rendering of(Rendering message) {
        byte[] bytes = message.bytes();
        if (bytes == null || !message.isEightBit()) {
            return message;
        }
        if (message.hasField("DKIM-Signature")) {
            return message.asItMustStay("it is signed (DKIM-Signature)");
        }
        try {
            SevenBit encoder = new SevenBit(bytes);
            encoder.entity(0, bytes.length, true, 0);
            return Rendering.of(encoder.out.toByteArray());
        } catch (Obstacle e) {
            return message.asItMustStay(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Writes what stands there, a message or a part of one.
     *
     * @param whole whether it is a message, which has a MIME-Version of its own
     */
    private void entity(int from, int to, boolean whole, int depth) throws Obstacle {
        if (!isEightBit(from, to)) {
            out.put(message, from, to - from);
            return;
        }
        HeaderBlock header = new HeaderBlock(message, from, to);
        int body = from + header.length();
        if (isEightBit(from, body)) {
            throw new Obstacle("the header of one of its parts has 8-bit text");
        }
        if (depth > MAX_DEPTH) {
            throw new Obstacle("its parts are nested deeper than " + MAX_DEPTH);
        }
        String contentType = header.value("Content-Type");
        String type = contentType.replaceAll("(?s);.*", "").strip().toLowerCase(Locale.ROOT);
        String encoding = header.value(ENCODING).strip().toLowerCase(Locale.ROOT);
        if (encoding.equals("base64") || encoding.equals("quoted-printable")) {
            throw new Obstacle("a part that says that it is in " + encoding + " has 8-bit text");
        }
        if (type.startsWith("multipart/")) {
            multipart(header, contentType, type, body, to, whole, depth);
        } else if (type.equals("message/rfc822")) {
            header(header, BodyText.Encoding.SEVEN_BIT, whole);
            entity(body, to, true, depth + 1);
        } else if (type.startsWith("message/")) {
            throw new Obstacle("a part of type " + type + " must not be encoded (RFC 2046 §5.2)");
        } else {
            BodyText text = BodyText.inSevenBits(
                    Arrays.copyOfRange(message, body, to), type.isEmpty() || type.startsWith("text/"));
            header(header, text.encoding(), whole);
            text.put(out);
        }
    }

    /** Writes the fields and the empty line, with the encoding that the body has now. */
    private void header(HeaderBlock header, BodyText.Encoding encoding, boolean whole) {
        String field = ENCODING + ": " + encoding.label + "\r\n";
        boolean said = false;
        for (String each : header.fields()) {
            boolean old = HeaderBlock.isNamed(each, ENCODING);
            if (!old || !said) {
                out.ascii(old ? field : each);
            }
            said |= old;
        }
        if (whole && header.fromBottom("MIME-Version").isEmpty()) {
            out.ascii("MIME-Version: 1.0\r\n");
        }
        if (!said) {
            out.ascii(field);
        }
        out.crlf();
    }

    private void multipart(
            HeaderBlock header, String contentType, String type, int body, int to, boolean whole, int depth)
            throws Obstacle {
        if (type.equals("multipart/signed")) {
            throw new Obstacle("it is signed (multipart/signed)");
        }
        String boundary = boundary(contentType);
        if (boundary.isEmpty()) {
            throw new Obstacle("it has a " + type + " without a boundary");
        }
        header(header, BodyText.Encoding.SEVEN_BIT, whole);
        parts(("--" + boundary).getBytes(StandardCharsets.ISO_8859_1), body, to, depth);
    }

    private static String boundary(String contentType) {
        Matcher parameter = PARAMETER.matcher(contentType);
        while (parameter.find()) {
            if (parameter.group(1).equalsIgnoreCase("boundary")) {
                return parameter.group(2) != null ? parameter.group(2) : parameter.group(3);
            }
        }
        return "";
    }

    /** Each part ends before the CRLF of the next delimiter, whose own it is (RFC 2046 §5.1.1). */
    private void parts(byte[] delimiter, int from, int to, int depth) throws Obstacle {
        int part = -1;
        boolean closed = false;
        int line = from;
        while (line < to && !closed) {
            int next = endOfLine(line, to);
            String rest = restBehind(delimiter, line, next);
            closed = rest != null && rest.equals("--");
            if (rest != null && (closed || rest.isEmpty())) {
                if (part < 0) {
                    outsideParts(from, line);
                } else if (part <= line - 2) {
                    entity(part, line - 2, false, depth + 1);
                    out.crlf();
                }
                out.put(message, line, next - line);
                part = next;
            }
            line = next;
        }
        if (part < 0) {
            throw new Obstacle("its boundary does not occur");
        }
        if (closed) {
            outsideParts(part, to);
        } else {
            entity(part, to, false, depth + 1);
        }
    }

    /** What follows the delimiter in its line but white space; null if the line begins otherwise. */
    private @Nullable String restBehind(byte[] delimiter, int line, int next) {
        int end = line + delimiter.length;
        return end <= next && Arrays.equals(message, line, end, delimiter, 0, delimiter.length)
                ? new String(message, end, next - end, StandardCharsets.ISO_8859_1).strip()
                : null;
    }

    private void outsideParts(int from, int to) throws Obstacle {
        if (isEightBit(from, to)) {
            throw new Obstacle("it has 8-bit text before its first part or behind its last");
        }
        out.put(message, from, to - from);
    }

    private int endOfLine(int from, int to) {
        int i = from;
        while (i < to && message[i] != '\n') {
            i++;
        }
        return Math.min(i + 1, to);
    }

    private boolean isEightBit(int from, int to) {
        for (int i = from; i < to; i++) {
            if (message[i] < 0) {
                return true;
            }
        }
        return false;
    }
}
