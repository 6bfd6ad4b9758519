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
    private final int[] borders;
    private final int maxFrameBytes;

    private Delimited(byte[] delimiter, int[] borders, int maxFrameBytes) {
        this.delimiter = delimiter;
        this.borders = borders;
        this.maxFrameBytes = maxFrameBytes;
    }

    static Delimited by(byte[] delimiter) {
        if (delimiter.length < 1 || delimiter.length > MAX_DELIMITER_BYTES) {
            throw new IllegalArgumentException(
                    "delimiter of %d bytes: must have 1 to %d".formatted(delimiter.length, MAX_DELIMITER_BYTES));
        }
        return new Delimited(delimiter.clone(), borders(delimiter), DEFAULT_MAX_FRAME_BYTES);
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

    /**
     * The most bytes of a message, without the delimiter, in either direction: 1 to 2<sup>30</sup>;
     * 64 KiB unless set.
     *
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    public Delimited maxFrameBytes(int bytes) {
        return new Delimited(delimiter, borders, Codecs.checkMax("maxFrameBytes", bytes));
    }

    @Override
    public Codec<byte[]> create() {
        return new DelimitedCodec(delimiter, borders, maxFrameBytes);
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

        DelimitedCodec(byte[] delimiter, int[] borders, int maxFrameBytes) {
            this.delimiter = delimiter;
            this.borders = borders;
            this.maxFrameBytes = maxFrameBytes;
        }

        @Override
        public byte @Nullable [] decode(ByteBuffer in) throws CodecException {
            int start = in.position();
            int end = start + Math.min(in.remaining(), maxFrameBytes());
            int found = search(in, start + scanned, end, matched);
            if (found < 0) {
                scanned = end - start;
                matched = ~found;
                if (scanned - matched > maxFrameBytes) {
                    throw new CodecException("frame of more than %d bytes exceeds maxFrameBytes=%d"
                            .formatted(maxFrameBytes, maxFrameBytes));
                }
                return null;
            }
            scanned = 0;
            matched = 0;
            byte[] frame = new byte[found - delimiter.length - start];
            in.get(start, frame).position(found);
            return frame;
        }

        /**
         * Looks for the delimiter's end between {@code from} and {@code to}, its first {@code n} bytes being right before
         * {@code from}: the index behind it or, if it does not end there, {@code ~} how much of it is right before {@code to}.
         */
        private int search(ByteBuffer in, int from, int to, int n) {
            int m = n;
            int i = from;
            while (i < to) {
                if (m == 0) {
                    i = Scan.indexOf(in, delimiter[0], i, to);
                    if (i < 0) {
                        break;
                    }
                }
                m = advance(m, in.get(i++));
                if (m == delimiter.length) {
                    return i;
                }
            }
            return ~m;
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
                throw new CodecException(
                        "frame of %d bytes exceeds maxFrameBytes=%d".formatted(frame.length, maxFrameBytes));
            }
            checkEndsOnlyAtItsEnd(frame);
            out.put(frame).put(delimiter);
        }

        /** The delimiter may be found in the frame, or begin there and be complete before its own last byte. */
        private void checkEndsOnlyAtItsEnd(byte[] frame) throws CodecException {
            int found = search(ByteBuffer.wrap(frame), 0, frame.length, 0);
            if (found < ~0) {
                int junction = search(ByteBuffer.wrap(delimiter), 0, delimiter.length - 1, ~found);
                found = junction < 0 ? junction : frame.length + junction;
            }
            if (found >= 0) {
                throw new CodecException("frame of %d bytes would end at %d: its delimiter %s is found there"
                        .formatted(
                                frame.length,
                                found - delimiter.length,
                                HexFormat.of().formatHex(delimiter)));
            }
        }

        /** The longest frame and its delimiter. */
        @Override
        public int maxFrameBytes() {
            return maxFrameBytes + delimiter.length;
        }
    }
}
