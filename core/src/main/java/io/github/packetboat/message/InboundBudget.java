package io.github.packetboat.message;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of unfinished frames all connections of a server hold together. When four fifths of the budget are used,
 * connections that hold more than a fair share are not read until it is better; nothing is accepted over 95 %. Thread-safe.
 */
final class InboundBudget {
    private static final int SMALLEST_SHARE_BYTES = 64 * 1024;

    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    InboundBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Takes {@code bytes}, or gives them back if negative. */
    void add(long bytes) {
        usedBytes.addAndGet(bytes);
        if (bytes < 0 && !waiting.isEmpty()) {
            resumeIfBetter();
        }
    }

    private void resumeIfBetter() {
        Runnable resume;
        while (usedBytes.get() < limitBytes / 10 * 7 && (resume = waiting.poll()) != null) {
            resume.run();
        }
    }

    void connections(int change) {
        connections.addAndGet(change);
    }

    /** Runs {@code resume} when the budget is no longer tight. */
    void whenBetter(Runnable resume) {
        waiting.add(resume);
        resumeIfBetter();
    }

    /** Whether more than 80 % are used. */
    boolean isTight() {
        return usedBytes.get() > limitBytes / 10 * 8;
    }

    /** Whether more than 95 % are used, so that no further connection is welcome. */
    boolean isExhausted() {
        return usedBytes.get() > limitBytes / 20 * 19;
    }

    /** What each connection might hold if all held the same, but never too little for a common frame. */
    long fairShareBytes() {
        return Math.max(SMALLEST_SHARE_BYTES, limitBytes / Math.max(1, connections.get()));
    }
}
