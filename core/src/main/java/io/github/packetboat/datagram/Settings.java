package io.github.packetboat.datagram;

import io.github.packetboat.codec.CodecFactory;
import java.net.NetworkInterface;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The options of an endpoint. Immutable.
 *
 * @param listener null if there is a {@code sessionListener}
 * @param executor where the listener runs, or null for the event loop
 * @param networkInterface for multicasts and broadcasts, or null for what the system chooses
 */
record Settings<M>(
        CodecFactory<M> codec,
        DatagramListener<M> listener,
        @Nullable DatagramSessionListener<M> sessionListener,
        SessionLimits sessionLimits,
        @Nullable Executor executor,
        int maxPendingMessages,
        int maxDatagramBytes,
        int maxQueuedBytes,
        DatagramOverflow overflow,
        long closeFlushNanos,
        int receiveBufferBytes,
        int sendBufferBytes,
        boolean reuseAddress,
        @Nullable NetworkInterface networkInterface,
        int multicastHops,
        boolean multicastLoopback,
        int shards) {

    /** Whose class an error names. */
    Object anyListener() {
        return sessionListener != null ? sessionListener : listener;
    }
}
