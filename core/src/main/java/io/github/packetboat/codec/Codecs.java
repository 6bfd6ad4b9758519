package io.github.packetboat.codec;

/**
 * The codecs that come with Packetboat. Each has a limit on the size of a message, and each can be made a codec of your
 * own type by {@link CodecFactory#map}.
 *
 * <p>On a stream: {@link #lines()}, {@link #delimited}, {@link #lengthPrefixed()}, {@link #fixedLength}, and for peers that
 * do not frame {@link #chunks()} and {@link #byteChunks()}. In datagrams and WebSocket messages, which come whole:
 * {@link #utf8()} and {@link #bytes()}.
 */
public final class Codecs {
    /** The most that a limit can be set to: 1 GiB, since a frame must fit in one buffer. */
    static final int MOST_FRAME_BYTES = 1 << 30;

    private Codecs() {}

    /** Lines of UTF-8 text that end with LF or CRLF, of at most 64 KiB unless set otherwise. */
    public static Lines lines() {
        return Lines.DEFAULT;
    }

    /**
     * Frames that end with {@code delimiter}, of at most 64 KiB unless set otherwise.
     *
     * @param delimiter any 1 to 64 bytes
     * @throws IllegalArgumentException if there are fewer or more
     */
    public static Delimited delimited(byte... delimiter) {
        return Delimited.by(delimiter);
    }

    /** Frames with their length in front, 4 bytes big-endian unless set otherwise, of at most 1 MiB unless set otherwise. */
    public static LengthPrefixed lengthPrefixed() {
        return LengthPrefixed.DEFAULT;
    }

    /**
     * Frames of {@code bytes} bytes each. A message of another length is refused.
     *
     * @param bytes 1 to 2<sup>30</sup>
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    public static CodecFactory<byte[]> fixedLength(int bytes) {
        int length = checkMax("fixedLength", bytes);
        return () -> new FixedLengthCodec(length);
    }

    /**
     * One UTF-8 text from all the bytes there are, even none: for datagrams and WebSocket, where a message comes whole and
     * has its limit there. On a stream it would never know where a message ends; {@link #chunks()} is meant for that.
     */
    public static CodecFactory<String> utf8() {
        return WholeText::new;
    }

    /**
     * One message from all the bytes there are, even none: for datagrams and WebSocket, where a message comes whole and has
     * its limit there. On a stream it would never know where a message ends; {@link #byteChunks()} is meant for that.
     */
    public static CodecFactory<byte[]> bytes() {
        return WholeBytes::new;
    }

    /**
     * UTF-8 text of a stream without frames: whatever has arrived is a message, at least one character, and only a
     * character that is not all there waits for its rest. Where one message ends and the next begins means nothing. Bytes
     * that are not UTF-8 are an error that says their offset in the stream. An empty text sends nothing.
     */
    public static CodecFactory<String> chunks() {
        return TextChunks::new;
    }

    /** Bytes of a stream without frames: whatever has arrived is a message, at least one byte. An empty one sends nothing. */
    public static CodecFactory<byte[]> byteChunks() {
        return ByteChunks::new;
    }

    /** {@code bytes}, which the option {@code name} was set to, if it is a possible limit. */
    static int checkMax(String name, int bytes) {
        if (bytes < 1 || bytes > MOST_FRAME_BYTES) {
            throw new IllegalArgumentException(name + "=" + bytes + " is out of range: 1 to " + MOST_FRAME_BYTES);
        }
        return bytes;
    }
}
