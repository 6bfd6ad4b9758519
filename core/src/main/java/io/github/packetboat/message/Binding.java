package io.github.packetboat.message;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.Check;
import org.jspecify.annotations.Nullable;

/**
 * How the connections that come in at one address talk: their codec, TLS or not, and whether a proxy announces them.
 * Immutable and thread-safe; each method but the first returns a changed copy.
 *
 * <pre>{@code
 * server.bind(new InetSocketAddress(8443), Binding.of(Codecs.lines()).tls(tls));
 * }</pre>
 *
 * @param <M> the type of message
 */
public final class Binding<M> {
    private final CodecFactory<M> codec;
    private final @Nullable TlsOptions tls;
    private final ProxyProtocol proxyProtocol;

    private Binding(CodecFactory<M> codec, @Nullable TlsOptions tls, ProxyProtocol proxyProtocol) {
        this.codec = codec;
        this.tls = tls;
        this.proxyProtocol = proxyProtocol;
    }

    /** Plain connections that speak {@code codec}. */
    public static <M> Binding<M> of(CodecFactory<M> codec) {
        return new Binding<>(Check.notNull("codec", codec), null, ProxyProtocol.OFF);
    }

    /** TLS from the first byte on. */
    public Binding<M> tls(TlsOptions options) {
        return new Binding<>(codec, Check.notNull("tls", options), proxyProtocol);
    }

    /** Whether connections begin with a PROXY protocol header, before TLS if there is any; {@link ProxyProtocol#OFF} unless set. */
    public Binding<M> proxyProtocol(ProxyProtocol mode) {
        return new Binding<>(codec, tls, Check.notNull("proxyProtocol", mode));
    }

    CodecFactory<M> codec() {
        return codec;
    }

    @Nullable
    TlsOptions tls() {
        return tls;
    }

    ProxyProtocol proxyProtocol() {
        return proxyProtocol;
    }
}
