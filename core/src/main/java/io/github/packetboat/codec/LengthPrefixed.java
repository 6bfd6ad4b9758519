package io.github.packetboat.codec;

import java.nio.ByteBuffer;

/**
 * Frames with their length in front, from {@link Codecs#lengthPrefixed()}: 4 bytes, high byte first, that do not count
 * themselves, unless another form is chosen. Lengths are unsigned. One over the limit is refused as soon as the header is
 * there, before anything is allocated for it.
 *
 * <p>A message is a {@code byte[]} of its own, which the listener may keep; with {@link #views()} it is the place where
 * the bytes were received, which is faster and may not be kept.
 *
 * <p>Immutable and thread-safe. Options that contradict each other are refused in whatever order they are given.
 */
public final class LengthPrefixed implements CodecFactory<byte[]> {
    private static final int DEFAULT_LENGTH_BYTES = 4;

    static final LengthPrefixed DEFAULT = new LengthPrefixed(0, false, false, false, 0);

    private final int lengthBytes; // 0 if not set
    private final boolean littleEndian;
    private final boolean includesHeader;
    private final boolean varint;
    private final int maxFrameBytes; // 0 if not set
    private final LengthHeader header;

    private LengthPrefixed(
            int lengthBytes, boolean littleEndian, boolean includesHeader, boolean varint, int maxFrameBytes) {
        if (varint && (lengthBytes != 0 || littleEndian || includesHeader)) {
            throw new IllegalArgumentException("varint() contradicts "
                    + (lengthBytes != 0
                            ? "lengthBytes(" + lengthBytes + ")"
                            : littleEndian ? "littleEndian()" : "lengthIncludesHeader()"));
        }
        this.lengthBytes = lengthBytes;
        this.littleEndian = littleEndian;
        this.includesHeader = includesHeader;
        this.varint = varint;
        this.maxFrameBytes = maxFrameBytes;
        this.header = varint
                ? new VarintHeader()
                : FixedHeader.of(lengthBytes == 0 ? DEFAULT_LENGTH_BYTES : lengthBytes, littleEndian, includesHeader);
        if (maxFrameBytes > header.maxLength()) {
            throw new IllegalArgumentException("maxFrameBytes=%d is more than lengthBytes(%d)%s can say, which is %d"
                    .formatted(
                            maxFrameBytes,
                            lengthBytes,
                            includesHeader ? " with lengthIncludesHeader()" : "",
                            header.maxLength()));
        }
    }

    /**
     * The size of the length: 1 to 4 bytes; 4 unless set.
     *
     * @throws IllegalArgumentException if {@code bytes} is out of range, or with {@link #varint()}, or if
     *     {@link #maxFrameBytes} was set to more than the length can say
     */
    public LengthPrefixed lengthBytes(int bytes) {
        if (bytes < 1 || bytes > Integer.BYTES) {
            throw new IllegalArgumentException("lengthBytes=" + bytes + " is out of range: 1 to " + Integer.BYTES);
        }
        return new LengthPrefixed(bytes, littleEndian, includesHeader, varint, maxFrameBytes);
    }

    /**
     * The low byte of the length is first.
     *
     * @throws IllegalArgumentException with {@link #varint()}
     */
    public LengthPrefixed littleEndian() {
        return new LengthPrefixed(lengthBytes, true, includesHeader, varint, maxFrameBytes);
    }

    /**
     * The length counts its own bytes as well.
     *
     * @throws IllegalArgumentException with {@link #varint()}, or if {@link #maxFrameBytes} was set to more than the
     *     length can then say
     */
    public LengthPrefixed lengthIncludesHeader() {
        return new LengthPrefixed(lengthBytes, littleEndian, true, varint, maxFrameBytes);
    }

    /**
     * The length is an unsigned varint (LEB128, as Protocol Buffers delimits its messages) of 1 to 5 bytes. One that is
     * longer than it needs to be is refused.
     *
     * @throws IllegalArgumentException with {@link #lengthBytes}, {@link #littleEndian()} or
     *     {@link #lengthIncludesHeader()}
     */
    public LengthPrefixed varint() {
        return new LengthPrefixed(lengthBytes, littleEndian, includesHeader, true, maxFrameBytes);
    }

    /**
     * The most bytes of a message, without its length, in either direction: 1 to 2<sup>30</sup>. Unless
     * set, 1 MiB, or what the length can say if that is less.
     *
     * @throws IllegalArgumentException if {@code bytes} is out of range, or more than the length can say
     */
    public LengthPrefixed maxFrameBytes(int bytes) {
        return new LengthPrefixed(
                lengthBytes, littleEndian, includesHeader, varint, Codecs.checkMax("maxFrameBytes", bytes));
    }

    /**
     * The same frames without a copy: a message is a read-only, big-endian buffer whose remaining bytes are where they were
     * received. It is <b>valid only until the listener returns</b>; sending it on before that is what it is for. The object
     * is the same for many messages, so neither keep it nor compare it by identity.
     */
    public CodecFactory<ByteBuffer> views() {
        int max = limit();
        return () -> new LengthPrefixedViewCodec(header, max);
    }

    @Override
    public Codec<byte[]> create() {
        return new LengthPrefixedCodec(header, limit());
    }

    private int limit() {
        return maxFrameBytes != 0 ? maxFrameBytes : (int) Math.min(Codec.DEFAULT_MAX_FRAME_BYTES, header.maxLength());
    }

    /** What may be unread: a header may be unfinished that will turn out to say more than the limit. */
    static int withHeader(LengthHeader header, int maxFrameBytes) {
        return header.bytes((int) header.maxLength()) + maxFrameBytes;
    }

    /** The fault of a frame over the limit. */
    static CodecException tooLong(long length, int maxFrameBytes) {
        return new CodecException("frame of %d bytes exceeds maxFrameBytes=%d".formatted(length, maxFrameBytes));
    }

    @Override
    public String toString() {
        return "lengthPrefixed(%s, maxFrameBytes=%d)".formatted(header, limit());
    }
}
