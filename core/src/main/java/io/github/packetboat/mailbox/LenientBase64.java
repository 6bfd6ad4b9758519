package io.github.packetboat.mailbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Decodes base64 (RFC 2045 §6.8) as it comes: skips what does not belong there, needs no padding, goes on after padding
 * in the middle. Reads ahead no more than four characters. One thread only.
 */
final class LenientBase64 extends InputStream {
    private static final byte[] VALUES = new byte[256];

    static {
        Arrays.fill(VALUES, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            VALUES[alphabet.charAt(i)] = (byte) i;
        }
    }

    private final InputStream in;
    private final byte[] group = new byte[3];
    private int next;
    private int filled;
    private boolean ended;

    LenientBase64(InputStream in) {
        this.in = in;
    }

    static byte[] decode(byte[] text) {
        try {
            return Base64.getDecoder().decode(text); // the same if it is as it should be, and several times as fast
        } catch (IllegalArgumentException broken) {
            return leniently(text);
        }
    }

    private static byte[] leniently(byte[] text) {
        byte[] decoded = new byte[text.length];
        try (InputStream in = new LenientBase64(new ByteArrayInputStream(text))) {
            return Arrays.copyOf(decoded, in.readNBytes(decoded, 0, decoded.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // from an array: cannot be
        }
    }

    /** Whether there is anything in {@code text} that does not belong there, or too little at its end. */
    static boolean isBroken(byte[] text, int from, int to) {
        int digits = 0;
        boolean padded = false;
        for (int i = from; i < to; i++) {
            int c = text[i] & 0xFF;
            if (c == '=') {
                padded = true;
            } else if (VALUES[c] >= 0) {
                if (padded) {
                    return true;
                }
                digits++;
            } else if (c != '\r' && c != '\n' && c != ' ' && c != '\t') {
                return true;
            }
        }
        return digits % 4 == 1;
    }

    @Override
    public int read() throws IOException {
        return next < filled || fill() ? group[next++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = 0;
        while (count < length && (next < filled || fill())) {
            int copied = Math.min(length - count, filled - next);
            System.arraycopy(group, next, target, offset + count, copied);
            next += copied;
            count += copied;
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = 0;
        while (!ended && filled == 0) {
            int bits = 0;
            int digits = 0;
            while (digits < 4) {
                int c = in.read();
                if (c < 0) {
                    ended = true;
                    break;
                }
                if (c == '=' && digits > 0) {
                    break; // the end of this group; another may follow
                }
                int value = VALUES[c];
                if (value >= 0) {
                    bits = bits << 6 | value;
                    digits++;
                }
            }
            bits <<= 6 * (4 - digits);
            filled = Math.max(0, digits - 1);
            for (int i = 0; i < filled; i++) {
                group[i] = (byte) (bits >> 16 - 8 * i);
            }
        }
        return filled > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
