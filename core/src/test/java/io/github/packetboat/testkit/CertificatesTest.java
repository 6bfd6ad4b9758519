package io.github.packetboat.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CertificatesTest {
    @Test
    void goodCertificatesPassTheHostnameCheck() throws Exception {
        handshake(Certificates.server("localhost", "127.0.0.1"), "localhost");
        handshake(Certificates.server("localhost", "127.0.0.1"), "127.0.0.1");
        handshake(Certificates.rsaServer("localhost"), "localhost");
        assertThat(Certificates.rsaServer("localhost").key().getAlgorithm()).isEqualTo("RSA");
    }

    @Test
    void eachBadCertificateFailsForItsOwnReason() {
        assertRejected(Certificates.server("other.example"), "localhost", "No subject alternative DNS name matching");
        assertRejected(Certificates.server("localhost"), "127.0.0.1", "No subject alternative names");
        assertRejected(Certificates.expired("localhost"), "localhost", "validity check failed");
        assertRejected(Certificates.notYetValid("localhost"), "localhost", "validity check failed");
        assertRejected(Certificates.selfSigned("localhost"), "localhost", "unable to find valid certification path");
        assertRejected(
                Certificates.unknownAuthority("localhost"), "localhost", "unable to find valid certification path");
        assertRejected(Certificates.client("localhost"), "localhost", "Extended key usage");
    }

    @Test
    void commonNameOnlyHasNoSubjectAlternativeName() throws Exception {
        assertThat(Certificates.commonNameOnly("localhost").certificate().getSubjectAlternativeNames())
                .isNull();
        assertThat(Certificates.commonNameOnly("localhost").certificate().getSubjectX500Principal())
                .hasToString("CN=localhost");
    }

    @Test
    void rawPeersShowTheirClientCertificate() throws Exception {
        Identity client = Certificates.client("alice");
        try (RawServer server = RawServer.serving(peer -> {
                    SSLSocket tls = (SSLSocket)
                            peer.acceptTls(Certificates.server("localhost").context())
                                    .socket();
                    peer.send(tls.getSession().getPeerPrincipal() + "\n")
                            .closeNotify()
                            .awaitEnd();
                });
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.startTls(client.context(), "localhost");
            assertThat(peer.readLine()).isEqualTo("CN=alice");
            peer.expectEof();
        }
    }

    @Test
    void filesHoldKeyAndChain() throws Exception {
        Identity identity = Certificates.server("localhost");
        assertThat(identity).isSameAs(Certificates.server("localhost"));
        assertThat(identity.toString()).isEqualTo("Identity[CN=localhost]");

        byte[] chain = Files.readAllBytes(identity.certificateFile());
        assertThat(List.copyOf(
                        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(chain))))
                .hasSize(2)
                .isEqualTo(identity.chain());
        byte[] key = Base64.getMimeDecoder()
                .decode(Files.readString(identity.keyFile()).replaceAll("-----[A-Z ]+-----", ""));
        assertThat(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)))
                .isEqualTo(identity.key());
        KeyStore store = KeyStore.getInstance(identity.keyStoreFile().toFile(), Identity.PASSWORD.toCharArray());
        assertThat(List.of(store.getCertificateChain("key"))).isEqualTo(identity.chain());
        KeyStore trust =
                KeyStore.getInstance(Certificates.root().trustStoreFile().toFile(), Identity.PASSWORD.toCharArray());
        assertThat(trust.getCertificate("trusted"))
                .isEqualTo(Certificates.root().certificate());
    }

    private static void assertRejected(Identity server, String host, String reason) {
        assertThatThrownBy(() -> handshake(server, host))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining(reason);
    }

    /** A handshake of raw sockets in which the client checks the name. */
    private static void handshake(Identity identity, String host) throws IOException {
        try (RawServer server = RawServer.serving(peer -> {
                    try {
                        peer.acceptTls(identity.context()).awaitEnd();
                    } catch (RuntimeException | AssertionError clientRefused) {
                        // the client reports why
                    }
                });
                RawPeer peer = RawPeer.connect(server.port())) {
            SSLSocket tls = (SSLSocket) Certificates.root()
                    .trustingContext()
                    .getSocketFactory()
                    .createSocket(peer.socket(), host, server.port(), true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.startHandshake();
        }
    }
}
