package io.github.packetboat.message;

import java.nio.ByteBuffer;

/**
 * Text from a peer, made safe to put into a log line or an exception. What could end a line, move a cursor or reorder
 * the text is written in hexadecimal, &#92;xNN or &#92;uNNNN, and long text is cut, with "…" for the rest. Escaping
 * twice changes nothing, so a message may be escaped as a whole even if a part of it has been before: that is why a
 * backslash stays as it is. Stateless, thread-safe.
 */
final class Escaped {
    /** The most characters that a text from a peer takes, escapes and "…" included. */
    static final int MAX_CHARS = 256;

    private static final char CUT = '…';

    private Escaped() {}

    /** {@code text} escaped, in at most {@link #MAX_CHARS} characters. */
    static String of(CharSequence text) {
        return of(text, MAX_CHARS);
    }

    /** {@code text} escaped, in at most {@code maxChars} characters. */
    static String of(CharSequence text, int maxChars) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), maxChars));
        int i = 0;
        while (i < text.length() && out.length() <= maxChars) {
            int c = Character.codePointAt(text, i);
            append(out, c);
            i += Character.charCount(c);
        }
        return cut(out, maxChars, i < text.length());
    }

    /**
     * The bytes between the position and the limit of {@code bytes}, which stay where they are: printable ASCII as it
     * is, every other byte as {@code \xNN}, in at most {@link #MAX_CHARS} characters.
     */
    static String of(ByteBuffer bytes) {
        StringBuilder out = new StringBuilder(Math.min(bytes.remaining(), MAX_CHARS));
        int i = bytes.position();
        while (i < bytes.limit() && out.length() <= MAX_CHARS) {
            int b = bytes.get(i++) & 0xff;
            if (b >= 0x20 && b < 0x7f) {
                out.append((char) b);
            } else {
                appendHex(out, b);
            }
        }
        return cut(out, MAX_CHARS, i < bytes.limit());
    }

    private static void append(StringBuilder out, int c) {
        if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
            appendHex(out, c);
        } else if (isPlain(c)) {
            out.appendCodePoint(c);
        } else {
            for (char unit : Character.toChars(c)) {
                out.append("\\u").append(String.format("%04x", (int) unit));
            }
        }
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static void appendHex(StringBuilder out, int b) {
        out.append("\\x").append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
    }

    private static String cut(StringBuilder out, int maxChars, boolean more) {
        if (out.length() <= maxChars && !more) {
            return out.toString();
        }
        int end = Math.min(out.length(), maxChars - 1);
        if (Character.isHighSurrogate(out.charAt(end - 1))) {
            end--;
        }
        out.setLength(end);
        return out.append(CUT).toString();
    }
}
