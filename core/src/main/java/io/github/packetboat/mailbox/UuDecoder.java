package io.github.packetboat.mailbox;

import java.io.IOException;
import java.io.InputStream;

/**
 * Decodes what {@code uuencode} makes, as old programs still do; lines before {@code begin} and after {@code end} are
 * skipped. Holds one line of at most 100 characters. One thread only.
 */
final class UuDecoder extends InputStream {
    private static final int MAX_LINE = 100;

    private final InputStream in;
    private final byte[] line = new byte[MAX_LINE];
    private final byte[] decoded = new byte[MAX_LINE];
    private int next;
    private int filled;
    private boolean begun;
    private boolean ended;

    UuDecoder(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        while (next == filled) {
            if (ended || !decodeLine()) {
                ended = true;
                return -1;
            }
        }
        return decoded[next++] & 0xFF;
    }

    private boolean decodeLine() throws IOException {
        int length = readLine();
        next = 0;
        filled = 0;
        if (length < 0) {
            return false;
        }
        if (!begun) {
            begun = startsWith(length, "begin ");
            return true;
        }
        if (length == 0 || startsWith(length, "end")) {
            return length == 0;
        }
        int count = Math.min(line[0] - ' ' & 0x3F, MAX_LINE);
        for (int at = 1; filled < count && at < length; at += 4) {
            int bits = 0;
            for (int i = 0; i < 4; i++) {
                int value = at + i < length ? line[at + i] - ' ' & 0x3F : 0;
                bits = bits << 6 | value;
            }
            for (int i = 0; i < 3 && filled < count; i++) {
                decoded[filled++] = (byte) (bits >> 16 - 8 * i);
            }
        }
        return true;
    }

    private boolean startsWith(int length, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (i >= length || line[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** How long the line is without its end; -1 at the end of the stream. What is too much is left out. */
    private int readLine() throws IOException {
        int length = 0;
        int c = in.read();
        if (c < 0) {
            return -1;
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r' && length < MAX_LINE) {
                line[length++] = (byte) c;
            }
        }
        return length;
    }
}
