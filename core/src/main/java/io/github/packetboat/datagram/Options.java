package io.github.packetboat.datagram;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The options of an endpoint while they are being set, with their defaults. Not thread-safe. */
final class Options<M> {
    /** The most that fits into an IPv4 packet: 65,535 less 20 for its header and 8 for that of UDP. */
    static final int MOST_DATAGRAM_BYTES = 65_507;

    private final CodecFactory<M> codec;

    @Nullable
    DatagramListener<M> listener;

    @Nullable
    DatagramSessionListener<M> sessionListener;

    @Nullable
    SessionLimits sessionLimits;

    @Nullable
    Executor executor;

    int maxPendingMessages = 10_000;
    int maxDatagramBytes = 1_400;
    int maxQueuedBytes = 1 << 20;
    DatagramOverflow overflow = DatagramOverflow.REFUSE;
    Duration closeFlushTimeout = Duration.ofSeconds(5);
    int receiveBufferBytes = 4 << 20;
    int sendBufferBytes = 1 << 20;
    boolean reuseAddress;

    @Nullable
    ProtocolFamily protocolFamily;

    @Nullable
    NetworkInterface networkInterface;

    int multicastHops = 1;
    boolean multicastLoopback = true;
    int shards = 1;
    int eventLoops;

    Options(CodecFactory<M> codec) {
        this.codec = codec;
    }

    /** Which sockets to open; null for those that speak both. */
    @Nullable
    ProtocolFamily family(InetSocketAddress local, @Nullable InetSocketAddress peer) {
        if (protocolFamily != null) {
            return protocolFamily;
        }
        InetAddress decides = peer != null ? peer.getAddress() : local.getAddress();
        if (decides == null || decides.isAnyLocalAddress()) {
            return null;
        }
        return decides instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    /** These options, if they go together, for an endpoint that is connected to {@code peer} or, if that is null, bound. */
    Settings<M> settings(@Nullable InetSocketAddress peer) {
        check(peer);
        return new Settings<>(
                codec,
                listener != null ? listener : (sender, message) -> {},
                sessionListener,
                sessionLimits != null ? sessionLimits : SessionLimits.defaults(),
                executor,
                maxPendingMessages,
                maxDatagramBytes,
                maxQueuedBytes,
                overflow,
                closeFlushTimeout.toNanos(),
                receiveBufferBytes,
                sendBufferBytes,
                reuseAddress,
                networkInterface,
                multicastHops,
                multicastLoopback,
                shards);
    }

    private void check(@Nullable InetSocketAddress peer) {
        if (listener != null && sessionListener != null) {
            throw new IllegalArgumentException("listener and sessionListener are both set: one of them has to go");
        }
        if (sessionLimits != null && sessionListener == null) {
            throw new IllegalArgumentException("sessionLimits are set, but no sessionListener");
        }
        if (shards > 1 && peer != null) {
            throw new IllegalArgumentException("shards=" + shards + " spread many senders, and this endpoint is to be"
                    + " connected to one: " + peer);
        }
        if (maxQueuedBytes < maxDatagramBytes + Outgoing.QUEUED_OVERHEAD_BYTES) {
            throw new IllegalArgumentException("maxQueuedBytes=" + maxQueuedBytes + " has no room for a datagram of"
                    + " maxDatagramBytes=" + maxDatagramBytes + " and " + Outgoing.QUEUED_OVERHEAD_BYTES + " more");
        }
        Codec<M> sample = codec.create();
        if (sample instanceof Conversation) {
            throw new IllegalArgumentException("the codec " + sample.getClass().getName()
                    + " begins with a handshake, for which it needs a connection: use it with MessageServer");
        }
        if (executor != null && sample.decodesToViews()) {
            throw new IllegalArgumentException(
                    "the codec's messages are views that are valid only until the listener returns,"
                            + " so they cannot go to an executor: drop .executor(…), or use a codec that copies");
        }
    }
}
