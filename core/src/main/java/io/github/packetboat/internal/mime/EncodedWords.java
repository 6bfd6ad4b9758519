package io.github.packetboat.internal.mime;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Text as encoded words (RFC 2047): each at most 75 characters, none splitting a character, on lines of at most 76. Between
 * two of them stands a line break and a space, which readers drop. Stateless, thread-safe.
 */
final class EncodedWords {
    /** The longest line that may hold an encoded word; a word is one shorter, for the space before it (RFC 2047 §2). */
    static final int MAX_LINE = 76;

    private static final int MAX_WORD = 75;
    /** What a word must have room for besides its frame, so that any character fits: 4 bytes, each as {@code =XX}. */
    private static final int MIN_PAYLOAD = 12;

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private EncodedWords() {}

    /**
     * Puts {@code text} as encoded words, the first of them behind a space, or behind a line break and a space if the line
     * has too little room.
     *
     * @param column how many characters the line has already
     * @return how many characters the last line has now
     */
    static int put(MimeBuffer out, int column, String text, Charset wish) {
        Charset charset = Charsets.able(wish, text);
        boolean utf8 = charset.equals(StandardCharsets.UTF_8);
        boolean q = isShorterInQ(text.getBytes(charset));
        int frame = "=??Q??=".length() + charset.name().length();
        int at = column;
        int start = 0;
        while (start < text.length()) {
            int room = Math.min(MAX_WORD, MAX_LINE - at - 1) - frame;
            if (room < MIN_PAYLOAD) {
                out.crlf();
                at = 0;
                room = MAX_WORD - frame;
            }
            int end = utf8 ? fitUtf8(text, start, room, q) : fit(text, start, room, charset, q);
            byte[] bytes = text.substring(start, end).getBytes(charset);
            int before = out.length();
            out.ascii(" =?");
            out.ascii(charset.name());
            out.ascii(q ? "?Q?" : "?B?");
            payload(out, bytes, q);
            out.ascii("?=");
            at += out.length() - before;
            start = end;
        }
        return at;
    }

    /** Behind the last whole character from {@code start} on with which the payload is at most {@code room} long. */
    private static int fitUtf8(String text, int start, int room, boolean q) {
        int end = start;
        int used = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            int bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            used += q ? c < 0x80 ? cost((byte) c) : 3 * bytes : bytes;
            if ((q ? used : (used + 2) / 3 * 4) > room) {
                break;
            }
            end += Character.charCount(c);
        }
        return end;
    }

    /** The same for any charset: it may have states, so what a character takes is known only of all before it too. */
    private static int fit(String text, int start, int room, Charset charset, boolean q) {
        int end = start;
        while (end < text.length()) {
            int next = text.offsetByCodePoints(end, 1);
            int used = cost(text.substring(start, next).getBytes(charset), q);
            if ((q ? used : (used + 2) / 3 * 4) > room && end > start) {
                break;
            }
            end = next;
        }
        return end;
    }

    /** In Q how many characters, in B how many bytes. */
    private static int cost(byte[] bytes, boolean q) {
        if (!q) {
            return bytes.length;
        }
        int cost = 0;
        for (byte b : bytes) {
            cost += cost(b);
        }
        return cost;
    }

    private static int cost(byte b) {
        return b == ' ' || isPlain(b) ? 1 : 3;
    }

    private static boolean isShorterInQ(byte[] bytes) {
        return cost(bytes, true) <= (bytes.length + 2) / 3 * 4;
    }

    private static void payload(MimeBuffer out, byte[] bytes, boolean q) {
        if (!q) {
            byte[] base64 = Base64.getEncoder().encode(bytes);
            out.put(base64, 0, base64.length);
            return;
        }
        for (byte b : bytes) {
            if (b == ' ') {
                out.put('_');
            } else if (isPlain(b)) {
                out.put(b);
            } else {
                out.put('=');
                out.put(HEX[b >> 4 & 0xF]);
                out.put(HEX[b & 0xF]);
            }
        }
    }

    /** What an encoded word may hold as it is wherever it stands, in a phrase too (RFC 2047 §5 (3)). */
    private static boolean isPlain(byte b) {
        return b >= 'a' && b <= 'z'
                || b >= 'A' && b <= 'Z'
                || b >= '0' && b <= '9'
                || b == '-'
                || b == '!'
                || b == '*'
                || b == '+'
                || b == '/';
    }
}
