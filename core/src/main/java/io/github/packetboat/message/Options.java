package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The options that servers and clients share, while they are being set. Not thread-safe. */
final class Options<M> {
    private static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(30);
    private static final int DEFAULT_MISSED_HEARTBEATS = 2;

    MessageListener<M> listener = (connection, message) -> {};

    @Nullable
    Executor executor;

    Limits limits = Limits.defaults();
    Overflow overflow = Overflow.CLOSE;

    @Nullable
    Duration idleTimeout;

    Duration heartbeat = DEFAULT_HEARTBEAT;
    int missedHeartbeats = DEFAULT_MISSED_HEARTBEATS;
    SocketOptions socketOptions = SocketOptions.defaults();
    int eventLoops;

    void heartbeat(Duration interval, int missed) {
        Check.positive("heartbeat interval", interval);
        Check.inRange("missed heartbeats", missed, 0, 1000);
        Check.positive("heartbeat interval * (missed + 1)", interval.multipliedBy(missed + 1L));
        heartbeat = interval;
        missedHeartbeats = missed;
    }

    Settings<M> settings() {
        return new Settings<>(
                listener,
                executor,
                limits,
                new QueueLimit(limits.maxQueuedBytes(), overflow),
                idleTimeout == null ? 0 : idleTimeout.toNanos(),
                heartbeat.toNanos(),
                missedHeartbeats,
                socketOptions);
    }
}
