package io.github.packetboat.codec;

import java.nio.ByteBuffer;

/**
 * A length of 1 to 4 bytes, unsigned, in either byte order.
 *
 * @param bytes the size of the header
 * @param littleEndian whether the low byte is first
 * @param inclusive whether the header counts itself
 */
record FixedHeader(int bytes, boolean littleEndian, boolean inclusive) implements LengthHeader {

    /** The header for these options, by the shortest way there is. */
    static LengthHeader of(int bytes, boolean littleEndian, boolean inclusive) {
        return bytes == Integer.BYTES && !littleEndian && !inclusive
                ? new BigEndian32()
                : new FixedHeader(bytes, littleEndian, inclusive);
    }

    @Override
    public long peek(ByteBuffer in) throws CodecException {
        if (in.remaining() < bytes) {
            return INCOMPLETE;
        }
        long length = 0;
        for (int i = 0; i < bytes; i++) {
            length |= (in.get(in.position() + i) & 0xFFL) << shift(i);
        }
        if (!inclusive) {
            return length;
        }
        if (length < bytes) {
            throw new CodecException("length %d is less than the %d bytes of its own header, which it includes"
                    .formatted(length, bytes));
        }
        return length - bytes;
    }

    @Override
    public void put(int length, FrameBuffer out) {
        int value = inclusive ? length + bytes : length;
        for (int i = 0; i < bytes; i++) {
            out.putByte(value >>> shift(i));
        }
    }

    /** Where in the length the header's byte number {@code i} belongs, in bits from the low end. */
    private int shift(int i) {
        return Byte.SIZE * (littleEndian ? i : bytes - 1 - i);
    }

    @Override
    public int bytes(int length) {
        return bytes;
    }

    @Override
    public long maxLength() {
        long max = (1L << Byte.SIZE * bytes) - 1;
        return inclusive ? max - bytes : max;
    }

    /** The common case, 4 bytes of which the high one is first, on its own since it is worth being fast. */
    record BigEndian32() implements LengthHeader {
        private static final long MAX = 0xFFFF_FFFFL;

        @Override
        public long peek(ByteBuffer in) {
            return in.remaining() < Integer.BYTES ? INCOMPLETE : in.getInt(in.position()) & MAX;
        }

        @Override
        public void put(int length, FrameBuffer out) {
            out.putInt(length);
        }

        @Override
        public int bytes(int length) {
            return Integer.BYTES;
        }

        @Override
        public long maxLength() {
            return MAX;
        }
    }
}
