package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How what other threads have sent reaches a connection's loop: through a {@link SendBuffer}, which the loop empties before
 * anything of its own. There is none until another thread sends, unless single frames are to be dropped or kept, which then
 * all go this way. Loop thread only, except where a method says otherwise.
 */
final class Intake<M> {
    /** At most so much of a send buffer's single frames is taken ahead of the kernel: the rest can be dropped or kept. */
    private static final int MOST_AHEAD_BYTES = 64 * 1024;

    private final Outbound<M> outbound;
    private final Drain<M> drain;
    private final EventLoop loop;
    private final SendBuffer<M> buffer;
    private final @Nullable UnsentFrames unsent;
    private final int aheadBytes;
    /** What the buffer had accepted and handed to connections before this one. */
    private final long acceptedBefore;
    /** What came through the buffer to this connection, once that has gone on to the next one; else negative. */
    private volatile long acceptedInAll = -1;

    private long saidBytes;
    private volatile boolean leavesRest;

    /** @param framed whether single frames are taken, and those that were not sent put back */
    Intake(Outbound<M> outbound, EventLoop loop, SendBuffer<M> buffer, int maxQueuedBytes, boolean framed) {
        this.outbound = outbound;
        this.drain = outbound.drain();
        this.loop = loop;
        this.buffer = buffer;
        this.unsent = framed ? new UnsentFrames() : null;
        this.aheadBytes = Math.min(MOST_AHEAD_BYTES, maxQueuedBytes / 4);
        this.acceptedBefore = buffer.accepted() - buffer.frames();
    }

    /** Takes what is in the buffer from now on. Thread-safe. */
    void begin() {
        buffer.attach(this);
    }

    /** Whether the loop's own messages go this way too. */
    boolean takesAll() {
        return unsent != null;
    }

    /** The buffer to offer messages to. Thread-safe. */
    SendBuffer<M> buffer() {
        return buffer;
    }

    /** Bytes that wait to be taken. Thread-safe. */
    long bytes() {
        return leavesRest ? 0 : buffer.bytes();
    }

    /** Messages accepted for this connection, or for none and handed to it. Thread-safe, roughly. */
    long accepted() {
        long inAll = acceptedInAll;
        return inAll >= 0 ? inAll : buffer.accepted() - acceptedBefore;
    }

    /** The buffer holds more than before. Thread-safe. */
    void noteBuffered() {
        outbound.noteGrown();
    }

    /** Bytes that were taken and wait for the kernel. Thread-safe. */
    long takenBytes() {
        return outbound.loopQueuedBytes();
    }

    /** One more message would have been too much. Thread-safe. */
    void overflowed(long queued) {
        outbound.overflowed(queued);
    }

    /** Asks the loop to take what the buffer holds. Thread-safe. */
    void scheduleTake() {
        try {
            loop.execute(this::takeSoon);
        } catch (RejectedExecutionException e) {
            outbound.loopStopped();
        }
    }

    /** Takes what other threads have sent up to now: what the loop sends next comes after it. */
    void take() {
        if (buffer.bytes() > 0 && mayTake()) {
            buffer.take(this::accept, this::wantsMore, true);
        }
    }

    /** Takes what other threads have sent, or lets them send some more first. */
    void takeSoon() {
        if (!mayTake() || (drain.isWaiting() && unsent == null)) {
            // what waits for the kernel is better left where it is than copied behind what waits already
            outbound.noteCongestion();
            return;
        }
        if (!buffer.take(this::accept, this::wantsMore, false)) {
            loop.execute(this::takeSoon);
        }
    }

    private boolean mayTake() {
        return !drain.isClosed() && !leavesRest;
    }

    private boolean wantsMore() {
        return mayTake() && drain.mayWrite() && outbound.loopQueuedBytes() <= aheadBytes;
    }

    private void accept(ByteBuffer bytes) {
        if (drain.isClosed()) {
            return;
        }
        if (unsent != null) {
            unsent.add(bytes);
        }
        drain.accept(bytes, false);
    }

    /** The loop has queued {@code bytes} that are for this connection only: they are never put back. */
    void said(ByteBuffer bytes) {
        if (unsent != null) {
            unsent.addForThisOnly(bytes);
            saidBytes += bytes.remaining();
        }
    }

    /** How many of the bytes that may still wait are no messages, where {@link #takesAll}. */
    long saidBytes() {
        return saidBytes;
    }

    /** What was taken last is about to count in the connection's own queue. */
    void arrived() {
        buffer.arrived();
    }

    /** The loop has written, and has {@code queued} bytes left. */
    void wrote(long queued, boolean waiting) {
        if (queued == 0 && !waiting && unsent != null) {
            unsent.clear();
            saidBytes = 0;
        }
        signalRoom();
        if (unsent != null && !waiting && buffer.bytes() > 0 && queued <= aheadBytes) {
            scheduleTake();
        }
    }

    private void signalRoom() {
        if (!buffer.signalRoom()) {
            loop.execute(this::signalRoom);
        }
    }

    /**
     * Takes in what other threads sent before the connection was closed; they can send no more. What is {@code kept} for
     * the next connection is left to that.
     */
    void close(boolean kept) {
        if (kept) {
            leavesRest = true;
            leave();
        } else {
            buffer.close();
            take();
        }
    }

    /**
     * Forgets what is left, or puts back for the next connection what is {@code kept}, with the {@code lost} bytes that the
     * loop had. Returns how many bytes will not be sent.
     */
    long discard(boolean kept, long lost) {
        long gone = 0;
        if (!kept) {
            gone = lost + buffer.discard();
        } else if (unsent != null) {
            unsent.putBack(buffer, lost);
        }
        leave();
        return gone;
    }

    private void leave() {
        buffer.attach(null);
        if (acceptedInAll < 0) {
            acceptedInAll = buffer.accepted() - acceptedBefore;
        }
    }
}
