package io.github.packetboat.message;

import static io.github.packetboat.message.TlsOptionsChecks.CA;
import static io.github.packetboat.message.TlsOptionsChecks.HOST;
import static io.github.packetboat.message.TlsOptionsChecks.LEAF;
import static io.github.packetboat.message.TlsOptionsChecks.SECRET;
import static io.github.packetboat.message.TlsOptionsChecks.illegal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.packetboat.message.TestCertificates.Issued;
import io.github.packetboat.message.TlsOptions.ClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsOptionsTest {
    @TempDir
    private Path dir;

    @Test
    void badSettingsAreRefusedByName() throws Exception {
        TlsOptions.Builder b = TlsOptions.builder();
        illegal(() -> b.certificate(null, dir), "certificate chainPem must not be null");
        illegal(() -> b.certificate(dir, null), "certificate keyPem must not be null");
        illegal(() -> b.certificate(dir, dir, null), "certificate password must not be null");
        illegal(() -> b.certificateFor(null, dir, dir), "certificateFor must not be null");
        for (String bad : new String[] {"", "*", "*.", "a.*.b", "*a.b", ".a", "a b", "http://a"}) {
            illegal(() -> b.certificateFor(bad, dir, dir), "certificateFor: \"" + bad + "\" is no host name");
        }
        illegal(() -> b.keyStore((Path) null, new char[0]), "keyStore must not be null");
        illegal(() -> b.keyStore(dir, null), "keyStore password must not be null");
        illegal(() -> b.trust((Path) null), "trust must not be null");
        illegal(b::trust, "trust needs at least one certificate");
        illegal(() -> b.trust((X509Certificate) null), "trust must not be null");
        illegal(() -> b.trustStore(dir, null), "trustStore password must not be null");
        illegal(() -> b.keyStore((KeyStore) null, new char[0]), "keyStore must not be null");
        illegal(() -> b.trustStore(null), "trustStore must not be null");
        illegal(() -> b.certificatePem(null, ""), "certificatePem chainPem must not be null");
        illegal(() -> b.certificatePem("", null), "certificatePem keyPem must not be null");
        illegal(() -> b.trustPem(null), "trustPem must not be null");
        illegal(() -> b.sslContext(null), "sslContext must not be null");
        illegal(() -> b.clientAuth(null), "clientAuth must not be null");
        illegal(b::protocols, "protocols needs at least one");
        illegal(() -> b.protocols("TLSv1.3", "TLSv1.1"), "protocols: \"TLSv1.1\" is none of [TLSv1.3, TLSv1.2]; ");
        illegal(b::cipherSuites, "cipherSuites needs at least one");
        illegal(
                () -> TlsOptions.builder().cipherSuites("TLS_NULL_WITH_X").build(),
                "cipherSuites: TLS_NULL_WITH_X is not known");
        illegal(() -> b.alpn(""), "alpn: ");
        illegal(() -> b.serverName(" "), "serverName must not be blank");
        illegal(() -> b.reloadEvery(Duration.ofSeconds(-1)), "reloadEvery=PT-1S is not positive");
        illegal(() -> b.onReloadFailure(null), "onReloadFailure must not be null");
    }

    @Test
    void contradictionsAreRefusedWithBothNames() throws Exception {
        SSLContext context = SSLContext.getDefault();
        illegal(
                () -> TlsOptions.builder()
                        .sslContext(context)
                        .trust(CA.certificate())
                        .build(),
                "sslContext excludes certificate");
        illegal(
                () -> TlsOptions.builder()
                        .sslContext(context)
                        .reloadEvery(Duration.ofDays(1))
                        .build(),
                "sslContext excludes reloadEvery");
        illegal(
                () -> TlsOptionsChecks.serverOptions(dir)
                        .clientAuth(ClientAuth.REQUIRED)
                        .build(),
                "clientAuth=REQUIRED needs trust or trustStore");
        illegal(
                () -> TlsOptions.builder()
                        .protocols("TLSv1.2")
                        .cipherSuites("TLS_AES_128_GCM_SHA256")
                        .build(),
                "cipherSuites=[TLS_AES_128_GCM_SHA256] has none for protocols=[TLSv1.2]");
    }

    @Test
    void aServerNeedsACertificate() throws IOException {
        illegal(() -> TlsOptions.builder().build().checkServer(), "a TLS server needs certificate(…)");
        assertThatCode(() -> TlsOptionsChecks.serverOptions(dir).build().checkServer())
                .doesNotThrowAnyException();
    }

    @Test
    void toStringShowsPathsAndSettingsButNoPassword() throws Exception {
        Path store = LEAF.writeKeyStore(dir.resolve("store"), "PKCS12", SECRET);
        Path trust = CA.writeTrustStore(dir.resolve("trust"), SECRET);
        TlsOptions options = TlsOptions.builder()
                .keyStore(store, SECRET.toCharArray())
                .trustStore(trust, SECRET.toCharArray())
                .clientAuth(ClientAuth.WANTED)
                .alpn("x")
                .build();
        assertThat(options)
                .hasToString("TlsOptions[certificates=[" + store + "], trust=[" + trust + "], clientAuth=WANTED, "
                        + "protocols=[TLSv1.3, TLSv1.2], alpn=[x]]");
        assertThat(TlsOptions.builder().build())
                .hasToString(
                        "TlsOptions[certificates=[], trust=JDK, clientAuth=NONE, " + "protocols=[TLSv1.3, TLSv1.2]]");
    }

    @Test
    void aBuilderUsedOnDoesNotTouchWhatItHasBuilt() throws IOException {
        TlsOptions.Builder builder = TlsOptionsChecks.serverOptions(dir).alpn("a");
        TlsOptions first = builder.build();
        TlsOptions second = builder.trust(CA.certificate()).alpn("b").build();
        assertThat(first.toString()).contains("alpn=[a]");
        assertThat(first.toString()).contains("trust=JDK");
        assertThat(second.toString()).contains("alpn=[b]");
    }

    @Test
    void theExpiryIsTheEarliestOfTheChain() throws IOException {
        Instant until = Instant.parse("2030-01-01T00:00:00Z");
        Issued leaf = TestCertificates.leaf("x")
                .dns(HOST)
                .valid(Instant.parse("2020-01-01T00:00:00Z"), until)
                .issuedBy(CA);
        Instant caUntil = CA.certificate().getNotAfter().toInstant();
        assertThat(options(leaf).certificateExpiry()).isEqualTo(until.isBefore(caUntil) ? until : caUntil);
        assertThat(TlsOptions.builder().build().certificateExpiry()).isNull();
    }

    @Test
    void whatIsInsecureOrExpiredIsWarnedOfInTheLog() throws IOException {
        Issued expired = TestCertificates.leaf("x")
                .dns(HOST)
                .valid(Instant.parse("2023-01-01T00:00:00Z"), Instant.parse("2024-01-02T03:04:05Z"))
                .issuedBy(CA);
        List<String> log = new ArrayList<>();
        System.Logger logger = new System.Logger() {
            @Override
            public String getName() {
                return "test";
            }

            @Override
            public boolean isLoggable(Level level) {
                return true;
            }

            @Override
            public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
                log.add(level + " " + message);
            }

            @Override
            public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
                log.add(level + " " + format);
            }
        };
        TlsOptions.builder()
                .certificate(expired.writeChain(dir.resolve("chain")), expired.writeKey(dir.resolve("key")))
                .log(logger)
                .build();
        TlsOptions skipping = TlsOptions.builder()
                .insecureSkipHostnameVerification()
                .log(logger)
                .build();
        skipping.clientEngine(HOST, 1);
        skipping.clientEngine(HOST, 1);
        assertThat(log).hasSize(2);
        assertThat(log.get(0))
                .isEqualTo("WARNING certificate in " + dir.resolve("chain") + " and " + dir.resolve("key")
                        + " expired at 2024-01-02T03:04:05Z");
        assertThat(log.get(1)).startsWith("WARNING insecureSkipHostnameVerification: ");
    }

    private TlsOptions options(Issued own) throws IOException {
        return TlsOptions.builder()
                .certificate(own.writeChain(dir.resolve("chain")), own.writeKey(dir.resolve("key")))
                .build();
    }
}
