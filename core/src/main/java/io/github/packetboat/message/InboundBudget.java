package io.github.packetboat.message;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of unfinished frames all connections of a server hold together. When four fifths of the budget are used,
 * connections that hold more than a fair share are not read until it is better; over 95 % nothing is accepted, and nobody
 * reads on who holds something; when all of it is used, nobody reads. So what is held never exceeds the budget by more than
 * one read of each event loop, however many connections there are. Thread-safe.
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
        while (isBetter() && (resume = waiting.poll()) != null) {
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

    private boolean isBetter() {
        return usedBytes.get() < limitBytes / 10 * 7;
    }

    /** Whether somebody waits for what others hold: a connection to be read, or one to be accepted. */
    boolean isContended() {
        return isExhausted() || !waiting.isEmpty() && !isBetter();
    }

    /** Whether more than 80 % are used. */
    boolean isTight() {
        return usedBytes.get() > limitBytes / 10 * 8;
    }

    /** Whether more than 95 % are used, so that no further connection is welcome. */
    boolean isExhausted() {
        return usedBytes.get() > limitBytes / 20 * 19;
    }

    /** Whether a connection that holds {@code bytes} itself must not be read now. */
    boolean forbidsRead(int bytes) {
        long used = usedBytes.get();
        return used >= limitBytes || bytes > 0 && used > limitBytes / 20 * 19;
    }

    /** Bytes held by all. */
    long usedBytes() {
        return usedBytes.get();
    }

    /** What each connection might hold if all held the same, but never too little for a common frame. */
    long fairShareBytes() {
        return Math.max(SMALLEST_SHARE_BYTES, limitBytes / Math.max(1, connections.get()));
    }
}
