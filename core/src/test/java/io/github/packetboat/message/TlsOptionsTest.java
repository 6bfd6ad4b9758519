package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.message.TestCertificates.Issued;
import io.github.packetboat.message.TlsOptions.ClientAuth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsOptionsTest {
    private static final String HOST = "api.example.com";
    private static final String SECRET = "s3cret-pass";
    private static final Issued CA = TestCertificates.ca("Test CA");
    private static final Issued LEAF = TestCertificates.leaf(CA, HOST);

    @TempDir
    private Path dir;

    private final AtomicLong nanos = new AtomicLong();
    private final List<RuntimeException> reported = new ArrayList<>();

    // where certificates come from

    @Test
    void chainAndKeyMayStandInOneFile() throws IOException {
        Path both = dir.resolve("both.pem");
        Files.writeString(
                both,
                Files.readString(LEAF.writeKey(dir.resolve("k")))
                        + Files.readString(LEAF.writeChain(dir.resolve("c"))));
        assertServes(TlsOptions.builder().certificate(both, both).build());
    }

    @Test
    void anEncryptedKeyIsReadWithItsPasswordWhichIsOverwritten() throws IOException {
        Path chain = LEAF.writeChain(dir.resolve("c"));
        Path key = LEAF.writeEncryptedKey(dir.resolve("k"), SECRET);
        char[] password = SECRET.toCharArray();
        assertServes(
                TlsOptions.builder().certificate(chain, key, () -> password).build());
        assertThat(password).containsOnly('\0');

        illegal(
                () -> TlsOptions.builder().certificate(chain, key).build(),
                "private key in " + key + " is encrypted: give its password too");
        illegal(
                () -> TlsOptions.builder()
                        .certificate(chain, key, () -> "wrong".toCharArray())
                        .build(),
                "cannot decrypt the private key in " + key + ": wrong password, or a scheme unknown to this JDK");
    }

    @Test
    void aTraditionalKeyIsRefusedWithTheCommandThatConvertsIt() throws IOException {
        Path chain = LEAF.writeChain(dir.resolve("c"));
        Path key = LEAF.writeTraditionalKey(dir.resolve("k"));
        illegal(
                () -> TlsOptions.builder().certificate(chain, key).build(),
                "private key in " + key
                        + " is a \"BEGIN EC PRIVATE KEY\", only PKCS#8 (\"BEGIN PRIVATE KEY\") is read;"
                        + " convert it with: openssl pkcs8 -topk8 -nocrypt -in " + key + " -out pkcs8.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void aKeyStoreOfEitherTypeIsRead(String type) throws Exception {
        Path store = LEAF.writeKeyStore(dir.resolve("store"), type, SECRET);
        char[] password = SECRET.toCharArray();
        TlsOptions.Builder builder = TlsOptions.builder().keyStore(store, password);
        java.util.Arrays.fill(password, 'x');
        assertServes(builder.build());
    }

    @Test
    void aTrustStoreIsRead() throws Exception {
        Path store = CA.writeTrustStore(dir.resolve("trust"), SECRET);
        TlsOptions client =
                TlsOptions.builder().trustStore(store, SECRET.toCharArray()).build();
        assertThat(TlsPair.run(client, HOST, serverOptions().build()).succeeded())
                .isTrue();
        illegal(
                () -> TlsOptions.builder().keyStore(store, SECRET.toCharArray()).build(),
                "no private key with a certificate in " + store);
    }

    @Test
    void aTrustFileIsRead() throws IOException {
        TlsOptions client =
                TlsOptions.builder().trust(CA.writeChain(dir.resolve("ca"))).build();
        assertThat(TlsPair.run(client, HOST, serverOptions().build()).succeeded())
                .isTrue();
    }

    @Test
    void aMissingFileIsAnUncheckedIoExceptionWithItsPath() throws Exception {
        Path missing = dir.resolve("missing");
        Path chain = LEAF.writeChain(dir.resolve("c"));
        for (TlsOptions.Builder builder : List.of(
                TlsOptions.builder().certificate(missing, chain),
                TlsOptions.builder().certificate(chain, missing),
                TlsOptions.builder().trust(missing),
                TlsOptions.builder().keyStore(missing, SECRET.toCharArray()),
                TlsOptions.builder().trustStore(missing, SECRET.toCharArray()))) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot read " + missing)
                    .hasMessageContaining("no such file")
                    .hasMessageNotContaining(SECRET);
        }
    }

    @Test
    void aWrongPasswordIsToldWithThePathAndWithoutThePassword() throws Exception {
        Path store = LEAF.writeKeyStore(dir.resolve("store"), "PKCS12", SECRET);
        illegal(
                () -> TlsOptions.builder()
                        .keyStore(store, "guess-1".toCharArray())
                        .build(),
                "cannot open " + store + ": wrong password");
        Path noStore = Files.writeString(dir.resolve("text"), "hello");
        illegal(
                () -> TlsOptions.builder()
                        .trustStore(noStore, SECRET.toCharArray())
                        .build(),
                "cannot open " + noStore + ": ");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        Path chain = LEAF.writeChain(dir.resolve("c"));
        for (Issued other : List.of(
                TestCertificates.leaf(CA, HOST),
                TestCertificates.leaf("x").rsa().selfSigned())) {
            Path key = other.writeKey(dir.resolve("k"));
            illegal(
                    () -> TlsOptions.builder().certificate(chain, key).build(),
                    "private key does not match the first certificate of " + chain + " and " + key
                            + " (CN=api.example.com)");
        }
    }

    @Test
    void aFileWithoutWhatIsWantedIsRefused() throws IOException {
        Path empty = Files.writeString(dir.resolve("empty"), "");
        Path chain = LEAF.writeChain(dir.resolve("c"));
        illegal(() -> TlsOptions.builder().trust(empty).build(), "no certificate in " + empty);
        illegal(() -> TlsOptions.builder().certificate(empty, empty).build(), "no certificate in " + empty);
        illegal(() -> TlsOptions.builder().certificate(chain, chain).build(), "no private key in " + chain);
        Path torn = Files.writeString(dir.resolve("torn"), "-----BEGIN CERTIFICATE-----\nMIIB");
        illegal(() -> TlsOptions.builder().trust(torn).build(), "broken PEM in " + torn);
        Path junk = Files.writeString(
                dir.resolve("junk"), "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        illegal(() -> TlsOptions.builder().trust(junk).build(), "broken certificate in " + junk);
        Path junkKey = Files.writeString(
                dir.resolve("junkKey"), "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
        illegal(
                () -> TlsOptions.builder().certificate(chain, junkKey).build(),
                "private key in " + junkKey + " is broken");
    }

    // settings

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
        illegal(() -> b.keyStore(null, new char[0]), "keyStore must not be null");
        illegal(() -> b.keyStore(dir, null), "keyStore password must not be null");
        illegal(() -> b.trust((Path) null), "trust must not be null");
        illegal(b::trust, "trust needs at least one certificate");
        illegal(() -> b.trust((X509Certificate) null), "trust must not be null");
        illegal(() -> b.trustStore(dir, null), "trustStore password must not be null");
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
                () -> serverOptions().clientAuth(ClientAuth.REQUIRED).build(),
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
        assertThatCode(() -> serverOptions().build().checkServer()).doesNotThrowAnyException();
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
        TlsOptions.Builder builder = serverOptions().alpn("a");
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

    // reload

    @Test
    void reloadReadsTheFilesAgain() throws Exception {
        TlsOptions options = serverOptions().build();
        Issued next = replaceFiles();
        assertThat(shown(options)).isEqualTo(LEAF.certificate());
        options.reload();
        assertThat(shown(options)).isEqualTo(next.certificate());
    }

    @Test
    void aReloadThatFailsThrowsAndKeepsWhatWasThere() throws Exception {
        TlsOptions options = serverOptions().build();
        Files.writeString(dir.resolve("chain"), "junk");
        illegal(options::reload, "no certificate in " + dir.resolve("chain"));
        assertThat(shown(options)).isEqualTo(LEAF.certificate());
        Files.delete(dir.resolve("chain"));
        assertThatThrownBy(options::reload)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no such file");
        assertThat(shown(options)).isEqualTo(LEAF.certificate());
    }

    @Test
    void changedFilesAreNoticedAtTheFirstHandshakeAfterTheInterval() throws Exception {
        TlsOptions options = reloading();
        Issued next = replaceFiles();
        nanos.addAndGet(Duration.ofSeconds(60).toNanos() - 1);
        assertThat(shown(options)).isEqualTo(LEAF.certificate());
        nanos.addAndGet(1);
        assertThat(shown(options)).isEqualTo(next.certificate());
        assertThat(reported).isEmpty();
    }

    @Test
    void filesThatHaveNotChangedKeepTheirSessions() throws Exception {
        TlsOptions options = reloading();
        TlsOptions client = TlsOptions.builder().trust(CA.certificate()).build();
        long first =
                TlsPair.run(client, HOST, options).client.engine.getSession().getCreationTime();
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(TlsPair.run(client, HOST, options).client.engine.getSession().getCreationTime())
                .isEqualTo(first);
    }

    @Test
    void changedFilesThatAreBrokenAreReportedOnceAndTriedUntilTheyAreWhole() throws Exception {
        TlsOptions options = reloading();
        Issued next = TestCertificates.leaf(CA, HOST);
        next.writeChain(dir.resolve("chain")); // the key is still the old one
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(Duration.ofSeconds(60).toNanos());
            assertThat(shown(options)).isEqualTo(LEAF.certificate());
        }
        assertThat(reported).hasSize(1);
        assertThat(reported.get(0)).hasMessageStartingWith("private key does not match the first certificate of ");
        next.writeKey(dir.resolve("key"));
        nanos.addAndGet(Duration.ofSeconds(60).toNanos());
        assertThat(shown(options)).isEqualTo(next.certificate());
        assertThat(reported).hasSize(1);
    }

    @Test
    void aReportThatThrowsHarmsNoHandshake() throws Exception {
        TlsOptions options = serverOptions()
                .time(Instant::now, nanos::get)
                .reloadEvery(Duration.ofSeconds(60))
                .onReloadFailure(e -> {
                    throw new IllegalStateException("from the test", e);
                })
                .build();
        Files.delete(dir.resolve("key"));
        nanos.addAndGet(Duration.ofSeconds(60).toNanos());
        assertThat(shown(options)).isEqualTo(LEAF.certificate());
    }

    @Test
    void theLinkThatKubernetesTurnsIsFollowed() throws Exception {
        Path first = Files.createDirectory(dir.resolve("..2026_01"));
        Path second = Files.createDirectory(dir.resolve("..2026_02"));
        Issued next = TestCertificates.leaf(CA, HOST);
        LEAF.writeChain(first.resolve("tls.crt"));
        LEAF.writeKey(first.resolve("tls.key"));
        next.writeChain(second.resolve("tls.crt"));
        next.writeKey(second.resolve("tls.key"));
        Files.createSymbolicLink(dir.resolve("..data"), first.getFileName());
        Path chain = Files.createSymbolicLink(dir.resolve("tls.crt"), Path.of("..data", "tls.crt"));
        Path key = Files.createSymbolicLink(dir.resolve("tls.key"), Path.of("..data", "tls.key"));
        TlsOptions options = TlsOptions.builder()
                .certificate(chain, key)
                .time(Instant::now, nanos::get)
                .reloadEvery(Duration.ofSeconds(60))
                .build();
        assertThat(shown(options)).isEqualTo(LEAF.certificate());

        Files.createSymbolicLink(dir.resolve("..data_tmp"), second.getFileName());
        Files.move(dir.resolve("..data_tmp"), dir.resolve("..data"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        nanos.addAndGet(Duration.ofSeconds(60).toNanos());
        assertThat(shown(options)).isEqualTo(next.certificate());
    }

    private TlsOptions.Builder serverOptions() throws IOException {
        return TlsOptions.builder()
                .certificate(LEAF.writeChain(dir.resolve("chain")), LEAF.writeKey(dir.resolve("key")));
    }

    private TlsOptions options(Issued own) throws IOException {
        return TlsOptions.builder()
                .certificate(own.writeChain(dir.resolve("chain")), own.writeKey(dir.resolve("key")))
                .build();
    }

    private TlsOptions reloading() throws IOException {
        return serverOptions()
                .time(Instant::now, nanos::get)
                .reloadEvery(Duration.ofSeconds(60))
                .onReloadFailure(reported::add)
                .build();
    }

    private Issued replaceFiles() throws IOException {
        Issued next = TestCertificates.leaf(CA, HOST, "another.example.com"); // and so of another size
        next.writeChain(dir.resolve("chain"));
        next.writeKey(dir.resolve("key"));
        return next;
    }

    private static void assertServes(TlsOptions server) {
        assertThat(TlsPair.run(TlsOptions.builder().trust(CA.certificate()).build(), HOST, server)
                        .succeeded())
                .isTrue();
    }

    private static java.security.cert.Certificate shown(TlsOptions server) throws Exception {
        TlsPair pair = TlsPair.run(TlsOptions.builder().trust(CA.certificate()).build(), HOST, server);
        assertThat(pair.succeeded()).as("%s", pair.client.failure).isTrue();
        return pair.client.engine.getSession().getPeerCertificates()[0];
    }

    private static void illegal(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(call)
                .withMessageStartingWith(message)
                .satisfies(e ->
                        assertThat(String.valueOf(e)).doesNotContain(SECRET).doesNotContain("guess-1"));
    }
}
