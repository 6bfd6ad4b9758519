package io.github.packetboat.codec;

import java.nio.ByteBuffer;

/** A length as an unsigned varint (LEB128): 7 bits a byte, low bits first, the high bit set on all but the last. */
record VarintHeader() implements LengthHeader {
    private static final int MAX_BYTES = 5;
    private static final long MAX = 0xFFFF_FFFFL;

    @Override
    public long peek(ByteBuffer in) throws CodecException {
        int at = in.position();
        int available = Math.min(in.remaining(), MAX_BYTES);
        long length = 0;
        for (int i = 0; i < available; i++) {
            byte b = in.get(at + i);
            length |= (b & 0x7FL) << 7 * i;
            if (b >= 0) {
                return checked(length, i + 1);
            }
        }
        if (available == MAX_BYTES) {
            throw new CodecException("varint length has more than %d bytes".formatted(MAX_BYTES));
        }
        return INCOMPLETE;
    }

    /** One length, one form: otherwise two peers may disagree on which bytes are a frame. */
    private long checked(long length, int bytes) throws CodecException {
        if (length > MAX) {
            throw new CodecException("varint length %d does not fit in 32 bits".formatted(length));
        }
        if (bytes != bytes((int) length)) {
            throw new CodecException("varint length %d is over-long: %d bytes instead of %d"
                    .formatted(length, bytes, bytes((int) length)));
        }
        return length;
    }

    @Override
    public void put(int length, FrameBuffer out) {
        out.putVarint(length);
    }

    @Override
    public int bytes(int length) {
        return Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 6) / 7);
    }

    @Override
    public long maxLength() {
        return MAX;
    }
}
