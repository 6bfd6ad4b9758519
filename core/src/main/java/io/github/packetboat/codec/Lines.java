package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 text, from {@link Codecs#lines()}. A line ends at LF, and one CR before that LF is part of the end, so
 * peers that send CRLF are understood too. Everything else is text: an empty line is an empty message, and NUL or a CR
 * elsewhere stays where it is.
 *
 * <p>What came in can always be sent on: only a text that holds LF has no line and is refused, as are half of a surrogate
 * pair and what is over the limit. A text that ends in CR is sent with CRLF whatever the setting, so that its CR arrives.
 *
 * <p>Bytes that are not UTF-8 are an error that says their offset in the line; they never become U+FFFD. Immutable and
 * thread-safe.
 */
public final class Lines implements CodecFactory<String> {
    private static final int DEFAULT_MAX_LINE_BYTES = 64 * 1024;

    static final Lines DEFAULT = new Lines(DEFAULT_MAX_LINE_BYTES, false);

    private final int maxLineBytes;
    private final boolean crlf;

    private Lines(int maxLineBytes, boolean crlf) {
        this.maxLineBytes = maxLineBytes;
        this.crlf = crlf;
    }

    /**
     * The most bytes of a line, in UTF-8 and without its end, in either direction: 1 to 2<sup>30</sup>;
     * 64 KiB unless set.
     *
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    public Lines maxLineBytes(int bytes) {
        return new Lines(Codecs.checkMax("maxLineBytes", bytes), crlf);
    }

    /** Ends the lines that are sent with CRLF rather than LF. */
    public Lines crlf() {
        return new Lines(maxLineBytes, true);
    }

    @Override
    public Codec<String> create() {
        return new LineCodec(maxLineBytes, crlf);
    }

    @Override
    public String toString() {
        return "lines(maxLineBytes=" + maxLineBytes + (crlf ? ", crlf)" : ")");
    }

    /** State: how many bytes of the unfinished line are known to hold no LF. */
    private static final class LineCodec implements Codec<String> {
        private static final byte LF = '\n';
        private static final byte CR = '\r';
        private static final int CRLF = CR << 8 | LF;

        private final int maxLineBytes;
        private final boolean crlf;
        private int scanned;

        LineCodec(int maxLineBytes, boolean crlf) {
            this.maxLineBytes = maxLineBytes;
            this.crlf = crlf;
        }

        @Override
        public @Nullable String decode(ByteBuffer in) throws CodecException {
            int start = in.position();
            int end = start + Math.min(in.remaining(), maxFrameBytes());
            int lf = Scan.indexOf(in, LF, start + scanned, end);
            if (lf < 0) {
                scanned = end - start;
                checkUnfinished(in, start);
                return null;
            }
            scanned = 0;
            int length = lf - start;
            if (length > 0 && in.get(lf - 1) == CR) {
                length--;
            }
            if (length > maxLineBytes) {
                throw tooLong();
            }
            String line = Utf8.decode(in, start, length, "line");
            in.position(lf + 1);
            return line;
        }

        /** One byte may be there beyond the limit if it is a CR, since an LF may follow. */
        private void checkUnfinished(ByteBuffer in, int start) throws CodecException {
            if (scanned > maxLineBytes && (scanned > maxLineBytes + 1 || in.get(start + maxLineBytes) != CR)) {
                throw tooLong();
            }
        }

        private CodecException tooLong() {
            return new CodecException(
                    "line of more than %d bytes exceeds maxLineBytes=%d".formatted(maxLineBytes, maxLineBytes));
        }

        @Override
        public void encode(String line, FrameBuffer out) throws CodecException {
            int lf = line.indexOf(LF);
            if (lf >= 0) {
                throw new CodecException("text with LF at index %d is more than one line".formatted(lf));
            }
            int before = out.length();
            out.putUtf8(line);
            int length = out.length() - before;
            if (length > maxLineBytes) {
                throw new CodecException("line of %d bytes exceeds maxLineBytes=%d".formatted(length, maxLineBytes));
            }
            if (crlf || !line.isEmpty() && line.charAt(line.length() - 1) == CR) {
                out.putShort(CRLF);
            } else {
                out.putByte(LF);
            }
        }

        /** The longest line and CRLF. */
        @Override
        public int maxFrameBytes() {
            return maxLineBytes + 2;
        }
    }
}
