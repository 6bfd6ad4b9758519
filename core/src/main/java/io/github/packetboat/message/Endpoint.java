package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one binding, or of one client, have in common. Immutable and thread-safe.
 *
 * @param tls TLS from the beginning, or null for a plain connection
 * @param host the name that a client connects to, which the server's certificate must have; null on a server
 * @param offload where the arithmetic of handshakes runs
 * @param converses whether the codec has a handshake and heartbeats of its own
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
        @Nullable M heartbeat,
        boolean converses) {

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
        Conversation<M> conversation = sample instanceof Conversation<M> itself ? itself : null;
        if (conversation != null && conversation.isClient() != (host != null)) {
            throw new IllegalArgumentException(
                    host != null
                            ? "this codec is a server's, and cannot open the conversation: give the client a client's"
                            : "this codec is a client's, and cannot answer: give the server a server's");
        }
        return new Endpoint<>(
                settings,
                codec,
                tls,
                proxyProtocol,
                host,
                budget,
                offload,
                owner,
                sample.heartbeat(),
                conversation != null);
    }

    Endpoint<M> ownedBy(ConnectionOwner<M> other) {
        return new Endpoint<>(settings, codec, tls, proxyProtocol, host, budget, offload, other, heartbeat, converses);
    }

    boolean opensAtOnce() {
        return tls == null && proxyProtocol == ProxyProtocol.OFF && !converses;
    }

    boolean hasHeartbeat() {
        return heartbeat != null || converses;
    }

    boolean hasDeadlines() {
        return settings.idleNanos() > 0 || hasHeartbeat();
    }

    Opening.@Nullable EngineSource engines(SocketAddress peer) {
        return tls == null ? null : engines(tls, peer);
    }

    Opening.EngineSource engines(TlsOptions options, SocketAddress peer) {
        HostAndPort to = host;
        return to == null ? options::serverEngine : () -> options.clientEngine(to.host(), to.port());
    }
}
