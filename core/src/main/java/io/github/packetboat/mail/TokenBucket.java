package io.github.packetboat.mail;

/** Lets so many a second pass, and at most a second's worth at once. Not thread-safe. */
final class TokenBucket {
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final double capacity;
    private double tokens;
    private long sinceNanos;

    TokenBucket(double perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.capacity = Math.max(1, perSecond);
        this.tokens = capacity;
        this.sinceNanos = nowNanos;
    }

    /** Takes one token, maybe of the future. Returns how long to wait for it in nanoseconds. */
    long take(long nowNanos) {
        refill(nowNanos);
        tokens--;
        return tokens >= 0 ? 0 : (long) Math.ceil(-tokens / perSecond * NANOS);
    }

    /** One that was taken is not used after all. */
    void giveBack() {
        tokens = Math.min(capacity, tokens + 1);
    }

    /** Whether it is as if it had never been used. */
    boolean isFull(long nowNanos) {
        refill(nowNanos);
        return tokens >= capacity;
    }

    private void refill(long nowNanos) {
        tokens = Math.min(capacity, tokens + (nowNanos - sinceNanos) / NANOS * perSecond);
        sinceNanos = nowNanos;
    }
}
