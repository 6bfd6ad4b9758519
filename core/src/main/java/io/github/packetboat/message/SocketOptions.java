package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's settings of a listening socket and of connections. Immutable and thread-safe.
 *
 * <pre>{@code
 * SocketOptions options = SocketOptions.builder()
 *         .backlog(32)
 *         .keepAlive(Duration.ofSeconds(60), Duration.ofSeconds(10), 3)
 *         .build();
 * }</pre>
 *
 * <p>Unix-domain sockets have only buffers; the rest is skipped for them. An option that this system does not have is
 * skipped too, with one warning in the log for each such option.
 */
public final class SocketOptions {
    private static final Logger LOG = System.getLogger(SocketOptions.class.getName());
    private static final SocketOptions DEFAULTS = new Builder().build();
    /** What was warned of already, in this process. */
    private static final Set<String> MISSING = ConcurrentHashMap.newKeySet();

    private final Builder values;

    private SocketOptions(Builder values) {
        this.values = values;
    }

    /** The options that apply unless others are set. */
    public static SocketOptions defaults() {
        return DEFAULTS;
    }

    /** A builder that starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts with these options. */
    public Builder toBuilder() {
        return new Builder(values);
    }

    /** How many connections the kernel keeps until they are accepted. */
    public int backlog() {
        return values.backlog;
    }

    /** Sets up a listening socket. Call it before {@code bind}, which takes {@link #backlog()} itself. */
    void apply(ServerSocketChannel channel) throws IOException {
        Set<SocketOption<?>> supported = channel.supportedOptions();
        set(channel, supported, StandardSocketOptions.SO_REUSEADDR, values.reuseAddress);
        if (values.reusePort) {
            set(channel, supported, StandardSocketOptions.SO_REUSEPORT, true);
        }
        // Accepted connections inherit it, and only a size set before bind counts for the TCP window scale.
        if (values.receiveBufferBytes != null) {
            set(channel, supported, StandardSocketOptions.SO_RCVBUF, values.receiveBufferBytes);
        }
    }

    /** Sets up a connection. Call it on accepted ones at once, and on clients before {@code connect}. */
    void apply(SocketChannel channel) throws IOException {
        Set<SocketOption<?>> supported = channel.supportedOptions();
        set(channel, supported, StandardSocketOptions.TCP_NODELAY, values.tcpNoDelay);
        set(channel, supported, StandardSocketOptions.SO_KEEPALIVE, values.keepAlive);
        KeepAlive timings = values.keepAliveTimings;
        if (timings != null) {
            set(channel, supported, ExtendedSocketOptions.TCP_KEEPIDLE, timings.idleSeconds);
            set(channel, supported, ExtendedSocketOptions.TCP_KEEPINTERVAL, timings.intervalSeconds);
            set(channel, supported, ExtendedSocketOptions.TCP_KEEPCOUNT, timings.probes);
        }
        if (values.receiveBufferBytes != null) {
            set(channel, supported, StandardSocketOptions.SO_RCVBUF, values.receiveBufferBytes);
        }
        if (values.sendBufferBytes != null) {
            set(channel, supported, StandardSocketOptions.SO_SNDBUF, values.sendBufferBytes);
        }
    }

    private static <T> void set(NetworkChannel channel, Set<SocketOption<?>> supported, SocketOption<T> option, T value)
            throws IOException {
        if (supported.contains(option)) {
            channel.setOption(option, value);
        } else if (isInternet(supported) && MISSING.add(option.name())) {
            LOG.log(Level.WARNING, "this system has no socket option " + option + ": skipped, though set to " + value);
        }
    }

    /** Every TCP channel has this option, no unix-domain channel does. */
    private static boolean isInternet(Set<SocketOption<?>> supported) {
        return supported.contains(StandardSocketOptions.SO_REUSEADDR);
    }

    /** All options with their values, in one line. */
    @Override
    public String toString() {
        return "SocketOptions[backlog=" + values.backlog
                + ", reuseAddress=" + values.reuseAddress
                + ", reusePort=" + values.reusePort
                + ", keepAlive=" + (values.keepAliveTimings != null ? values.keepAliveTimings : values.keepAlive)
                + ", receiveBufferBytes=" + (values.receiveBufferBytes != null ? values.receiveBufferBytes : "system")
                + ", sendBufferBytes=" + (values.sendBufferBytes != null ? values.sendBufferBytes : "system")
                + ", tcpNoDelay=" + values.tcpNoDelay + "]";
    }

    private record KeepAlive(int idleSeconds, int intervalSeconds, int probes) {
        @Override
        public String toString() {
            return idleSeconds + "s+" + probes + "x" + intervalSeconds + "s";
        }
    }

