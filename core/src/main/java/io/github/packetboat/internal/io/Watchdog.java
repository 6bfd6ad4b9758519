package io.github.packetboat.internal.io;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Reports a turn that holds its loop for longer than {@value #LIMIT_MILLIS} ms, once, with what it is doing. */
final class Watchdog implements Runnable {
    static final long LIMIT_MILLIS = 100;
    private static final long LIMIT_NANOS = LIMIT_MILLIS * 1_000_000;
    private static final long LOOK_NANOS = LIMIT_NANOS / 2;
    /** So long after the start the JVM loads classes at every first call, and may be forgiven this much. */
    private static final long COLD_NANOS = 2_000_000_000;

    private static final long COLD_LIMIT_NANOS = 5 * LIMIT_NANOS;
    private static final System.Logger LOG = System.getLogger("io.github.packetboat");

    private final List<EventLoop> loops;
    private final long[] reportedTurn;
    private final long startedNanos = System.nanoTime();
    private volatile boolean stopped;
    private volatile @Nullable Thread thread;

    Watchdog(List<EventLoop> loops) {
        this.loops = loops;
        this.reportedTurn = new long[loops.size()];
    }

    static void log(Throwable failure) {
        log(System.Logger.Level.ERROR, "Uncaught on an event loop, which goes on: " + failure, failure);
    }

    /** A logger may throw, as the JDK's first record does without a free file descriptor; the loops must not die of it. */
    private static void log(System.Logger.Level level, String text, Throwable thrown) {
        try {
            LOG.log(level, text, thrown);
        } catch (Throwable failure) {
            // there is nobody left to be told
        }
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        while (!stopped) {
            LockSupport.parkNanos(LOOK_NANOS);
            for (int i = 0; i < loops.size(); i++) {
                look(i, loops.get(i));
            }
        }
    }

    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private void look(int i, EventLoop loop) {
        long turn = loop.turns();
        long since = loop.busySinceNanos();
        Thread busy = loop.thread();
        if (since == 0 || busy == null || turn == reportedTurn[i]) {
            return;
        }
        long heldNanos = System.nanoTime() - since;
        if (heldNanos < (System.nanoTime() - startedNanos < COLD_NANOS ? COLD_LIMIT_NANOS : LIMIT_NANOS)) {
            return;
        }
        Throwable where = new Throwable("stack of " + busy.getName());
        where.setStackTrace(busy.getStackTrace());
        if (loop.turns() == turn && loop.busySinceNanos() == since) {
            reportedTurn[i] = turn;
            log(
                    System.Logger.Level.WARNING,
                    busy.getName() + " has been held for " + heldNanos / 1_000_000
                            + " ms by the code below; all its other"
                            + " connections wait. Run blocking listeners on an executor: builder.executor(...)",
                    where);
        }
    }
}
