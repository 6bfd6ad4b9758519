package io.github.packetboat.internal.io;

/** Notices a selector that returns again and again although it has nothing to report. Loop thread only. */
final class SpinGuard {
    static final int LIMIT = 512;
    /** Turns further apart than this are no spin, whatever woke them. */
    private static final long CLOSE_NANOS = 1_000_000;

    private int idleTurns;
    private long lastNanos;

    /** Counts a turn. Returns true when {@link #LIMIT} idle ones have followed each other closely. */
    boolean turn(boolean idle, long nowNanos) {
        boolean close = nowNanos - lastNanos < CLOSE_NANOS;
        lastNanos = nowNanos;
        if (!idle || !close) {
            idleTurns = 0;
            return false;
        }
        if (++idleTurns < LIMIT) {
            return false;
        }
        idleTurns = 0;
        return true;
    }
}
