package io.github.packetboat.internal.io;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Where the frames that one loop sends are collected during a turn, whichever connection they are for. Each
 * {@link WriteQueue} remembers which ranges are its own, so a frame for a thousand members of a group is here once. Every
 * range is written, or copied to its queue, before the turn ends: then the buffer is empty again. Loop thread only.
 */
public final class Outbox {

    /** A connection with ranges in the outbox. */
    public interface Sender {
        /** Writes what the connection has in the outbox, or moves it elsewhere. Does not throw. */
        void flush();
    }

    private static final int CAPACITY_BYTES = 256 * 1024;
    private static final int GATHER_BYTES = 32 * 1024;
    /** A stalled range this part of the whole outbox or more shares one copy of it with the others that stalled. */
    private static final int SHARE_FRACTION = 8;
    /** Below this a shared copy's own object would outweigh the bytes. */
    private static final int SHARE_FROM_BYTES = 512;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY_BYTES);
    private final ByteBuffer view = buffer.duplicate();
    private final ByteBuffer gathered = ByteBuffer.allocateDirect(GATHER_BYTES);
    private final ArrayDeque<Sender> dirty = new ArrayDeque<>();
    private final ByteBuffer[] pair = {view, view};
    private @Nullable Sender current;
    private int unwritten;
    private @Nullable ByteBuffer copy;

    Outbox() {}

    /** The buffer to encode the next frame into, at its position. Has room for {@code CAPACITY_BYTES / 2} bytes at least. */
    public ByteBuffer room() {
        if (buffer.position() > CAPACITY_BYTES / 2) {
            flushAll();
        }
        return buffer;
    }

    /** The buffer as it is, without making room. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Keeps every byte where it is, whatever is flushed, until {@link #unpin}. Meanwhile there may be less room. */
    public void pin() {
        unwritten++;
    }

    /** Ends what {@link #pin} began. */
    public void unpin() {
        vacate();
    }

    /** From here to {@link #leave}, ranges of {@code sender} are its own to flush: it is in the middle of a read. */
    public void enter(Sender sender) {
        current = sender;
    }

    /** Ends what {@link #enter} began. */
    public void leave() {
        current = null;
    }

    /** Flushes every connection that has ranges here; the buffer is empty after that. */
    public void flushAll() {
        Sender reading = current;
        if (reading != null) {
            reading.flush();
        }
        Sender next;
        while ((next = dirty.poll()) != null) {
            next.flush();
        }
    }

    boolean isEmpty() {
        return unwritten == 0;
    }

    /** A connection that had no range has one now. */
    void occupy(Sender sender) {
        unwritten++;
        if (sender != current) {
            dirty.add(sender);
        }
    }

    /** A connection has no range any more. */
    void vacate() {
        if (--unwritten == 0) {
            buffer.clear();
            copy = null;
        }
    }

    /** A copy of the bytes from {@code start} to {@code end}. */
    public ByteBuffer copyOf(int start, int end) {
        return ByteBuffer.allocate(end - start).put(view(start, end)).flip();
    }

    /** The bytes of one range, valid until the next call. */
    ByteBuffer view(int from, int to) {
        return view.limit(to).position(from);
    }

    /** The bytes of one range and those of {@code tail}, to be written together; valid until the next call. */
    ByteBuffer[] view(int from, int to, ByteBuffer tail) {
        pair[0] = view(from, to);
        pair[1] = tail;
        return pair;
    }

    /** Copies several ranges behind each other, so that they go in one write. Returns false if they are too much for that. */
    boolean gather(int from, int to, int[] more, int moreLength) {
        int total = to - from;
        for (int i = 0; i < moreLength; i += 2) {
            total += more[i + 1] - more[i];
        }
        if (total > gathered.capacity()) {
            return false;
        }
        gathered.clear().put(view(from, to));
        for (int i = 0; i < moreLength; i += 2) {
            gathered.put(view(more[i], more[i + 1]));
        }
        gathered.flip();
        return true;
    }

    /** What {@link #gather} put together; valid until it is called again. */
    ByteBuffer gathered() {
        return gathered;
    }

    /** Whether a range of {@code length} bytes that stalled is better shared than copied. */
    boolean isWorthSharing(int length) {
        return length >= SHARE_FROM_BYTES && length >= buffer.position() / SHARE_FRACTION;
    }

    /** The bytes of one range in a copy of the outbox that all queues share which stalled in this turn. */
    ByteBuffer share(int from, int to) {
        ByteBuffer shared = copy;
        if (shared == null || shared.limit() < to) {
            int used = buffer.position();
            shared = ByteBuffer.allocate(used).put(view(0, used)).flip();
            copy = shared;
        }
        return shared.duplicate().limit(to).position(from);
    }
}
