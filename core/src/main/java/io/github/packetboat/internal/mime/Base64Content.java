package io.github.packetboat.internal.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;

/** Another content in base64: lines of 76 characters, each with CRLF (RFC 2045 §6.8). Immutable. */
final class Base64Content implements Content {
    private static final int LINE_BYTES = 57;
    private static final int LINE_CHARS = 76;
    private static final int LINES_AT_ONCE = 144;

    private final String name;
    private final Content content;

    /** @param name for errors */
    Base64Content(String name, Content content) {
        this.name = name;
        this.content = content;
    }

    @Override
    public long length() {
        long length = content.length();
        return length < 0 ? UNKNOWN : encodedLength(length);
    }

    static long encodedLength(long bytes) {
        long chars = Math.multiplyExact((bytes + 2) / 3, 4L);
        return chars + 2 * ((chars + LINE_CHARS - 1) / LINE_CHARS);
    }

    @Override
    public InputStream open() throws IOException {
        return new Encoder(content.open());
    }

    /** Reads up to {@link #LINES_AT_ONCE} lines, encodes them, hands them out. */
    private final class Encoder extends InputStream {
        private final InputStream in;
        private final Base64.Encoder encoder = Base64.getMimeEncoder();
        private final byte[] plain = new byte[LINES_AT_ONCE * LINE_BYTES];
        private final byte[] encoded = new byte[LINES_AT_ONCE * (LINE_CHARS + 2)];
        private int position;
        private int limit;
        private long total;
        private boolean ended;

        Encoder(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return fill() ? encoded[position++] : -1;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(count, limit - position);
            System.arraycopy(encoded, position, target, offset, n);
            position += n;
            return n;
        }

        /** False at the end. */
        private boolean fill() throws IOException {
            if (position < limit) {
                return true;
            }
            if (ended) {
                return false;
            }
            int n = in.readNBytes(plain, 0, plain.length);
            total += n;
            ended = n < plain.length;
            checkLength();
            if (n == 0) {
                return false;
            }
            limit = encoder.encode(ended ? Arrays.copyOf(plain, n) : plain, encoded);
            encoded[limit++] = '\r';
            encoded[limit++] = '\n';
            position = 0;
            return true;
        }

        /** The size of the message was told to the server: another than that must not pass for it. */
        private void checkLength() throws IOException {
            long expected = content.length();
            if (expected >= 0 && (total > expected || ended && total < expected)) {
                throw new IOException("attachment " + name + " has " + (total > expected ? "more than " : "only ")
                        + (total > expected ? expected : total) + " bytes, not the " + expected
                        + " it was said to have");
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
