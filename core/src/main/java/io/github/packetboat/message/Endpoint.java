package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecFactory;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one binding, or of one client, have in common. Immutable and thread-safe.
 *
 * @param tls TLS from the beginning, or null for a plain connection
 * @param host the name that a client connects to, which the server's certificate must have; null on a server
 * @param offload where the arithmetic of handshakes runs
 */
record Endpoint<M>(
        Settings<M> settings,
        CodecFactory<M> codec,
        @Nullable TlsOptions tls,
        ProxyProtocol proxyProtocol,
        @Nullable HostAndPort host,
        InboundBudget budget,
        Executor offload,
        ConnectionOwner<M> owner,
        @Nullable M heartbeat) {

    /** A host as the user wrote it. */
    record HostAndPort(String host, int port) {}

    static <M> Endpoint<M> of(
            Settings<M> settings,
            CodecFactory<M> codec,
            @Nullable TlsOptions tls,
            ProxyProtocol proxyProtocol,
            @Nullable HostAndPort host,
            InboundBudget budget,
            Executor offload,
            ConnectionOwner<M> owner) {
        Codec<M> sample = codec.create();
        if (settings.executor() != null && sample.decodesToViews()) {
            throw new IllegalArgumentException(
                    "the codec's messages are views that are valid only until the listener returns,"
                            + " so they cannot go to an executor: drop .executor(…), or use a codec that copies");
        }
        return new Endpoint<>(settings, codec, tls, proxyProtocol, host, budget, offload, owner, sample.heartbeat());
    }

    Endpoint<M> ownedBy(ConnectionOwner<M> other) {
        return new Endpoint<>(settings, codec, tls, proxyProtocol, host, budget, offload, other, heartbeat);
    }

    boolean opensAtOnce() {
        return tls == null && proxyProtocol == ProxyProtocol.OFF;
    }

    boolean hasHeartbeat() {
        return heartbeat != null;
    }

    boolean hasDeadlines() {
        return settings.idleNanos() > 0 || heartbeat != null;
    }

    Opening.@Nullable EngineSource engines(SocketAddress peer) {
        return tls == null ? null : engines(tls, peer);
    }

    Opening.EngineSource engines(TlsOptions options, SocketAddress peer) {
        HostAndPort to = host;
        return to == null ? options::serverEngine : () -> options.clientEngine(to.host(), to.port());
    }
}
