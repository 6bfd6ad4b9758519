package io.github.packetboat.datagram;

import io.github.packetboat.internal.Check;
import java.time.Duration;

/**
 * How many peers an endpoint remembers, for how long, and how much they may make it send. Immutable and thread-safe.
 *
 * <pre>{@code
 * SessionLimits limits = SessionLimits.builder().maxSessions(1_000).idleTimeout(Duration.ofSeconds(30)).amplification(3).build();
 * }</pre>
 */
public final class SessionLimits {
    private static final SessionLimits DEFAULTS = new Builder().build();

    private final int maxSessions;
    private final Duration idleTimeout;
    private final int amplification;

    private SessionLimits(Builder builder) {
        maxSessions = builder.maxSessions;
        idleTimeout = builder.idleTimeout;
        amplification = builder.amplification;
    }

    /** The limits that apply unless others are set. */
    public static SessionLimits defaults() {
        return DEFAULTS;
    }

    /** A builder that starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** How many sessions there are at once. */
    public int maxSessions() {
        return maxSessions;
    }

    /** How long a session lasts after the last datagram of its peer, but for those that could not be decoded. */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /** How many times what was received from it is sent to a peer that is not validated; 0 for any number. */
    public int amplification() {
        return amplification;
    }

    @Override
    public String toString() {
        return "SessionLimits[maxSessions=" + maxSessions + ", idleTimeout=" + idleTimeout + ", amplification="
                + amplification + "]";
    }

    /** Collects limits. Each setter throws an {@link IllegalArgumentException} that names it and a bad value. Not thread-safe. */
    public static final class Builder {
        private int maxSessions = 10_000;
        private Duration idleTimeout = Duration.ofMinutes(5);
        private int amplification;

        private Builder() {}

        /**
         * How many sessions there are at once; one more displaces the one that has been silent for longest, so that strangers
         * with forged addresses cost no more memory than that. With several shards each has its part of them. 10,000 unless
         * set.
         */
        public Builder maxSessions(int sessions) {
            maxSessions = Check.inRange("maxSessions", sessions, 1, 1 << 24);
            return this;
        }

        /**
         * How long a session lasts after the last datagram of its peer: a message, a heartbeat, or one that was dropped since
         * the executor had no room, but none that could not be decoded. 5 min unless set.
         */
        public Builder idleTimeout(Duration timeout) {
            idleTimeout = Check.positive("idleTimeout", timeout);
            return this;
        }

        /**
         * How many times the bytes received from it, and in how many times the datagrams, are sent to a peer before it {@link
         * DatagramSession#isValidated() is validated}: against strangers who forge the address of a victim to have it flooded
         * with answers. QUIC grants 3 times the bytes (RFC 9000 §8). That bounds the headers too, which are all that an empty
         * datagram has: it counts as a datagram of no bytes, in both directions. {@link DatagramSession#cookie()} is the way
         * to validate a peer. To who has no session nothing is sent then, except to a multicast group, by {@link
         * DatagramEndpoint#broadcast}, or to whom the endpoint is connected. 0, for any number, unless set.
         */
        public Builder amplification(int times) {
            amplification = Check.inRange("amplification", times, 0, 1000);
            return this;
        }

        /** The limits set so far. */
        public SessionLimits build() {
            return new SessionLimits(this);
        }
    }
}
