package io.github.packetboat;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: exponential with full jitter. The n-th wait (n from 0) is drawn evenly from
 * zero to {@code min(max, first * 2^n)}, so that many clients that lost the same server do not come back at once.
 * Immutable and thread-safe.
 */
public final class Backoff {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final long firstNanos;
    private final long maxNanos;

    private Backoff(long firstNanos, long maxNanos) {
        this.firstNanos = firstNanos;
        this.maxNanos = maxNanos;
    }

    /**
     * Waits of at most {@code first}, then twice that, and so on up to {@code max}.
     *
     * @throws IllegalArgumentException if either is null, {@code first} is not positive, or {@code max} is shorter than
     *     {@code first} or longer than 146 years
     */
    public static Backoff exponential(Duration first, Duration max) {
        if (first == null || max == null) {
            throw new IllegalArgumentException((first == null ? "first" : "max") + " must not be null");
        }
        if (first.isNegative() || first.isZero()) {
            throw new IllegalArgumentException("first must be positive: " + first);
        }
        if (max.compareTo(first) < 0) {
            throw new IllegalArgumentException("max=" + max + " is shorter than first=" + first);
        }
        if (max.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("max=" + max + " is above " + LONGEST);
        }
        return new Backoff(first.toNanos(), max.toNanos());
    }

    /** The most that the wait before attempt number {@code attempt} (from 0) can be. */
    public Duration ceiling(int attempt) {
        return Duration.ofNanos(ceilingNanos(attempt));
    }

    /** A wait for attempt number {@code attempt} (from 0), drawn from {@code random}. */
    public Duration next(int attempt, RandomGenerator random) {
        return Duration.ofNanos(random.nextLong(ceilingNanos(attempt) + 1));
    }

    private long ceilingNanos(int attempt) {
        if (attempt < 0) {
            throw new IllegalArgumentException("attempt must not be negative: " + attempt);
        }
        if (attempt >= Long.numberOfLeadingZeros(firstNanos) - 1) {
            return maxNanos;
        }
        return Math.min(maxNanos, firstNanos << attempt);
    }

    @Override
    public String toString() {
        return "Backoff[" + Duration.ofNanos(firstNanos) + " to " + Duration.ofNanos(maxNanos) + ", full jitter]";
    }
}
