package io.github.packetboat.examples.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Opens the load generator's connections, and closes them all. For one thread. */
final class Dialer implements Closeable {
    private static final String CIPHER_SUITE = "TLS_AES_128_GCM_SHA256";

    private final InetSocketAddress target;
    private final SSLContext tls; // null: no encryption
    private final TlsWire.Buffers tlsBuffers = new TlsWire.Buffers();
    private final List<Wire> open = new ArrayList<>();

    /** @throws IllegalArgumentException if {@code target} is not a loopback address */
    Dialer(InetSocketAddress target, boolean encrypted) throws IOException {
        if (target.isUnresolved() || !target.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("only a loopback address may be put under load, not " + target);
        }
        this.target = target;
        tls = encrypted ? trustingAnyone() : null;
    }

    Wire dial() throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(target);
            Wire wire = tls == null ? new Wire.Plain(channel) : secured(channel);
            channel.configureBlocking(false);
            open.add(wire);
            return wire;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private Wire secured(SocketChannel blocking) throws IOException {
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {"TLSv1.3"});
        engine.setEnabledCipherSuites(new String[] {CIPHER_SUITE});
        TlsWire wire = new TlsWire(blocking, engine, tlsBuffers);
        ByteBuffer early = ByteBuffer.allocateDirect(128 * 1024);
        while (wire.shakesHands()) {
            if (wire.read(early) < 0 || early.position() > 0) {
                throw new LoadFailedException("the server broke off the TLS handshake");
            }
        }
        if (!wire.cipherSuite().equals("TLSv1.3 " + CIPHER_SUITE)) {
            throw new LoadFailedException("agreed on " + wire.cipherSuite());
        }
        return wire;
    }

    @Override
    public void close() throws IOException {
        for (Wire wire : open) {
            wire.close();
        }
    }

    /** The certificate is a throw-away of the benchmark, on loopback; nothing else may be dialled. */
    private static SSLContext trustingAnyone() throws IOException {
        X509TrustManager anyone = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {anyone}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this JDK has no TLS 1.3", e);
        }
    }
}
