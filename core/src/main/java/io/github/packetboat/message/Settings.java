package io.github.packetboat.message;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What all connections of one server or client have in common. Immutable.
 *
 * @param executor where listeners run, or null for the event loop
 * @param idleNanos how long nothing may be received, 0 for as long as you like
 * @param heartbeatNanos how long this side may be silent before it sends a heartbeat, where the codec has one
 * @param missedHeartbeats how many intervals the peer may be silent beyond its own
 */
record Settings<M>(
        MessageListener<M> listener,
        @Nullable Executor executor,
        Limits limits,
        QueueLimit queueLimit,
        long idleNanos,
        long heartbeatNanos,
        int missedHeartbeats,
        SocketOptions socketOptions) {}
