package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.message.TestCertificates.Issued;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real handshakes of two engines in memory. */
class TlsHandshakeTest {
    private static final String HOST = "api.example.com";
    private static final Issued CA = TestCertificates.ca("Test CA");

    @TempDir
    private Path dir;

    private int files;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aClientThatTrustsTheCaTalksToTheHostThatTheCertificateNames(String protocol) throws Exception {
        TlsOptions client = trusting(CA).protocols(protocol).build();
        for (Issued leaf : List.of(
                TestCertificates.leaf(CA, HOST),
                TestCertificates.leaf(CA, "*.example.com"),
                TestCertificates.leaf("x").rsa().dns(HOST).issuedBy(CA),
                TestCertificates.leaf("x").ed25519().dns(HOST).issuedBy(CA))) {
            TlsPair pair = TlsPair.run(client, HOST, server(leaf).build());
            assertThat(pair.succeeded()).as("%s", pair.client.failure).isTrue();
            assertThat(pair.client.engine.getSession().getProtocol()).isEqualTo(protocol);
        }
    }

    @Test
    void anIpAddressNeedsAnIpName() throws Exception {
        Issued ip =
                TestCertificates.leaf("x").dns(HOST).ip("127.0.0.1").ip("::1").issuedBy(CA);
        assertThat(TlsPair.run(trusting(CA).build(), "127.0.0.1", server(ip).build())
                        .succeeded())
                .isTrue();
        assertThat(TlsPair.run(trusting(CA).build(), "::1", server(ip).build()).succeeded())
                .isTrue();
        assertThat(TlsPair.run(trusting(CA).build(), "[::1]", server(ip).build())
                        .succeeded())
                .isTrue();

        Issued dnsOnly = TestCertificates.leaf(CA, HOST, "127.0.0.1");
        assertThat(clientFailure(trusting(CA).build(), "127.0.0.1", dnsOnly))
                .isEqualTo("the server's certificate is for api.example.com, 127.0.0.1, not for 127.0.0.1");
    }

    @Test
    void aWrongHostIsToldWithTheNamesThatTheCertificateHas() throws Exception {
        Issued other = TestCertificates.leaf(CA, "a.example.org", "b.example.org");
        assertThat(clientFailure(trusting(CA).build(), HOST, other))
                .isEqualTo("the server's certificate is for a.example.org, b.example.org, not for api.example.com");
        Issued wildcard = TestCertificates.leaf(CA, "*.example.com");
        assertThat(clientFailure(trusting(CA).build(), "a.b.example.com", wildcard))
                .endsWith("not for a.b.example.com");
    }

    @Test
    void aCommonNameDoesNotCount() throws Exception {
        Issued commonName = TestCertificates.leaf(HOST).issuedBy(CA);
        assertThat(clientFailure(trusting(CA).build(), HOST, commonName))
                .isEqualTo("the server's certificate"
                        + " (CN=api.example.com) has no subject alternative name"
                        + " and so is not for api.example.com;"
                        + " a common name does not count");
    }

    @Test
    void anExpiredCertificateIsToldWithItsDate() throws Exception {
        Issued expired = TestCertificates.leaf("x")
                .dns(HOST)
                .valid(Instant.parse("2023-01-01T00:00:00Z"), Instant.parse("2024-01-02T03:04:05Z"))
                .issuedBy(CA);
        assertThat(clientFailure(trusting(CA).build(), HOST, expired))
                .startsWith("the server's certificate (CN=x) expired at 2024-01-02T03:04:05Z; it is 2");
        Issued early = TestCertificates.leaf("x")
                .dns(HOST)
                .valid(Instant.parse("2999-01-01T00:00:00Z"), Instant.parse("2999-02-01T00:00:00Z"))
                .issuedBy(CA);
        assertThat(clientFailure(trusting(CA).build(), HOST, early))
                .startsWith("the server's certificate (CN=x) is not valid before 2999-01-01T00:00:00Z; it is 2");
    }

    @Test
    void aSelfSignedCertificateAndAnUnknownCaAreToldApart() throws Exception {
        Issued selfSigned = TestCertificates.leaf("me").dns(HOST).selfSigned();
        assertThat(clientFailure(trusting(CA).build(), HOST, selfSigned))
                .isEqualTo("the server's certificate (CN=me) is"
                        + " self-signed and not trusted; give it to trust(…) if it is the right one");
        Issued otherCa = TestCertificates.ca("Other CA");
        assertThat(clientFailure(trusting(CA).build(), HOST, TestCertificates.leaf(otherCa, HOST)))
                .isEqualTo("the server's certificate (CN=api.example.com) is issued by an unknown CA (CN=Other CA);"
                        + " give that to trust(…) if it is the right one");
        assertThat(clientFailure(TlsOptions.builder().build(), HOST, TestCertificates.leaf(otherCa, HOST)))
                .contains("unknown CA");
    }

