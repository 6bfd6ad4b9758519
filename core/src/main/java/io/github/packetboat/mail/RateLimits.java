package io.github.packetboat.mail;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How fast mails may go, altogether and to one domain. Thread-safe. */
final class RateLimits {
    /** More domains than this are forgotten once they are quiet; while none is, further ones share one rate. */
    private static final int MANY_DOMAINS = 10_000;

    private static final long MAX_WAIT_NANOS = Long.MAX_VALUE / 4;

    private final double perSecond;
    private final double perDomain;
    private final TokenBucket all;
    private final Map<String, TokenBucket> domains = new HashMap<>();
    private final TokenBucket otherDomains;

    /** @param perSecond and perDomain, 0 for no limit */
    RateLimits(double perSecond, double perDomain, long nowNanos) {
        this.perSecond = perSecond;
        this.perDomain = perDomain;
        this.all = new TokenBucket(Math.max(perSecond, Double.MIN_NORMAL), nowNanos);
        this.otherDomains = new TokenBucket(Math.max(perDomain, Double.MIN_NORMAL), nowNanos);
    }

    boolean isUnlimited() {
        return perSecond == 0 && perDomain == 0;
    }

    /** Counts one mail to these domains. Returns how long it has to wait in nanoseconds. */
    synchronized long take(Set<String> toDomains, long nowNanos) {
        long wait = perSecond == 0 ? 0 : all.take(nowNanos);
        if (perDomain > 0) {
            if (domains.size() >= MANY_DOMAINS) {
                domains.values().removeIf(bucket -> bucket.isFull(nowNanos));
            }
            for (String domain : toDomains) {
                wait = Math.max(wait, bucket(domain, nowNanos).take(nowNanos));
            }
        }
        return Math.min(wait, MAX_WAIT_NANOS);
    }

    private TokenBucket bucket(String domain, long nowNanos) {
        TokenBucket known = domains.get(domain);
        if (known != null || domains.size() >= MANY_DOMAINS) {
            return known != null ? known : otherDomains;
        }
        TokenBucket fresh = new TokenBucket(perDomain, nowNanos);
        domains.put(domain, fresh);
        return fresh;
    }

    /** A mail that was counted does not go after all: those that come later need not wait for it. */
    synchronized void giveBack(Set<String> toDomains) {
        if (perSecond > 0) {
            all.giveBack();
        }
        for (String domain : toDomains) {
            TokenBucket bucket = domains.get(domain);
            if (bucket != null) {
                bucket.giveBack();
            }
        }
    }
}
