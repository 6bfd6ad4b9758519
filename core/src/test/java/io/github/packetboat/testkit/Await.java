package io.github.packetboat.testkit;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition that another thread will make true, for at most {@link #LIMIT}. Thread-safe. */
public final class Await {
    /**
     * How long anything in the test kit waits before it fails: far more than needed, so that a fault is no flake. Long tests
     * want more.
     */
    public static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("packetboat.await.seconds", 10));

    private static final long POLL_NANOS = 200_000;

    private Await() {}

    /** Returns when {@code condition} holds; fails with {@code what} after {@link #LIMIT}. */
    public static void until(String what, BooleanSupplier condition) {
        if (!poll(condition)) {
            throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
        }
    }

    /** Returns when {@code actual} gives {@code expected}; fails with both values after {@link #LIMIT}. */
    public static <T> void untilEqual(String what, T expected, Supplier<? extends T> actual) {
        if (!poll(() -> Objects.equals(expected, actual.get()))) {
            throw new AssertionError("%s: expected %s within %d s but it is still %s"
                    .formatted(what, expected, LIMIT.toSeconds(), actual.get()));
        }
    }

    private static boolean poll(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }
}
