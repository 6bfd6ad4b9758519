package io.github.packetboat.codec;

import java.nio.ByteBuffer;

/** Finds a byte, eight at a time. */
final class Scan {
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long LOW_7_BITS = 0x7F7F_7F7F_7F7F_7F7FL;

    private Scan() {}

    /**
     * The index of the first byte {@code wanted} of {@code in} from {@code from} to before {@code to}, or -1.
     *
     * @param in big-endian
     */
    static int indexOf(ByteBuffer in, byte wanted, int from, int to) {
        long pattern = (wanted & 0xFF) * EACH_BYTE;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long found = zeroBytes(in.getLong(i) ^ pattern);
            if (found != 0) {
                return i + (Long.numberOfLeadingZeros(found) >> 3);
            }
        }
        for (; i < to; i++) {
            if (in.get(i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** The high bit of each byte of {@code word} that is zero, exactly: no borrow crosses from one byte to the next. */
    private static long zeroBytes(long word) {
        return ~(((word & LOW_7_BITS) + LOW_7_BITS) | word | LOW_7_BITS);
    }
}
