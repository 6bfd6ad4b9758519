package io.github.packetboat.mailbox;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/**
 * Decodes quoted-printable (RFC 2045 §6.7) as it comes: what is no code stays as it is. One thread only.
 */
final class LenientQuotedPrintable extends FilterInputStream {
    private static final int MAX_PADDING = 998;

    LenientQuotedPrintable(InputStream in) {
        super(new PushbackInputStream(in, MAX_PADDING + 4));
    }

    /** Whether there is a {@code =} in {@code text} that begins neither a code nor a soft line break. */
    static boolean isBroken(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == '=') {
                int end = i + 1;
                while (end < to && (text[end] == ' ' || text[end] == '\t')) {
                    end++;
                }
                boolean softBreak = end == to || text[end] == '\r' || text[end] == '\n';
                boolean code =
                        i + 2 < to && Character.digit(text[i + 1], 16) >= 0 && Character.digit(text[i + 2], 16) >= 0;
                if (!softBreak && !code) {
                    return true;
                }
            }
        }
        return false;
    }

    private PushbackInputStream source() {
        return (PushbackInputStream) in;
    }

    @Override
    public int read() throws IOException {
        while (true) {
            int c = in.read();
            if (c != '=') {
                return c;
            }
            int first = in.read();
            if (first < 0) {
                return -1; // a soft break at the very end
            }
            int high = Character.digit(first, 16);
            if (high >= 0) {
                return code(first, high);
            }
            if (!softBreak(first)) {
                return '=';
            }
        }
    }

    private int code(int first, int high) throws IOException {
        int second = in.read();
        int low = second < 0 ? -1 : Character.digit(second, 16);
        if (low >= 0) {
            return high << 4 | low;
        }
        if (second >= 0) {
            source().unread(second);
        }
        source().unread(first);
        return '=';
    }

    /** Takes the line end behind a {@code =} and its padding; puts all back if there is none. */
    private boolean softBreak(int first) throws IOException {
        byte[] padding = new byte[MAX_PADDING];
        int count = 0;
        int c = first;
        while ((c == ' ' || c == '\t') && count < MAX_PADDING) {
            padding[count++] = (byte) c;
            c = in.read();
        }
        if (c == '\n' || c < 0) {
            return true;
        }
        if (c == '\r') {
            int next = in.read();
            if (next >= 0 && next != '\n') {
                source().unread(next);
            }
            return true;
        }
        source().unread(c);
        source().unread(padding, 0, count);
        return false;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int c = read();
            if (c < 0) {
                return count == 0 ? -1 : count;
            }
            target[offset + count++] = (byte) c;
        }
        return count;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
