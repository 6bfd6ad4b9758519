package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.time.Duration;

/**
 * What one endpoint grants its peers: how many, how much and for how long. Every limit is on by default, and is named
 * in the {@link CloseReason} of a connection that hits it. Immutable and thread-safe.
 *
 * <pre>{@code
 * Limits limits = Limits.builder().maxConnections(500).frameTimeout(Duration.ofSeconds(5)).build();
 * }</pre>
 *
 * <p>No limit can be switched off; to be rid of one, set it as high as you like. How long a frame may be is the codec's
 * matter.
 */
public final class Limits {
    private static final Limits DEFAULTS = new Builder().build();

    private final Builder values;

    private Limits(Builder values) {
        this.values = values;
    }

    /** The limits that apply unless others are set. */
    public static Limits defaults() {
        return DEFAULTS;
    }

    /** A builder that starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts with these limits. */
    public Builder toBuilder() {
        return new Builder(values);
    }

    /** How many connections a server holds at once. */
    public int maxConnections() {
        return values.maxConnections;
    }

    /** How long everything that comes before the first message may take together, a TLS handshake included. */
    public Duration handshakeTimeout() {
        return values.handshakeTimeout;
    }

    /** How long a message may take from its first byte to its last. */
    public Duration frameTimeout() {
        return values.frameTimeout;
    }

    /** At how many queued bytes a connection stops being writable and pauses its reads. */
    public int highWaterMarkBytes() {
        return values.highWaterMarkBytes;
    }

    /** At how many queued bytes a connection that was over the high mark is writable again. */
    public int lowWaterMarkBytes() {
        return values.lowWaterMarkBytes;
    }

    /** How many bytes are queued for a connection at most, before {@link Overflow} decides. */
    public int maxQueuedBytes() {
        return values.maxQueuedBytes;
    }

    /** How long a peer may take no byte at all while some are queued for it. */
    public Duration writeStallTimeout() {
        return values.writeStallTimeout;
    }

    /** How long {@code close()} tries to write what is queued. */
    public Duration closeFlushTimeout() {
        return values.closeFlushTimeout;
    }

    /** How long {@code close()}, after everything is written, waits for the peer to end its side. */
    public Duration lingerTimeout() {
        return values.lingerTimeout;
    }

    /** How many decoded messages wait for a listener on an executor before the connection's reads pause. */
    public int maxPendingMessages() {
        return values.maxPendingMessages;
    }

    /** How many bytes of unfinished messages all connections of an endpoint hold together. */
    public long inboundBudgetBytes() {
        return values.inboundBudgetBytes;
    }

    /** All limits with their values, in one line. */
    @Override
    public String toString() {
        return "Limits[maxConnections=" + maxConnections()
                + ", handshakeTimeout=" + handshakeTimeout()
                + ", frameTimeout=" + frameTimeout()
                + ", highWaterMarkBytes=" + highWaterMarkBytes()
                + ", lowWaterMarkBytes=" + lowWaterMarkBytes()
                + ", maxQueuedBytes=" + maxQueuedBytes()
                + ", writeStallTimeout=" + writeStallTimeout()
                + ", closeFlushTimeout=" + closeFlushTimeout()
                + ", lingerTimeout=" + lingerTimeout()
                + ", maxPendingMessages=" + maxPendingMessages()
                + ", inboundBudgetBytes=" + inboundBudgetBytes() + "]";
    }

    /**
     * Collects limits. Each setter throws an {@link IllegalArgumentException} that names it and the value if the value
     * is null, zero, negative or too large. Not thread-safe.
     */
    public static final class Builder {
        private int maxConnections = 10_000;
        private Duration handshakeTimeout = Duration.ofSeconds(10);
        private Duration frameTimeout = Duration.ofSeconds(30);
        private int highWaterMarkBytes = 1 << 20;
        private int lowWaterMarkBytes = 256 << 10;
        private int maxQueuedBytes = 8 << 20;
        private Duration writeStallTimeout = Duration.ofSeconds(30);
        private Duration closeFlushTimeout = Duration.ofSeconds(5);
        private Duration lingerTimeout = Duration.ofSeconds(2);
        private int maxPendingMessages = 10_000;
        private long inboundBudgetBytes = Math.max(1, Runtime.getRuntime().maxMemory() / 4);

        private Builder() {}