    @Test
    void aSelfSignedCertificateCanBeTrustedItselfButStillMustNameTheHost() throws Exception {
        Issued selfSigned = TestCertificates.leaf("me").dns(HOST).selfSigned();
        TlsOptions client = TlsOptions.builder().trust(selfSigned.certificate()).build();
        assertThat(TlsPair.run(client, HOST, server(selfSigned).build()).succeeded())
                .isTrue();
        assertThat(clientFailure(client, "other.example.com", selfSigned)).endsWith("not for other.example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theServerIsToldWhyTheClientRefused(String protocol) throws Exception {
        TlsOptions server = server(TestCertificates.leaf(TestCertificates.ca("Other"), HOST))
                .protocols(protocol)
                .build();
        TlsPair pair = TlsPair.run(trusting(CA).build(), HOST, server);
        assertThat(TlsFailure.explain(pair.server.failure, server, false, null))
                .startsWith("the client refused: it does not accept our certificate (alert certificate_unknown)");
    }

    @Test
    void hostnameVerificationCanBeSkippedButTrustCannot() throws Exception {
        TlsOptions client = trusting(CA).insecureSkipHostnameVerification().build();
        Issued other = TestCertificates.leaf("only-a-cn").issuedBy(CA);
        assertThat(TlsPair.run(client, HOST, server(other).build()).succeeded()).isTrue();
        assertThat(clientFailure(client, HOST, TestCertificates.leaf(TestCertificates.ca("Other"), HOST)))
                .contains("unknown CA");
    }

    @Test
    void aServerNameReplacesTheHostInSniAndVerification() throws Exception {
        TlsOptions client = trusting(CA).serverName(HOST).build();
        TlsPair pair = TlsPair.run(
                client, "10.0.0.1", server(TestCertificates.leaf(CA, HOST)).build());
        assertThat(pair.succeeded()).isTrue();
        assertThat(requestedName(pair.server.engine)).contains(HOST);
        TlsPair refused = TlsPair.run(
                client,
                "wrong.example.org",
                server(TestCertificates.leaf(CA, "wrong.example.org")).build());
        assertThat(refused.client.failure).isNotNull();
    }

    @Test
    void sniIsTheHostUnlessItIsAnAddressOrCannotBeOne() {
        TlsOptions client = TlsOptions.builder().build();
        assertThat(sni(client, "Api.Example.com.")).contains("Api.Example.com");
        assertThat(sni(client, "localhost")).contains("localhost");
        assertThat(sni(client, "127.0.0.1")).isEqualTo("[]");
        assertThat(sni(client, "[::1]")).isEqualTo("[]");
        assertThat(sni(client, "fe80::1%eth0")).isEqualTo("[]");
        assertThat(sni(client, "my_container")).isEqualTo("[]");
    }

    @Test
    void theServerShowsTheCertificateForTheRequestedHost() throws Exception {
        Issued fallback = TestCertificates.leaf(CA, "fallback.example");
        Issued wildcard = TestCertificates.leaf(CA, "*.shop.example");
        Issued exact =
                TestCertificates.leaf("exact").rsa().dns("pay.other.example").issuedBy(CA);
        TlsOptions server = server(fallback)
                .certificateFor("*.Shop.example", chain(wildcard), key(wildcard))
                .certificateFor("pay.other.example", chain(exact), key(exact))
                .build();
        TlsOptions client = trusting(CA).insecureSkipHostnameVerification().build();
        assertThat(shown(client, "a.shop.example", server)).isEqualTo(wildcard.certificate());
        assertThat(shown(client, "pay.other.example", server)).isEqualTo(exact.certificate());
        assertThat(shown(client, "fallback.example", server)).isEqualTo(fallback.certificate());
        assertThat(shown(client, "unknown.example", server)).isEqualTo(fallback.certificate());
        assertThat(shown(client, "shop.example", server)).isEqualTo(fallback.certificate());
        assertThat(shown(client, "10.0.0.1", server)).isEqualTo(fallback.certificate());
    }

    @Test
    void ofSeveralCertificatesTheOneThatNamesTheHostIsShown() throws Exception {
        Issued first = TestCertificates.leaf(CA, "a.example");
        Issued second = TestCertificates.leaf("b").rsa().dns("b.example").issuedBy(CA);
        TlsOptions server =
                server(first).certificate(chain(second), key(second)).build();
        assertThat(shown(trusting(CA).build(), "b.example", server)).isEqualTo(second.certificate());
        assertThat(shown(trusting(CA).build(), "a.example", server)).isEqualTo(first.certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aServerWithNoCertificateForTheHostSaysSo(String protocol) throws Exception {
        Issued only = TestCertificates.leaf(CA, HOST);
        TlsOptions server = TlsOptions.builder()
                .certificateFor(HOST, chain(only), key(only))
                .protocols(protocol)
                .build();
        TlsPair pair = TlsPair.run(trusting(CA).build(), "other.example.com", server);
        assertThat(TlsFailure.explain(pair.server.failure, server, false, null))
                .isEqualTo("no cipher suite or certificate in common:"
                        + " the client accepts none that we have for the host it asked for");
        assertThat(TlsFailure.explain(pair.client.failure, trusting(CA).build(), true, null))
                .startsWith("the server refused: it found no cipher suite or certificate in common");
    }

    @Test
    void theFirstCommonAlpnProtocolOfTheServerIsChosen() throws Exception {
        TlsOptions server =
                server(TestCertificates.leaf(CA, HOST)).alpn("two", "one").build();
        TlsPair pair = TlsPair.run(trusting(CA).alpn("one", "two").build(), HOST, server);
        assertThat(pair.client.engine.getApplicationProtocol()).isEqualTo("two");
        assertThat(pair.server.engine.getApplicationProtocol()).isEqualTo("two");
        assertThat(TlsPair.run(trusting(CA).build(), HOST, server).succeeded()).isTrue();

        TlsOptions other = trusting(CA).alpn("three").build();
        TlsPair refused = TlsPair.run(other, HOST, server);
        assertThat(TlsFailure.explain(refused.client.failure, other, true, null))
                .isEqualTo("the server refused:"
                        + " no application protocol (ALPN) in common;"
                        + " offered here are [three] (alert no_application_protocol)");
    }

    @Test
    void theServersOrderOfCipherSuitesCounts() throws Exception {
        TlsOptions server = server(TestCertificates.leaf(CA, HOST))
                .cipherSuites("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384")
                .build();
        TlsOptions client = trusting(CA)
                .cipherSuites("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
                .build();
        TlsPair pair = TlsPair.run(client, HOST, server);
        assertThat(pair.client.engine.getSession().getCipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aSecondConnectionResumesTheSessionOfTheFirst(String protocol) throws Exception {
        TlsOptions server =
                server(TestCertificates.leaf(CA, HOST)).protocols(protocol).build();
        TlsOptions client = trusting(CA).build();
        long first =
                TlsPair.run(client, HOST, server).client.engine.getSession().getCreationTime();
        TlsPair second = TlsPair.run(client, HOST, server);
        assertThat(second.succeeded()).isTrue();
        assertThat(second.client.engine.getSession().getCreationTime()).isEqualTo(first);
    }

    @Test
    void aContextOfTheUsersKeepsHostnameVerification() throws Exception {
        SSLContext context = SSLContext.getDefault();
        SSLParameters parameters = TlsOptions.builder()
                .sslContext(context)
                .build()
                .clientEngine(HOST, 1)
                .getSSLParameters();
        assertThat(parameters.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
        assertThat(parameters.getProtocols()).containsExactly("TLSv1.3", "TLSv1.2");
    }

    @Test
    void aRequestedNameThatIsNoHostNameIsRefusedAndShownEscaped() throws Exception {
        TlsOptions server = server(TestCertificates.leaf(CA, HOST)).build();
        SSLEngine client = trusting(CA).build().clientEngine(HOST, 443);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setServerNames(List.of(new SNIServerName(0, "my host_\r\n".getBytes(StandardCharsets.US_ASCII)) {}));
        client.setSSLParameters(parameters);
        TlsPair pair = TlsPair.run(client, server.serverEngine());
        assertThat(TlsFailure.explain(pair.server.failure, server, false, null))
                .startsWith("Illegal server name, type=host_name(0), name=my host_\\x0d\\x0a");
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

    private static java.security.cert.Certificate shown(TlsOptions client, String host, TlsOptions server)
            throws Exception {
        TlsPair pair = TlsPair.run(client, host, server);
        assertThat(pair.succeeded()).as("%s", pair.client.failure).isTrue();
        return pair.client.engine.getSession().getPeerCertificates()[0];
    }

    private static String sni(TlsOptions client, String host) {
        return String.valueOf(client.clientEngine(host, 443).getSSLParameters().getServerNames());
    }

    private static String requestedName(SSLEngine server) {
        return String.valueOf(((ExtendedSSLSession) server.getSession()).getRequestedServerNames());
    }
}
