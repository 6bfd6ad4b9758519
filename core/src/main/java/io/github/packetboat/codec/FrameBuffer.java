package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a codec puts the bytes of one frame. Multi-byte values are big-endian; the buffer grows as needed. Not
 * thread-safe: one thread at a time, as for the codec that writes to it.
 *
 * <p>A codec only ever uses the {@code put…}, {@code set…} and {@link #length} methods. The others belong to whoever runs
 * the codec: {@link #begin} starts a frame, and after {@link Codec#encode} the frame's bytes are those of
 * {@link #bytes()} from {@link #start()} to its position, followed by those of {@link #borrowed()} if it is not null. To
 * try a codec by hand:
 *
 * <pre>{@code
 * FrameBuffer out = FrameBuffer.allocate(64);
 * codec.encode("hello", out);
 * byte[] frame = out.toByteArray();
 * }</pre>
 */
public final class FrameBuffer {
    /** From this size on a buffer is lent to the transport rather than copied: a copy costs more than a second piece. */
    private static final int BORROW_FROM_BYTES = 8 * 1024;

    private ByteBuffer bytes;
    private int start;
    private boolean borrows;
    private @Nullable ByteBuffer borrowed;

    private FrameBuffer(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** An empty buffer on the heap with room for {@code capacity} bytes before it first grows. */
    public static FrameBuffer allocate(int capacity) {
        return new FrameBuffer(ByteBuffer.allocate(capacity));
    }

    /** Puts the low 8 bits of {@code value}. */
    public FrameBuffer putByte(int value) {
        room(1).put((byte) value);
        return this;
    }

    /** Puts the low 16 bits of {@code value}, high byte first. */
    public FrameBuffer putShort(int value) {
        room(2).putShort((short) value);
        return this;
    }

    /** Puts the low 24 bits of {@code value}, high byte first. */
    public FrameBuffer putMedium(int value) {
        room(3).putShort((short) (value >> 8)).put((byte) value);
        return this;
    }

    /** Puts the 4 bytes of {@code value}, high byte first. */
    public FrameBuffer putInt(int value) {
        room(4).putInt(value);
        return this;
    }

    /** Puts the 8 bytes of {@code value}, high byte first. */
    public FrameBuffer putLong(long value) {
        room(8).putLong(value);
        return this;
    }

    /**
     * Puts {@code value}, taken as unsigned, as a varint (LEB128, as in Protocol Buffers): 7 bits a byte, low bits first,
     * the high bit set on all but the last. 1 to 5 bytes.
     */
    public FrameBuffer putVarint(int value) {
        if (value >>> 7 == 0) {
            return putByte(value);
        }
        ByteBuffer b = room(5);
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            b.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        b.put((byte) rest);
        return this;
    }

    /**
     * Puts {@code text} in UTF-8, without its length and without a terminator.
     *
     * @throws CodecException if {@code text} holds half of a surrogate pair, which has no UTF-8; the message says at which
     *     index, and nothing has been put
     */
    public FrameBuffer putUtf8(String text) throws CodecException {
        // Measured: one vectorized copy to an array and another from it beat any loop over the characters.
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = room(utf8.length);
        int at = b.position();
        int end = at + utf8.length;
        b.put(at, utf8);
        if (Scan.indexOf(b, Utf8.UNENCODABLE, at, end) >= 0) {
            Utf8.checkSurrogates(text);
        }
        b.position(end);
        return this;
    }

    /** Puts all of {@code source}. */
    public FrameBuffer put(byte[] source) {
        room(source.length).put(source);
        return this;
    }

    /** Puts {@code length} bytes of {@code source} from {@code offset} on. */
    public FrameBuffer put(byte[] source, int offset, int length) {
        room(length).put(source, offset, length);
        return this;
    }

    /**
     * Puts the bytes of {@code source} between its position and its limit, and leaves both as they are. A large source may
     * be read only after {@link Codec#encode} has returned, but always before the {@code send} it is part of returns.
     */
    public FrameBuffer put(ByteBuffer source) {
        int n = source.remaining();
        if (borrows && n >= BORROW_FROM_BYTES && borrowed == null) {
            borrowed = source;
            return this;
        }
        copy(source, n);
        return this;
    }

    /** How many bytes the frame has so far. */
    public int length() {
        int own = bytes.position() - start;
        return borrowed == null ? own : own + borrowed.remaining();
    }

    /** Overwrites the byte at {@code index} of the frame, for a header that is known only when the body is there. */
    public FrameBuffer setByte(int index, int value) {
        bytes.put(start + index, (byte) value);
        return this;
    }

    /** Overwrites the 4 bytes from {@code index} of the frame on. */
    public FrameBuffer setInt(int index, int value) {
        bytes.putInt(start + index, value);
        return this;
    }

    /** A copy of the frame's bytes. */
    public byte[] toByteArray() {
        byte[] frame = new byte[length()];
        int own = bytes.position() - start;
        bytes.get(start, frame, 0, own);
        if (borrowed != null) {
            borrowed.get(borrowed.position(), frame, own, borrowed.remaining());
        }
        return frame;
    }

    /**
     * Starts a frame at the position of {@code target}, which must be big-endian. Bytes go there as long as it has room, and
     * into a larger buffer of this object's own after that.
     *
     * @param mayBorrow whether one large buffer may be left where it is, to be read through {@link #borrowed()}
     */
    public void begin(ByteBuffer target, boolean mayBorrow) {
        // a reference stored costs the collector's barrier, each time
        if (bytes != target) {
            bytes = target;
        }
        if (borrowed != null) {
            borrowed = null;
        }
        start = target.position();
        borrows = mayBorrow;
    }

    /** The buffer that holds the frame from {@link #start()} to its position: the target of {@link #begin}, or a larger one. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Where in {@link #bytes()} the frame starts. */
    public int start() {
        return start;
    }

    /** The buffer whose remaining bytes follow those of {@link #bytes()}, or null if there is none. */
    public @Nullable ByteBuffer borrowed() {
        return borrowed;
    }

    private ByteBuffer room(int n) {
        ByteBuffer b = bytes;
        return b.remaining() >= n && borrowed == null ? b : makeRoom(n);
    }

    private ByteBuffer makeRoom(int n) {
        ByteBuffer lent = borrowed;
        if (lent != null) {
            borrowed = null;
            copy(lent, lent.remaining());
        }
        if (bytes.remaining() < n) {
            int length = bytes.position() - start;
            ByteBuffer larger = ByteBuffer.allocate(Math.max(Math.addExact(length, n), 2 * length));
            larger.put(0, bytes, start, length).position(length);
            bytes = larger;
            start = 0;
        }
        return bytes;
    }

    private void copy(ByteBuffer source, int n) {
        ByteBuffer b = room(n);
        int at = b.position();
        b.put(at, source, source.position(), n).position(at + n);
    }
}
