package io.github.packetboat.testkit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One direction of a {@link FaultProxy}: the faults that befall the bytes of every connection, those of today and
 * tomorrow, and how many got through. Each fault stays until it is set anew or {@link #clear()} is called; each setter
 * returns this direction. Thread-safe.
 */
public final class Direction {
    /** How a connection is cut. */
    public enum Cut {
        /** Both ends see a reset. */
        RESET,
        /** Both ends see a FIN; what they still send is discarded. */
        CLOSE,
        /** The receiver sees a FIN, what its sender still sends is discarded; the other direction goes on. */
        HALF_CLOSE
    }

    /** A cut after so many bytes. Compared by identity, since setting the same one again starts a new count. */
    static final class CutPoint {
        final long afterBytes;
        final Cut cut;

        CutPoint(long afterBytes, Cut cut) {
            this.afterBytes = afterBytes;
            this.cut = cut;
        }
    }

    private final String name;
    private final Object connecting;
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private final AtomicLong bytesForwarded = new AtomicLong();
    private final AtomicLong segmentsForwarded = new AtomicLong();
    private final AtomicLong bytesSwallowed = new AtomicLong();

    /* What the lanes look at before each step; zero and null mean no fault. */
    volatile long latencyNanos;
    volatile long jitterNanos;
    volatile int sliceBytes;
    volatile long sliceGapNanos;
    volatile long bytesPerSecond;
    volatile CutPoint cutPoint;
    volatile boolean stalled;
    volatile boolean blackHole;

    /** {@code connecting} is held while a connection is made. */
    Direction(String name, Object connecting) {
        this.name = name;
        this.connecting = connecting;
    }

    /** Delays each byte by {@code delay}; as much as is under way at a time is not limited by that. */
    public Direction latency(Duration delay) {
        latencyNanos = notNegative("delay", delay);
        return changed();
    }

    /** Adds to the latency a random part of up to {@code most}; order is kept. */
    public Direction jitter(Duration most) {
        jitterNanos = notNegative("most", most);
        return changed();
    }

    /** Forwards at most {@code bytes} a segment (0: as they come). A slow receiver may still find several at once. */
    public Direction slice(int bytes) {
        return slice(bytes, Duration.ZERO);
    }

    /** As {@link #slice(int)}, with a pause after each segment, so that even a slow receiver sees them one by one. */
    public Direction slice(int bytes, Duration gap) {
        notNegative("bytes", bytes);
        sliceGapNanos = notNegative("gap", gap);
        sliceBytes = bytes;
        return changed();
    }

    /** Forwards at most so many bytes a second on each connection (0: no limit). */
    public Direction bandwidth(long bytesPerSecond) {
        notNegative("bytesPerSecond", bytesPerSecond);
        this.bytesPerSecond = bytesPerSecond;
        return changed();
    }

    /**
     * Cuts each connection once it has forwarded {@code bytes} in this direction, counted from now or from its begin;
     * the receiver gets exactly these bytes first. With 0, the cut comes when the next byte wants to go.
     */
    public Direction cutAfter(long bytes, Cut cut) {
        notNegative("bytes", bytes);
        cutPoint = new CutPoint(bytes, cut);
        return changed();
    }

    /** Forwards nothing and soon takes nothing, so that the sender's writes block; {@link #resume()} loses nothing. */
    public Direction stall() {
        stalled = true;
        return changed();
    }

    /** Ends {@link #stall()}. */
    public Direction resume() {
        stalled = false;
        return changed();
    }

    /**
     * Takes bytes, FIN and RST and forwards none of them. A connection that lost something so stays a black hole for
     * good, as a stream with a gap would be a lie; others are sound again after {@link #clear()}.
     */
    public Direction blackHole() {
        blackHole = true;
        return changed();
    }

    /** Sends a FIN to the receiver of each connection there is now, and discards what its sender still sends. */
    public Direction halfClose() {
        List<Lane> ending;
        synchronized (connecting) {
            ending = List.copyOf(lanes);
        }
        ending.forEach(Lane::end);
        return this;
    }

    /** Takes back all faults of this direction. */
    public Direction clear() {
        latencyNanos = jitterNanos = sliceGapNanos = bytesPerSecond = 0;
        sliceBytes = 0;
        cutPoint = null;
        stalled = blackHole = false;
        return changed();
    }

    /** How many bytes were handed to receivers, over all connections. */
    public long bytesForwarded() {
        return bytesForwarded.get();
    }

    /** How many writes it took to hand them over. */
    public long segmentsForwarded() {
        return segmentsForwarded.get();
    }

    /** How many bytes were taken and thrown away. */
    public long bytesSwallowed() {
        return bytesSwallowed.get();
    }

    void add(Lane lane) {
        lanes.add(lane);
    }

    void remove(Lane lane) {
        lanes.remove(lane);
    }

    void forwarded(int bytes) {
        segmentsForwarded.incrementAndGet();
        bytesForwarded.addAndGet(bytes);
    }

    void swallowed(int bytes) {
        bytesSwallowed.addAndGet(bytes);
    }

    private Direction changed() {
        lanes.forEach(Lane::faultsChanged);
        return this;
    }

    private static long notNegative(String what, Duration value) {
        notNegative(what, value.isNegative() ? -1 : 0);
        return value.toNanos();
    }

    private static void notNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + " must not be negative: " + value);
        }
    }

    @Override
    public String toString() {
        return name + "[" + bytesForwarded + " bytes forwarded, " + bytesSwallowed + " swallowed]";
    }
}
