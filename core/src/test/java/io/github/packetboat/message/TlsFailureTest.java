package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.message.TestCertificates.Issued;
import io.github.packetboat.message.TlsOptions.ClientAuth;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is refused, and what both sides are told: mutual TLS, versions, and what is no TLS at all. */
class TlsFailureTest {
    private static final String HOST = "api.example.com";
    private static final Issued CA = TestCertificates.ca("Test CA");

    @TempDir
    private Path dir;

    private int files;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void mutualTlsLetsInWhoHasATrustedCertificate(String protocol) throws Exception {
        Issued own = TestCertificates.leaf(CA, "client-7");
        TlsOptions server = server(TestCertificates.leaf(CA, HOST))
                .trust(CA.certificate())
                .clientAuth(ClientAuth.REQUIRED)
                .protocols(protocol)
                .build();
        TlsOptions client = trusting(CA).certificate(chain(own), key(own)).build();
        TlsPair pair = TlsPair.run(client, HOST, server);
        assertThat(pair.succeeded()).as("%s", pair.server.failure).isTrue();
        assertThat(pair.server.engine.getSession().getPeerCertificates()[0]).isEqualTo(own.certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void mutualTlsTellsBothSidesThatTheClientHasNoCertificate(String protocol) throws Exception {
        TlsOptions server = server(TestCertificates.leaf(CA, HOST))
                .trust(CA.certificate())
                .clientAuth(ClientAuth.REQUIRED)
                .protocols(protocol)
                .build();
        TlsOptions client = trusting(CA).build();
        TlsPair pair = TlsPair.run(client, HOST, server);
        assertThat(pair.succeeded()).isFalse();
        assertThat(TlsFailure.explain(pair.server.failure, server, false, null))
                .isEqualTo("the client showed no certificate, but clientAuth=REQUIRED");
        assertThat(TlsFailure.explain(pair.client.failure, client, true, null))
                .startsWith("the server refused: ")
                .contains("wants a certificate, and none is set here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void mutualTlsTellsBothSidesThatTheClientsCertificateIsNotTrusted(String protocol) throws Exception {
        Issued own = TestCertificates.leaf(TestCertificates.ca("Other CA"), "client-7");
        TlsOptions server = server(TestCertificates.leaf(CA, HOST))
                .trust(CA.certificate())
                .clientAuth(ClientAuth.WANTED)
                .protocols(protocol)
                .build();
        TlsOptions client = trusting(CA).certificate(chain(own), key(own)).build();
        TlsPair pair = TlsPair.run(client, HOST, server);
        assertThat(TlsFailure.explain(pair.server.failure, server, false, null))
                .startsWith("the client's certificate (CN=client-7) is issued by an unknown CA (CN=Other CA)");
        assertThat(TlsFailure.explain(pair.client.failure, client, true, null))
                .startsWith("the server refused: it does not accept our certificate");
    }

    @Test
    void aWantedCertificateIsNotRequired() throws Exception {
        TlsOptions server = server(TestCertificates.leaf(CA, HOST))
                .trust(CA.certificate())
                .clientAuth(ClientAuth.WANTED)
                .build();
        assertThat(TlsPair.run(trusting(CA).build(), HOST, server).succeeded()).isTrue();
    }

    @Test
    void noVersionInCommonIsToldOnBothSides() throws Exception {
        TlsOptions server =
                server(TestCertificates.leaf(CA, HOST)).protocols("TLSv1.3").build();
        TlsOptions client = trusting(CA).protocols("TLSv1.2").build();
        TlsPair pair = TlsPair.run(client, HOST, server);
        assertThat(TlsFailure.explain(pair.server.failure, server, false, null))
                .startsWith("no TLS version in common: allowed here are [TLSv1.3]; ")
                .contains("TLSv1.2");
        assertThat(TlsFailure.explain(pair.client.failure, client, true, null))
                .isEqualTo("the server refused: no TLS version in common;"
                        + " allowed here are [TLSv1.2] (alert protocol_version)");
    }

    @Test
    void aServerThatSpeaksOnlyTls11IsToldByItsVersion() throws Exception {
        SSLEngine engine = trusting(CA).build().clientEngine(HOST, 443);
        ByteBuffer helloOut = ByteBuffer.allocate(1 << 16);
        engine.wrap(ByteBuffer.allocate(0), helloOut);
        ByteBuffer hello = ByteBuffer.allocate(64);
        hello.put(new byte[] {22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2})
                .put(new byte[32])
                .put(new byte[] {0, (byte) 0xc0, 0x13, 0});
        hello.flip();
        SSLException failure = unwrap(engine, hello);
        assertThat(TlsFailure.explain(failure, trusting(CA).build(), true, null))
                .startsWith("no TLS version in common: allowed here are [TLSv1.3, TLSv1.2]; ")
                .contains("TLS11");
    }

    @Test
    void plainTextOnATlsPortIsToldWithItsFirstBytes() throws Exception {
        TlsOptions server = server(TestCertificates.leaf(CA, HOST)).build();
        ByteBuffer http = ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        SSLException failure = unwrap(server.serverEngine(), http.duplicate());
        assertThat(TlsFailure.explain(failure, server, false, http))
                .startsWith("the peer does not speak TLS: it began with plain HTTP \"GET / HTTP/1.1\\x0d\\x0aHost");
        assertThat(TlsFailure.explain(failure, server, false, null)).isEqualTo("the peer does not speak TLS");

        SSLEngine client = trusting(CA).build().clientEngine(HOST, 443);
        client.wrap(ByteBuffer.allocate(0), ByteBuffer.allocate(1 << 16));
        ByteBuffer greeting = ByteBuffer.wrap("220 mail.example.com ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(TlsFailure.explain(
                        unwrap(client, greeting.duplicate()), trusting(CA).build(), true, greeting))
                .startsWith("the peer does not speak TLS: it began with plain text \"220 mail");
    }

    @Test
    void aRefusalByAContextOfTheUsersIsExplainedToo() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore store = KeyStores.empty();
        store.setCertificateEntry("ca", CA.certificate());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        TlsOptions client = TlsOptions.builder().sslContext(context).build();

        assertThat(TlsPair.run(
                                client,
                                HOST,
                                server(TestCertificates.leaf(CA, HOST)).build())
                        .succeeded())
                .isTrue();
        assertThat(clientFailure(client, HOST, TestCertificates.leaf(CA, "a.example.org")))
                .isEqualTo("the server's certificate is for another host:"
                        + " No subject alternative DNS name matching api.example.com found.");
        assertThat(clientFailure(client, HOST, TestCertificates.leaf(TestCertificates.ca("Other"), HOST)))
                .isEqualTo("the server's certificate is self-signed or issued by an unknown CA");
        Issued expired = TestCertificates.leaf("x")
                .dns(HOST)
                .valid(Instant.parse("2023-01-01T00:00:00Z"), Instant.parse("2024-01-02T03:04:05Z"))
                .issuedBy(CA);
        assertThat(clientFailure(client, HOST, expired)).startsWith("the server's certificate has expired: NotAfter: ");
    }

    @Test
    void aRecordThatWasChangedOnItsWayIsToldAsSuch() throws Exception {
        TlsOptions server = server(TestCertificates.leaf(CA, HOST)).build();
        TlsPair pair = TlsPair.run(trusting(CA).build(), HOST, server);
        ByteBuffer record = ByteBuffer.allocate(1 << 16);
        pair.client.engine.wrap(ByteBuffer.wrap(new byte[10]), record);
        record.flip();
        record.put(8, (byte) ~record.get(8));
        assertThat(TlsFailure.explain(unwrap(pair.server.engine, record), server, false, null))
                .isEqualTo("a record was damaged or forged on its way");
    }

    @Test
    void whatIsNotKnownIsPassedOnEscaped() {
        TlsOptions options = TlsOptions.builder().build();
        assertThat(TlsFailure.explain(new SSLException("(internal_error) odd\n"), options, true, null))
                .isEqualTo("odd\\x0a");
        assertThat(TlsFailure.explain(new SSLException((String) null), options, true, null))
                .isEqualTo("SSLException");
        assertThat(TlsFailure.explain(new SSLException("x\u001b[0m"), options, true, null))
                .isEqualTo("x\\x1b[0m");
    }

    private TlsOptions.Builder trusting(Issued ca) {
        return TlsOptions.builder().trust(ca.certificate());
    }

    private TlsOptions.Builder server(Issued own) throws IOException {
        return TlsOptions.builder().certificate(chain(own), key(own));
    }

    private Path chain(Issued own) throws IOException {
        return own.writeChain(dir.resolve("chain" + files++));
    }

    private Path key(Issued own) throws IOException {
        return own.writeKey(dir.resolve("key" + files++));
    }

    /** Why this client does not talk to a server with this certificate; not a byte of application data has passed. */
    private String clientFailure(TlsOptions client, String host, Issued own) throws IOException {
        TlsPair pair = TlsPair.run(client, host, server(own).build());
        assertThat(pair.client.failure).isNotNull();
        assertThat(pair.server.received).isZero();
        return TlsFailure.explain(pair.client.failure, client, true, null);
    }

    private static SSLException unwrap(SSLEngine engine, ByteBuffer in) {
        try {
            for (int i = 0; i < 10; i++) {
                engine.unwrap(in, ByteBuffer.allocate(1 << 16));
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
        } catch (SSLException e) {
            return e;
        }
        throw new AssertionError("no failure");
    }
}
