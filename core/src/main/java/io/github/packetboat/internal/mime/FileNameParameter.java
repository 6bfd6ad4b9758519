package io.github.packetboat.internal.mime;

import java.nio.charset.StandardCharsets;

/**
 * A file name as a parameter. Beyond short plain ASCII it is written twice: in Content-Type as encoded words in quotes, which
 * RFC 2047 does not know but Outlook and QQ read, and in Content-Disposition by RFC 2231, cut into numbered pieces where it is
 * long. Stateless, thread-safe.
 */
final class FileNameParameter {
    /** So that {@code  filename*99*=…;} stays within 78. */
    private static final int MAX_PIECE = 60;

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private FileNameParameter() {}

    /** {@code ; name="…"} for Content-Type, on a line of its own. */
    static void putName(MimeBuffer out, String fileName) {
        out.put(';');
        out.crlf();
        out.ascii(" name=\"");
        if (isPlain(fileName)) {
            out.ascii(fileName);
        } else {
            // The first word stands right behind the quote, without the space that the others have before them.
            MimeBuffer words = new MimeBuffer(fileName.length() * 6 + 32);
            EncodedWords.put(words, " name=\"".length() + 1, fileName, StandardCharsets.UTF_8);
            out.put(words.toByteArray(), 1, words.length() - 1);
        }
        out.put('"');
    }

    /** {@code ; filename="…"} or {@code ; filename*=…} for Content-Disposition, on lines of its own. */
    static void putFileName(MimeBuffer out, String fileName) {
        out.put(';');
        out.crlf();
        if (isPlain(fileName)) {
            out.ascii(" filename=\"");
            out.ascii(fileName);
            out.put('"');
            return;
        }
        byte[] utf8 = fileName.getBytes(StandardCharsets.UTF_8);
        int end = pieceEnd(utf8, 0, MAX_PIECE - "UTF-8''".length());
        boolean onePiece = end == utf8.length;
        out.ascii(onePiece ? " filename*=UTF-8''" : " filename*0*=UTF-8''");
        putPiece(out, utf8, 0, end);
        for (int piece = 1; end < utf8.length; piece++) {
            int start = end;
            end = pieceEnd(utf8, start, MAX_PIECE);
            out.put(';');
            out.crlf();
            out.ascii(" filename*" + piece + "*=");
            putPiece(out, utf8, start, end);
        }
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c >= 0x7F || c == '"' || c == '\\') {
                return false;
            }
        }
        return name.length() <= MAX_PIECE && !name.contains("=?");
    }

    /** Behind the last whole character with which the piece is at most {@code room} long. */
    private static int pieceEnd(byte[] utf8, int start, int room) {
        int whole = start;
        int used = 0;
        for (int i = start; i < utf8.length; i++) {
            used += isAttributeChar(utf8[i]) ? 1 : 3;
            if (used > room) {
                return whole;
            }
            if (i + 1 == utf8.length || (utf8[i + 1] & 0xC0) != 0x80) {
                whole = i + 1;
            }
        }
        return whole;
    }

    private static void putPiece(MimeBuffer out, byte[] utf8, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = utf8[i];
            if (isAttributeChar(b)) {
                out.put(b);
            } else {
                out.put('%');
                out.put(HEX[b >> 4 & 0xF]);
                out.put(HEX[b & 0xF]);
            }
        }
    }

    /** A subset of RFC 2231 §7 attribute-char that no reader stumbles over. */
    private static boolean isAttributeChar(byte b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '.' || b == '_';
    }
}
