package io.github.packetboat.testkit;

import io.github.packetboat.testkit.Direction.CutPoint;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.SplittableRandom;

/**
 * One direction of one connection. A thread reads from the source into a queue of parcels, each with the time at which
 * it is due; another takes them out and writes to the sink. A reset of the source is a parcel too.
 *
 * <pre>
 *            black hole, or the sink is gone            link reset or closed
 *  OPEN ───────────────────────────────────► SWALLOWING ──────────────────► CLOSED
 *    └── FIN delivered, half-close, cut ───► ENDED ─────────────────────────►┘
 * </pre>
 * Thread-safe; all fields below the lock are guarded by this.
 */
final class Lane {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int MAX_QUEUED_BYTES = 1 << 20;

    private enum State {
        OPEN,
        SWALLOWING,
        ENDED,
        CLOSED
    }

    private enum Kind {
        DATA,
        FIN,
        RST
    }

    private record Parcel(Kind kind, byte[] bytes, long dueNanos) {}

    private final Link link;
    private final Socket source;
    private final Socket sink;
    private final Direction direction;
    private final SplittableRandom random = new SplittableRandom(7); // the same delays in each run

    private final Queue<Parcel> queue = new ArrayDeque<>();
    private State state = State.OPEN;
    private boolean sourceEnded;
    private int queuedBytes;
    private long lastDueNanos = System.nanoTime();

    private CutPoint seenCutPoint; // the rest: writer thread only
    private long bytesSinceCutPoint;
    private long paceNanos = lastDueNanos;

    Lane(Link link, Socket source, Socket sink, Direction direction) {
        this.link = link;
        this.source = source;
        this.sink = sink;
        this.direction = direction;
    }

    /** Body of the reading thread. */
    void readAll() {
        byte[] buffer = new byte[CHUNK_BYTES];
        try {
            while (awaitRoom()) {
                int count = source.getInputStream().read(buffer);
                if (count < 0) {
                    offer(Kind.FIN, new byte[0]);
                    break;
                }
                offer(Kind.DATA, Arrays.copyOf(buffer, count));
            }
        } catch (IOException e) {
            offer(Kind.RST, new byte[0]);
        }
        synchronized (this) {
            sourceEnded = true;
        }
        link.closeIfEnded();
    }

    /** Waits while stalled or full; false if there is nothing to read for any more. */
    private synchronized boolean awaitRoom() {
        while (state == State.OPEN && !direction.blackHole && (direction.stalled || queuedBytes >= MAX_QUEUED_BYTES)) {
            await(0);
        }
        return state != State.CLOSED;
    }

    /** Lets the sink's reset take its way against this direction. */
    void sourceReset() {
        offer(Kind.RST, new byte[0]);
    }

    private void offer(Kind kind, byte[] bytes) {
        boolean resetAtOnce;
        synchronized (this) {
            if (state == State.OPEN && direction.blackHole) {
                swallow();
            }
            resetAtOnce = state == State.ENDED && kind == Kind.RST;
            if (state == State.OPEN) {
                long jitter = random.nextLong(direction.jitterNanos + 1);
                long due = System.nanoTime() + direction.latencyNanos + jitter;
                lastDueNanos = due - lastDueNanos > 0 ? due : lastDueNanos;
                queue.add(new Parcel(kind, bytes, lastDueNanos));
                queuedBytes += bytes.length;
                notifyAll();
            } else {
                direction.swallowed(bytes.length);
            }
        }
        if (resetAtOnce) {
            link.reset();
        }
    }

    /** Body of the writing thread. */
    void writeAll() {
        try {
            for (Parcel next = take(); next != null; next = take()) {
                switch (next.kind()) {
                    case DATA -> deliver(next.bytes());
                    case FIN -> end();
                    case RST -> link.reset();
                }
            }
        } catch (IOException e) {
            synchronized (this) {
                if (state != State.OPEN) {
                    return;
                }
                swallow();
            }
            link.opposite(this).sourceReset();
        }
    }

    /** The next parcel when it is due; null if nothing more is to be delivered. */
    private synchronized Parcel take() {
        while (state == State.OPEN && queue.isEmpty()) {
            await(0);
        }
        if (state != State.OPEN || !awaitClear(queue.peek().dueNanos())) {
            return null;
        }
        Parcel next = queue.remove();
        queuedBytes -= next.bytes().length;
        notifyAll();
        return next;
    }

    /** Waits until {@code dueNanos} has come and nothing stalls; false if nothing more is to be delivered. */
    private synchronized boolean awaitClear(long dueNanos) {
        while (state == State.OPEN) {
            long wait = dueNanos - System.nanoTime();
            if (direction.stalled || direction.blackHole) {
                await(0); // a black hole swallows when something comes: see offer
            } else if (wait > 0) {
                await(wait);
            } else {
                return true;
            }
        }
        return false;
    }

    private void deliver(byte[] bytes) throws IOException {
        int at = 0;
        while (awaitClear(paceNanos)) {
            CutPoint cutPoint = direction.cutPoint;
            long room = roomBeforeCut(cutPoint);
            if (room == 0) {
                link.cut(this, cutPoint.cut);
                return;
            }
            if (at == bytes.length) {
                return;
            }
            int count = (int) Math.min(room, segmentBytes(bytes.length - at));
            sink.getOutputStream().write(bytes, at, count);
            at += count;
            bytesSinceCutPoint += count;
            direction.forwarded(count);
            pace(count);
        }
        direction.swallowed(bytes.length - at);
    }

    private long roomBeforeCut(CutPoint point) {
        if (point != seenCutPoint) {
            seenCutPoint = point;
            bytesSinceCutPoint = 0;
        }
        return point == null ? Long.MAX_VALUE : point.afterBytes - bytesSinceCutPoint;
    }

    private int segmentBytes(int most) {
        int slice = direction.sliceBytes;
        long rate = direction.bytesPerSecond;
        int count = slice > 0 ? Math.min(slice, most) : most;
        return rate > 0 ? (int) Math.min(count, Math.max(1, rate / 100)) : count; // 10 ms worth, so it flows
    }

    private void pace(int count) {
        long now = System.nanoTime();
        long rate = direction.bytesPerSecond;
        if (rate > 0) {
            long from = paceNanos - now > 0 ? paceNanos : now;
            paceNanos = from + count * 1_000_000_000L / rate;
        } else {
            paceNanos = now + direction.sliceGapNanos;
        }
    }

    /** Sends a FIN to the sink and discards whatever is or comes under way. */
    void end() {
        synchronized (this) {
            if (state != State.OPEN) {
                return;
            }
            discardQueue();
            state = State.ENDED;
        }
        try {
            sink.shutdownOutput();
        } catch (IOException e) {
            link.reset();
        }
        link.closeIfEnded();
    }

    /** Nothing more happens in this lane; its threads end once the sockets are closed. */
    synchronized void close() {
        discardQueue();
        state = State.CLOSED;
    }

    synchronized boolean hasEnded() {
        return state == State.ENDED && sourceEnded;
    }

    synchronized void faultsChanged() {
        if (state == State.OPEN && direction.blackHole && !queue.isEmpty()) {
            swallow();
        }
        notifyAll();
    }

    private synchronized void swallow() {
        discardQueue();
        state = State.SWALLOWING;
    }

    private synchronized void discardQueue() {
        direction.swallowed(queuedBytes);
        queue.clear();
        queuedBytes = 0;
        notifyAll();
    }

    /** Waits for a change, at most {@code nanos} unless that is 0. */
    private synchronized void await(long nanos) {
        try {
            wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the threads of a fault proxy", e);
        }
    }
}
