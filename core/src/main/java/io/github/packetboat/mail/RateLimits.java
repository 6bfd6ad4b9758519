package io.github.packetboat.mail;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How fast mails may go, altogether and to one domain. Thread-safe. */
final class RateLimits {
    /** More domains than this are forgotten once they are quiet. */
    private static final int MANY_DOMAINS = 10_000;

    private final double perSecond;
    private final double perDomain;
    private final TokenBucket all;
    private final Map<String, TokenBucket> domains = new HashMap<>();

    /** @param perSecond and perDomain, 0 for no limit */
    RateLimits(double perSecond, double perDomain, long nowNanos) {
        this.perSecond = perSecond;
        this.perDomain = perDomain;
        this.all = new TokenBucket(Math.max(perSecond, Double.MIN_NORMAL), nowNanos);
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
                wait = Math.max(
                        wait,
                        domains.computeIfAbsent(domain, name -> new TokenBucket(perDomain, nowNanos))
                                .take(nowNanos));
            }
        }
        return wait;
    }
}
