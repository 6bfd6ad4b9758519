package io.github.packetboat.internal.mime;

import java.nio.charset.StandardCharsets;

/** Bytes in base64, one at a time: lines of 76 characters, each with CRLF (RFC 2045 §6.8). Not thread-safe. */
final class Base64Lines {
    private static final int LINE_CHARS = 76;
    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);

    private final MimeBuffer out;
    private int group;
    private int held;
    private int column;

    Base64Lines(MimeBuffer out) {
        this.out = out;
    }

    /** @param b from 0 to 255 */
    void put(int b) {
        group = group << 8 | b;
        if (++held == 3) {
            emit(4);
        }
    }

    /** Puts what is held, padded, and ends the last line. */
    void end() {
        if (held > 0) {
            int chars = held + 1;
            group <<= 8 * (3 - held);
            emit(chars);
            for (int i = chars; i < 4; i++) {
                out.put('=');
            }
        }
        if (column > 0) {
            out.crlf();
        }
    }

    private void emit(int chars) {
        if (column == LINE_CHARS) {
            out.crlf();
            column = 0;
        }
        for (int i = 0; i < chars; i++) {
            out.put(ALPHABET[group >> 18 - 6 * i & 0x3F]);
        }
        column += 4;
        group = 0;
        held = 0;
    }
}
