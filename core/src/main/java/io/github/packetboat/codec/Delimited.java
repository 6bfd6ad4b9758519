package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Frames that end with a delimiter, from {@link Codecs#delimited}. A message is the bytes before the delimiter, which may
 * be none. A message is refused if the delimiter would be found in it, or partly in it, before its end.
 *
 * <p>Immutable and thread-safe.
 */
public final class Delimited implements CodecFactory<byte[]> {
    private static final int MAX_DELIMITER_BYTES = 64;
    private static final int DEFAULT_MAX_FRAME_BYTES = 64 * 1024;

    private final byte[] delimiter;
    private final int maxFrameBytes;

    Delimited(byte[] delimiter) {
        this(checked(delimiter), DEFAULT_MAX_FRAME_BYTES);
    }

    private Delimited(byte[] delimiter, int maxFrameBytes) {
        this.delimiter = delimiter;
        this.maxFrameBytes = maxFrameBytes;
    }

    private static byte[] checked(byte[] delimiter) {
        if (delimiter.length < 1 || delimiter.length > MAX_DELIMITER_BYTES) {
            throw new IllegalArgumentException("delimiter of %d bytes: must have 1 to %d"
                    .formatted(delimiter.length, MAX_DELIMITER_BYTES));
        }
        return delimiter.clone();
    }

    /**
     * The most bytes of a message, without the delimiter, in either direction: 1 to 2<sup>30</sup>;
     * 64 KiB unless set.
     *
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    public Delimited maxFrameBytes(int bytes) {
        return new Delimited(delimiter, Codecs.checkMax("maxFrameBytes", bytes));
    }

    @Override
    public Codec<byte[]> create() {
        return new DelimitedCodec(delimiter, maxFrameBytes);
    }

    @Override
    public String toString() {
        return "delimited(%s, maxFrameBytes=%d)".formatted(HexFormat.of().formatHex(delimiter), maxFrameBytes);
    }

    /**
     * Searches as Knuth, Morris and Pratt do, so that no byte is looked at twice whatever the delimiter. State: how many
     * bytes of the unfinished frame have been searched, and how many of the last of them may begin the delimiter.
     */
    private static final class DelimitedCodec implements Codec<byte[]> {
        private final byte[] delimiter;
        private final int[] borders;
        private final int maxFrameBytes;
        private int scanned;
        private int matched;

        DelimitedCodec(byte[] delimiter, int maxFrameBytes) {
            this.delimiter = delimiter;
            this.borders = borders(delimiter);
            this.maxFrameBytes = maxFrameBytes;
        }

        /** For each n, the length of the longest proper prefix of the delimiter that also ends its first n + 1 bytes. */
        private static int[] borders(byte[] delimiter) {
            int[] borders = new int[delimiter.length];
            for (int i = 1, n = 0; i < delimiter.length; i++) {
                while (n > 0 && delimiter[i] != delimiter[n]) {
                    n = borders[n - 1];
                }
                n += delimiter[i] == delimiter[n] ? 1 : 0;
                borders[i] = n;
            }
            return borders;
        }

        @Override
        public byte @Nullable [] decode(ByteBuffer in) throws CodecException {
            int start = in.position();
            int end = start + Math.min(in.remaining(), maxFrameBytes());
            int behind = behindDelimiter(in, start + scanned, end);
            if (behind < 0) {
                scanned = end - start;
                if (scanned - matched > maxFrameBytes) {
                    throw new CodecException("frame of more than %d bytes exceeds maxFrameBytes=%d"
                            .formatted(maxFrameBytes, maxFrameBytes));
                }
                return null;
            }
            scanned = 0;
            matched = 0;
            byte[] frame = new byte[behind - delimiter.length - start];
            in.get(start, frame).position(behind);
            return frame;
        }

        /** The index behind the delimiter that ends between {@code from} and {@code to}, or -1. */
        private int behindDelimiter(ByteBuffer in, int from, int to) {
            int i = from;
            int n = matched;
            while (i < to) {
                if (n == 0) {
                    i = Scan.indexOf(in, delimiter[0], i, to);
                    if (i < 0) {
                        break;
                    }
                }
                n = advance(n, in.get(i++));
                if (n == delimiter.length) {
                    return i;
                }
            }
            matched = n;
            return -1;
        }

        /** How much of the delimiter is matched after {@code b} if {@code n} of its bytes were before. */
        private int advance(int n, byte b) {
            int m = n;
            while (m > 0 && delimiter[m] != b) {
                m = borders[m - 1];
            }
            return delimiter[m] == b ? m + 1 : 0;
        }

        @Override
        public void encode(byte[] frame, FrameBuffer out) throws CodecException {
            if (frame.length > maxFrameBytes) {
                throw new CodecException("frame of %d bytes exceeds maxFrameBytes=%d".formatted(frame.length, maxFrameBytes));
            }
            checkEndsOnlyAtItsEnd(frame);
            out.put(frame).put(delimiter);
        }

        private void checkEndsOnlyAtItsEnd(byte[] frame) throws CodecException {
            int n = 0;
            for (int i = 0; i < frame.length + delimiter.length - 1; i++) {
                n = advance(n, i < frame.length ? frame[i] : delimiter[i - frame.length]);
                if (n == delimiter.length) {
                    throw new CodecException("frame of %d bytes would end at index %d: the delimiter %s is found there"
                            .formatted(frame.length, i + 1 - n, HexFormat.of().formatHex(delimiter)));
                }
            }
        }

        /** The longest frame and its delimiter. */
        @Override
        public int maxFrameBytes() {
            return maxFrameBytes + delimiter.length;
        }
    }
}