    /**
     * Collects options. Each setter throws an {@link IllegalArgumentException} that names it and the value if the value
     * is null or out of range. Not thread-safe.
     */
    public static final class Builder {
        /** The largest that Linux takes (MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT). */
        private static final int MAX_KEEP_ALIVE_SECONDS = 32_767;

        private static final int MAX_KEEP_ALIVE_PROBES = 127;

        private int backlog = 1024;
        private boolean reuseAddress = true;
        private boolean reusePort;
        private boolean keepAlive = true;
        private @Nullable KeepAlive keepAliveTimings;
        private @Nullable Integer receiveBufferBytes;
        private @Nullable Integer sendBufferBytes;
        private boolean tcpNoDelay = true;

        private Builder() {}

        private Builder(Builder from) {
            backlog = from.backlog;
            reuseAddress = from.reuseAddress;
            reusePort = from.reusePort;
            keepAlive = from.keepAlive;
            keepAliveTimings = from.keepAliveTimings;
            receiveBufferBytes = from.receiveBufferBytes;
            sendBufferBytes = from.sendBufferBytes;
            tcpNoDelay = from.tcpNoDelay;
        }

        /**
         * How many connections the kernel keeps until they are accepted; what comes above that is dropped and tried
         * again by the peer's kernel a second later. The kernel lowers it silently to its own limit (Linux: {@code
         * net.core.somaxconn}, 4096 since 5.4). 1024 unless set, not the JDK's 50: after a restart all clients come
         * back at once, and a waiting connection costs less than one that waits for a second.
         */
        public Builder backlog(int connections) {
            backlog = Check.positive("backlog", connections);
            return this;
        }

        /**
         * Whether a listener may take a port on which closed connections are still in TIME_WAIT, so that a server can
         * be restarted at once. On unless set.
         */
        public Builder reuseAddress(boolean on) {
            reuseAddress = on;
            return this;
        }

        /** Whether several listeners, of this or other processes, may share a port. Off unless set; not on Windows. */
        public Builder reusePort(boolean on) {
            reusePort = on;
            return this;
        }

        /**
         * Whether the kernel probes a silent peer, with the system's timings (Linux: after two hours). On unless set:
         * it costs nothing and ends connections of which nobody would ever hear again. To notice a dead peer soon, use
         * a codec with heartbeats. Forgets timings set before.
         */
        public Builder keepAlive(boolean on) {
            keepAlive = on;
            keepAliveTimings = null;
            return this;
        }

        /**
         * Has the kernel probe a peer that was silent for {@code idle}, then each {@code interval}, and break the
         * connection after {@code probes} probes without answer. It does not do so while unacknowledged data is being
         * sent again.
         *
         * @param idle whole seconds, 1 to 32,767
         * @param interval whole seconds, 1 to 32,767
         * @param probes 1 to 127
         */
        public Builder keepAlive(Duration idle, Duration interval, int probes) {
            keepAliveTimings = new KeepAlive(
                    seconds("keepAlive idle", idle),
                    seconds("keepAlive interval", interval),
                    Check.inRange("keepAlive probes", probes, 1, MAX_KEEP_ALIVE_PROBES));
            keepAlive = true;
            return this;
        }

        private static int seconds(String option, Duration value) {
            Duration duration = Check.positive(option, value);
            if (!duration.equals(duration.truncatedTo(ChronoUnit.SECONDS))) {
                throw new IllegalArgumentException(option + "=" + duration + " is not in whole seconds");
            }
            return (int) Check.inRange(option + " in seconds", duration.toSeconds(), 1, MAX_KEEP_ALIVE_SECONDS);
        }

        /**
         * The kernel's buffer for what arrives, as a wish. The system's choice, which mostly adapts itself, unless set.
         */
        public Builder receiveBufferBytes(int bytes) {
            receiveBufferBytes = Check.positive("receiveBufferBytes", bytes);
            return this;
        }

        /**
         * The kernel's buffer for what is sent, as a wish. The system's choice, which mostly adapts itself, unless set.
         */
        public Builder sendBufferBytes(int bytes) {
            sendBufferBytes = Check.positive("sendBufferBytes", bytes);
            return this;
        }

        /**
         * Whether a small message leaves at once (TCP_NODELAY) rather than wait for the answer to the one before it. On
         * unless set: the messages of one batch are written together anyway.
         */
        public Builder tcpNoDelay(boolean on) {
            tcpNoDelay = on;
            return this;
        }

        /** The options set so far. The builder can be used on, and what it does then does not touch them. */
        public SocketOptions build() {
            return new SocketOptions(new Builder(this));
        }
    }
}
