package io.github.packetboat.internal.io;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one connection has received and nobody has consumed yet: the beginning of a frame. As a rule there is nothing, and
 * no buffer: bytes are read into the buffer that the loop's connections share, and consumed there. A small rest is kept on
 * the heap and copied in front of the next bytes; a large one is kept in a direct buffer, into which the next bytes are
 * read. That one grows with the bytes that have come, never by what a peer says is coming. Loop thread only.
 */
public final class ReadBuffer {
    /** Whose buffer it is. */
    public interface Holder {
        /** The buffer holds {@code changeBytes} of memory more, or, if negative, less than before. */
        void holds(int changeBytes);
    }

    private static final int MAX_READ_AHEAD_BYTES = 256 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteBuffer shared;
    private final BufferPool pool;
    private final Holder holder;
    private @Nullable ByteBuffer kept;
    /** How large a buffer the peer has filled at one go: worth as much again. */
    private int filledBytes;

    public ReadBuffer(EventLoop loop, Holder holder) {
        this(loop.readBuffer(), loop.buffers(), holder);
    }

    ReadBuffer(ByteBuffer shared, BufferPool pool, Holder holder) {
        this.shared = shared;
        this.pool = pool;
        this.holder = holder;
    }

    /**
     * A buffer to read into at its position, with what is kept before that.
     *
     * @param minRoom how much more must fit in at least
     */
    public ByteBuffer toFill(int minRoom) {
        ByteBuffer in = kept;
        if (in == null) {
            return shared.clear();
        }
        if (in.capacity() <= BufferPool.SMALL_BYTES) {
            return shared.clear().put(0, in, 0, in.position()).position(in.position());
        }
        if (in.remaining() < minRoom) {
            return replace(in, in.flip(), grown(in.capacity(), in.limit() + minRoom));
        }
        return in;
    }

    /** Notes that {@code in}, from {@link #toFill}, has been read into. */
    public void filled(ByteBuffer in) {
        if (!in.hasRemaining()) {
            filledBytes = Math.min(MAX_READ_AHEAD_BYTES, Math.max(filledBytes, in.capacity()));
        }
    }

    /** Keeps what remains of {@code in}, which came from {@link #toFill} and was flipped, in place of what was kept before. */
    public void keep(ByteBuffer in) {
        int left = in.remaining();
        ByteBuffer old = kept;
        if (left == 0) {
            clear();
        } else if (left <= BufferPool.SMALL_BYTES) {
            if (old == null || in == old || old.capacity() < left) {
                replace(old, in, left);
            } else {
                old.clear().put(in);
            }
        } else if (in == old && filledBytes <= in.capacity()) {
            in.compact();
        } else {
            replace(old, in, grown(left, filledBytes));
        }
    }

    private ByteBuffer replace(@Nullable ByteBuffer old, ByteBuffer content, int capacity) {
        ByteBuffer fresh = pool.take(capacity);
        holder.holds(fresh.capacity());
        fresh.put(content);
        kept = fresh;
        if (old != null) {
            giveBack(old);
        }
        return fresh;
    }

    /** Twice {@code bytes}, but {@code least} at least. */
    private static int grown(int bytes, int least) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(2L * bytes, least));
    }

    /** Keeps nothing any more, and holds no buffer. */
    public void clear() {
        ByteBuffer old = kept;
        if (old != null) {
            kept = null;
            giveBack(old);
        }
    }

    private void giveBack(ByteBuffer buffer) {
        holder.holds(-buffer.capacity());
        pool.give(buffer);
    }

    /** The bytes that are kept, valid until more are read. */
    public ByteBuffer view() {
        ByteBuffer in = kept;
        return in == null ? NOTHING : in.duplicate().flip();
    }

    /** How many bytes are kept. */
    public int bytes() {
        ByteBuffer in = kept;
        return in == null ? 0 : in.position();
    }
}
