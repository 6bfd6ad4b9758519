package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Identity;
import io.github.packetboat.testkit.RawPeer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What TLS offers beyond secrecy, over real connections. */
class TlsFeaturesTest {
    @TempDir
    private Path dir;

    /** Trusts as the given one does, after {@code before}. */
    private static final class Trust extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager delegate;
        private final Runnable before;

        Trust(Identity authority, Runnable before) throws Exception {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", authority.certificate());
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            this.delegate = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
            this.before = before;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            before.run();
            delegate.checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            before.run();
            delegate.checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return delegate.getAcceptedIssuers();
        }
    }

    private static MessageServer<String> serve(TlsOptions tls) throws IOException {
        return MessageServer.builder(Codecs.lines())
                .listener(Seen.echoing())
                .tls(tls)
                .bind(Tls.anyPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aSecondConnectionResumesTheSession(String protocol) throws Exception {
        AtomicInteger fullHandshakes = new AtomicInteger();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trust(Certificates.root(), fullHandshakes::incrementAndGet)}, null);
        TlsOptions client = TlsOptions.builder().sslContext(context).build();
        try (var server = serve(Tls.server().protocols(protocol).build())) {
            for (int i = 0; i < 5; i++) {
                Seen<String> seen = Seen.only();
                try (var connected = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(client)
                        .connect(Tls.HOST, server.port())) {
                    connected.send("x"); // and the session ticket has come before its echo
                    seen.messages.take();
                }
            }
            assertThat(fullHandshakes).hasValue(1);
        }
    }

    @Test
    void theHostAskedForChoosesTheCertificate() throws Exception {
        Identity other = Certificates.server("other.example");
        TlsOptions tls = Tls.server()
                .certificateFor("other.example", other.certificateFile(), other.keyFile())
                .build();
        try (var server = serve(tls)) {
            try (var client = MessageClient.builder(Codecs.lines())
                    .tls(Tls.client().serverName("other.example").build())
                    .connect(Tls.HOST, server.port())) {
                assertThat(client.connection().tlsSession().getPeerCertificates()[0])
                        .isEqualTo(other.certificate());
            }
            try (var client = MessageClient.builder(Codecs.lines())
                    .tls(Tls.client().build())
                    .connect("localhost", server.port())) {
                assertThat(client.connection().tlsSession().getPeerCertificates()[0])
                        .isNotEqualTo(other.certificate());
            }
        }
    }

    @Test
    void bothSidesKnowTheProtocolThatAlpnChose() throws Exception {
        Seen<String> serving = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                .listener(serving)
                .tls(Tls.server().alpn("chat/2", "chat/1").build())
                .bind(Tls.anyPort())) {
            try (var client = MessageClient.builder(Codecs.lines())
                    .tls(Tls.client().alpn("chat/1", "chat/2").build())
                    .connect(Tls.HOST, server.port())) {
                assertThat(client.connection().applicationProtocol()).isEqualTo("chat/2");
                assertThat(serving.opened.take().applicationProtocol()).isEqualTo("chat/2");
            }
            try (var client = MessageClient.builder(Codecs.lines())
                    .tls(Tls.client().build())
                    .connect(Tls.HOST, server.port())) {
                assertThat(client.connection().applicationProtocol()).isNull();
                assertThat(serving.opened.take().applicationProtocol()).isNull();
            }
            assertThatThrownBy(() -> MessageClient.builder(Codecs.lines())
                            .tls(Tls.client().alpn("mail").build())
                            .connect(Tls.HOST, server.port()))
                    .isInstanceOf(ConnectionClosedException.class)
                    .hasMessageContaining("no application protocol (ALPN) in common")
                    .hasMessageContaining("[mail]");
        }
    }

    @Test
    void aNewCertificateIsShownWithoutARestartAndOpenConnectionsStay() throws Exception {
        Identity old = Certificates.server("localhost", Tls.HOST);
        Identity renewed = Certificates.rsaServer("localhost", Tls.HOST);
        Path chain = Files.copy(old.certificateFile(), dir.resolve("chain.pem"));
        Path key = Files.copy(old.keyFile(), dir.resolve("key.pem"));
        TlsOptions tls = TlsOptions.builder().certificate(chain, key).build();
        Seen<String> seen = Seen.only();
        try (var server = serve(tls);
                var first = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect(Tls.HOST, server.port())) {
            assertThat(shown(first)).isEqualTo(old.certificate());
            Files.copy(renewed.certificateFile(), chain, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(renewed.keyFile(), key, StandardCopyOption.REPLACE_EXISTING);
            tls.reload();
            try (var second = MessageClient.builder(Codecs.lines())
                    .tls(Tls.client().build())
                    .connect(Tls.HOST, server.port())) {
                assertThat(shown(second)).isEqualTo(renewed.certificate());
            }
            first.send("still open");
            assertThat(seen.messages.take()).isEqualTo("still open");
        }
    }

    private static Object shown(MessageClient<String> client) throws Exception {
        return client.connection().tlsSession().getPeerCertificates()[0];
    }

    @Test
    void renegotiationIsRefused() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().protocols("TLSv1.2").build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())
                        .startTls(Certificates.root().trustingContext(), "localhost")) {
            peer.send("hello\n");
            seen.messages.take();
            assertThatThrownBy(() -> {
                        ((SSLSocket) peer.socket()).startHandshake();
                        peer.readSome();
                    })
                    .isNotNull();
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(reason.detail()).contains("renegotiate");
        }
    }

    /** P22: however long the arithmetic of a handshake takes, the loop serves its other connections meanwhile. */
    @Test
    void aHandshakeThatComputesDoesNotHoldTheLoop() throws Exception {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<String> thread = new AtomicReference<>();
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        Identity identity = Certificates.server("localhost", Tls.HOST);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(identity.keyStoreFile())) {
            store.load(in, Identity.PASSWORD.toCharArray());
        }
        keys.init(store, Identity.PASSWORD.toCharArray());
        Trust slow = new Trust(Certificates.root(), () -> {
            thread.set(Thread.currentThread().getName());
            computing.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        context.init(keys.getKeyManagers(), new TrustManager[] {slow}, new SecureRandom());
        Identity alice = Certificates.client("alice");
        TlsOptions mutual = TlsOptions.builder()
                .sslContext(context)
                .clientAuth(TlsOptions.ClientAuth.REQUIRED)
                .build();
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                .listener(seen)
                .eventLoops(1)
                .bind(Tls.anyPort())) {
            var secured = server.bind(Tls.anyPort(), Binding.of(Codecs.lines()).tls(mutual));
            try (RawPeer existing = RawPeer.connect(server.port());
                    var client = MessageClient.builder(Codecs.lines())
                            .tls(Tls.client()
                                    .protocols("TLSv1.3")
                                    .certificate(alice.certificateFile(), alice.keyFile())
                                    .build())
                            .connect(secured)) {
                try {
                    computing.await();
                    for (String line : List.of("a", "b", "c")) {
                        existing.send(line + "\n");
                        assertThat(existing.readLine()).isEqualTo(line);
                    }
                    assertThat(seen.opened.all()).hasSize(1);
                    release.countDown();
                    seen.opened.await(2);
                    assertThat(thread.get()).contains("offload");
                    assertThat(client.isConnected()).isTrue();
                } finally {
                    release.countDown();
                }
            }
        } finally {
            release.countDown();
        }
    }

    @Test
    void aTrustManagerThatThrowsAnErrorFailsTheHandshakeAtOnce() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        Trust broken = new Trust(Certificates.root(), () -> {
            throw new LinkageError("half installed");
        });
        context.init(null, new TrustManager[] {broken}, null);
        try (var server = serve(Tls.server().build())) {
            assertThatThrownBy(() -> MessageClient.builder(Codecs.lines())
                            .tls(TlsOptions.builder().sslContext(context).build())
                            .connect(Tls.HOST, server.port()))
                    .isInstanceOf(ConnectionClosedException.class)
                    .hasMessageContaining("HANDSHAKE_FAILED")
                    .hasMessageContaining("half installed");
        }
    }

    @Test
    void aServerNeedsACertificate() {
        assertThatThrownBy(() -> serve(Tls.client().build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("certificate");
    }
}
