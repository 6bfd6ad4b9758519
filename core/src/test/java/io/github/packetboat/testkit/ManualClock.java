package io.github.packetboat.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Stands in for {@link System#nanoTime()} and moves only when told. It starts one second before the counter overflows,
 * because nanoTime may do so too and only differences may be compared. Thread-safe.
 */
public final class ManualClock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    /** Moves the clock on; {@code step} must not be negative, as nanoTime never goes back. */
    public void advance(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("step must not be negative: " + step);
        }
        nanos.addAndGet(step.toNanos());
    }
}
