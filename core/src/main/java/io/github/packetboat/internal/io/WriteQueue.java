package io.github.packetboat.internal.io;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one connection has yet to hand to the kernel, in order: first the bytes that <em>stalled</em> since the kernel did
 * not take them, then the ranges of this turn in the {@link Outbox}. Owns no buffer while nothing is stalled. Loop thread
 * only, but for {@link #bytes()}.
 */
public final class WriteQueue {
    private static final int[] NONE = {};

    private static final VarHandle BYTES;

    static {
        try {
            BYTES = MethodHandles.lookup().findVarHandle(WriteQueue.class, "bytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Outbox outbox;
    private final Outbox.Sender sender;
    private int from;
    private int to;
    /** Further ranges after [from, to), as pairs, when frames of several connections lie interleaved in the outbox. */
    private int[] more = NONE;

    private int moreLength;
    /** The bytes that stalled, as long as there are some. */
    private @Nullable Backlog stalled;

    private long bytes;
    private long writtenBytes;

    public WriteQueue(Outbox outbox, Outbox.Sender sender) {
        this.outbox = outbox;
        this.sender = sender;
    }

    public Outbox outbox() {
        return outbox;
    }

    /** How many bytes wait here. Thread-safe; exact on the loop, at most a moment old elsewhere. */
    public long bytes() {
        return (long) BYTES.getOpaque(this);
    }

    /** How many bytes went from here to the transport in all. */
    public long writtenBytes() {
        return writtenBytes;
    }

    /** Whether the kernel has refused bytes, so that only its readiness can bring things forward. */
    public boolean isStalled() {
        Backlog waiting = stalled;
        return waiting != null && waiting.bytes() > 0;
    }

    /** How many buffers this queue owns or shares now. */
    public int ownedBuffers() {
        Backlog waiting = stalled;
        return waiting == null ? 0 : waiting.buffers();
    }

    /** Takes the outbox's bytes from {@code start} to {@code end} as this connection's next ones. */
    public void add(int start, int end) {
        if (to == start && to != from && moreLength == 0) {
            to = end;
        } else {
            addApart(start, end);
        }
        addBytes(end - start);
    }

    private void addApart(int start, int end) {
        if (start == end) {
            return;
        }
        if (from == to) {
            from = start;
            to = end;
            outbox.occupy(sender);
            return;
        }
        int[] ranges = more.length == 0 ? new int[8] : more;
        if (moreLength > 0 && ranges[moreLength - 1] == start) {
            ranges[moreLength - 1] = end;
            return;
        }
        if (moreLength == ranges.length) {
            ranges = Arrays.copyOf(ranges, 2 * moreLength);
        }
        ranges[moreLength++] = start;
        ranges[moreLength++] = end;
        more = ranges;
    }

    /**
     * Writes what waits here as far as the kernel takes it now. What it does not take of the outbox is copied out of it, so
     * that the outbox holds nothing of this connection afterwards.
     */
    public void flush(Transport transport) throws IOException {
        if (isStalled() || transport.unflushedBytes() > 0) {
            stallRanges();
            return;
        }
        if (from != to) {
            writeRanges(transport);
        }
    }

    /** Writes the stalled bytes, now that the kernel takes some again. */
    public void flushStalled(Transport transport) throws IOException {
        transport.flush();
        Backlog waiting = stalled;
        while (waiting != null && waiting.bytes() > 0 && transport.unflushedBytes() == 0) {
            ByteBuffer next = waiting.first();
            int before = next.remaining();
            transport.write(next);
            int written = before - next.remaining();
            waiting.wrote(written);
            written(written);
            if (next.hasRemaining()) {
                return;
            }
        }
        if (!isStalled()) {
            stalled = null;
            flush(transport);
        }
    }

    /**
     * Writes, after everything that waits here, the outbox's bytes from {@code start} to {@code end} followed by
     * {@code body}.
     *
     * @param mayKeep whether {@code body} is this queue's now, and its bytes never change; else what the kernel does not
     *     take of it is copied, and it is not touched once this returns
     */
    public void writeThrough(Transport transport, int start, int end, ByteBuffer body, boolean mayKeep)
            throws IOException {
        if (from != to && to != start) {
            flush(transport);
        }
        add(start, end);
        addBytes(body.remaining());
        if (!isStalled() && transport.unflushedBytes() == 0) {
            ByteBuffer[] two = outbox.view(from, to, body);
            int before = to - from + body.remaining();
            transport.write(two);
            int headLeft = two[0].remaining();
            written(before - headLeft - body.remaining());
            if (headLeft > 0) {
                stall(to - headLeft, to);
            }
            clearRanges();
        } else {
            stallRanges();
        }
        stall(body, mayKeep);
    }

    /** Copies what this connection has in the outbox out of it, without writing anything. */
    public void stall() {
        stallRanges();
    }

    /** As {@link #writeThrough}, without writing anything. */
    public void stallThrough(int start, int end, ByteBuffer body, boolean mayKeep) {
        add(start, end);
        addBytes(body.remaining());
        stallRanges();
        stall(body, mayKeep);
    }

    /** Forgets everything. Returns how many bytes that were. */
    public long discard() {
        clearRanges();
        stalled = null;
        long lost = bytes();
        BYTES.setOpaque(this, 0L);
        return lost;
    }

    private void writeRanges(Transport transport) throws IOException {
        if (moreLength > 0 && outbox.gather(from, to, more, moreLength)) {
            ByteBuffer gathered = outbox.gathered();
            int before = gathered.remaining();
            transport.write(gathered);
            written(before - gathered.remaining());
            stall(gathered);
            clearRanges();
            return;
        }
        boolean taken = write(transport, from, to);
        for (int i = 0; i < moreLength; i += 2) {
            int start = more[i];
            int end = more[i + 1];
            if (taken) {
                taken = write(transport, start, end);
            } else {
                stall(start, end);
            }
        }
        clearRanges();
    }

    /** Writes one range. Returns whether the kernel took all of it; what it did not take is stalled. */
    private boolean write(Transport transport, int start, int end) throws IOException {
        ByteBuffer view = outbox.view(start, end);
        transport.write(view);
        int left = view.remaining();
        written(end - start - left);
        if (left == 0) {
            return true;
        }
        stall(end - left, end);
        return false;
    }

    private void stallRanges() {
        if (from == to) {
            return;
        }
        stall(from, to);
        for (int i = 0; i < moreLength; i += 2) {
            stall(more[i], more[i + 1]);
        }
        clearRanges();
    }

    private void clearRanges() {
        if (from == to) {
            return;
        }
        from = 0;
        to = 0;
        if (moreLength > 0) {
            moreLength = 0;
            more = NONE;
        }
        outbox.vacate();
    }

    private void stall(int start, int end) {
        if (!outbox.isWorthSharing(end - start)) {
            stall(outbox.view(start, end));
            return;
        }
        backlog().keep(outbox.share(start, end));
    }

    private void stall(ByteBuffer body, boolean mayKeep) {
        if (!mayKeep) {
            stall(body);
        } else if (body.hasRemaining()) {
            backlog().keep(body);
        }
    }

    /** Copies what remains of {@code source} behind the stalled bytes. */
    private void stall(ByteBuffer source) {
        if (source.hasRemaining()) {
            backlog().copy(source);
        }
    }

    private Backlog backlog() {
        Backlog made = stalled;
        if (made == null) {
            made = new Backlog();
            stalled = made;
        }
        return made;
    }

    private void written(int n) {
        writtenBytes += n;
        addBytes(-n);
    }

    private void addBytes(int n) {
        BYTES.setOpaque(this, (long) BYTES.get(this) + n);
    }
}