        private Builder(Builder from) {
            maxConnections = from.maxConnections;
            handshakeTimeout = from.handshakeTimeout;
            frameTimeout = from.frameTimeout;
            highWaterMarkBytes = from.highWaterMarkBytes;
            lowWaterMarkBytes = from.lowWaterMarkBytes;
            maxQueuedBytes = from.maxQueuedBytes;
            writeStallTimeout = from.writeStallTimeout;
            closeFlushTimeout = from.closeFlushTimeout;
            lingerTimeout = from.lingerTimeout;
            maxPendingMessages = from.maxPendingMessages;
            inboundBudgetBytes = from.inboundBudgetBytes;
        }

        /** How many connections a server holds at once; one more is refused. 10,000 unless set. */
        public Builder maxConnections(int connections) {
            maxConnections = Check.positive("maxConnections", connections);
            return this;
        }

        /**
         * How long everything that a peer has to do before the first message may take together, such as a PROXY header
         * and a TLS handshake; and the handshake of {@link Connection#startTls}. 10 s unless set.
         */
        public Builder handshakeTimeout(Duration timeout) {
            handshakeTimeout = Check.positive("handshakeTimeout", timeout);
            return this;
        }

        /** How long a message may take from its first byte to its last, against peers that trickle. 30 s unless set. */
        public Builder frameTimeout(Duration timeout) {
            frameTimeout = Check.positive("frameTimeout", timeout);
            return this;
        }

        /**
         * Above how many queued bytes a connection stops being writable and pauses its reads; not above {@link
         * #maxQueuedBytes}. 1 MiB unless set.
         */
        public Builder highWaterMarkBytes(int bytes) {
            highWaterMarkBytes = Check.positive("highWaterMarkBytes", bytes);
            return this;
        }

        /**
         * Down to how many queued bytes a connection that was above the high mark must come to be writable again; not
         * above {@link #highWaterMarkBytes}. 256 KiB unless set.
         */
        public Builder lowWaterMarkBytes(int bytes) {
            lowWaterMarkBytes = Check.positive("lowWaterMarkBytes", bytes);
            return this;
        }

        /** How many bytes are queued for a connection at most, before {@link Overflow} decides. 8 MiB unless set. */
        public Builder maxQueuedBytes(int bytes) {
            maxQueuedBytes = Check.positive("maxQueuedBytes", bytes);
            return this;
        }

        /** How long a peer may take no byte at all while some are queued for it. 30 s unless set. */
        public Builder writeStallTimeout(Duration timeout) {
            writeStallTimeout = Check.positive("writeStallTimeout", timeout);
            return this;
        }

        /**
         * How long {@code close()} tries to write what is queued; the rest is lost then. 5 s unless set. An answer to a peer
         * that opened nothing, as a page is to a browser, has as long again while the kernel takes 500 bytes of it for each second of that time.
         */
        public Builder closeFlushTimeout(Duration timeout) {
            closeFlushTimeout = Check.positive("closeFlushTimeout", timeout);
            return this;
        }

        /**
         * How long {@code close()}, after everything is written, waits for the peer to end its side, so that the last
         * message is not lost to a reset. 2 s unless set.
         */
        public Builder lingerTimeout(Duration timeout) {
            lingerTimeout = Check.positive("lingerTimeout", timeout);
            return this;
        }

        /**
         * How many decoded messages of a connection wait for a listener on an executor before its reads pause. 10,000
         * unless set. Of no effect for listeners on the event loop, where none ever waits.
         */
        public Builder maxPendingMessages(int messages) {
            maxPendingMessages = Check.positive("maxPendingMessages", messages);
            return this;
        }

        /**
         * How many bytes of unfinished messages all connections of an endpoint hold together, so that many peers that
         * each stay below the codec's limit cannot exhaust the heap. Near the bound, connections are not read until
         * it is better, and those that are then in the middle of a message are closed with {@link
         * CloseReason.Kind#OVERLOADED} within 5 s, so that what is held exceeds it by one read of each event loop at
         * most. A quarter of the largest heap unless set.
         */
        public Builder inboundBudgetBytes(long bytes) {
            inboundBudgetBytes = Check.inRange("inboundBudgetBytes", bytes, 1, Long.MAX_VALUE);
            return this;
        }

        /**
         * The limits set so far. The builder can be used on, and what it does then does not touch them.
         *
         * @throws IllegalArgumentException if the low mark is above the high one, or the high one above the maximum;
         *     names both
         */
        public Limits build() {
            Check.ordered("lowWaterMarkBytes", lowWaterMarkBytes, "highWaterMarkBytes", highWaterMarkBytes);
            Check.ordered("highWaterMarkBytes", highWaterMarkBytes, "maxQueuedBytes", maxQueuedBytes);
            return new Limits(new Builder(this));
        }
    }
}
