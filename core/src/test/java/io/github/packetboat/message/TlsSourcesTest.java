package io.github.packetboat.message;

import static io.github.packetboat.message.TlsOptionsChecks.CA;
import static io.github.packetboat.message.TlsOptionsChecks.HOST;
import static io.github.packetboat.message.TlsOptionsChecks.LEAF;
import static io.github.packetboat.message.TlsOptionsChecks.SECRET;
import static io.github.packetboat.message.TlsOptionsChecks.assertServes;
import static io.github.packetboat.message.TlsOptionsChecks.illegal;
import static io.github.packetboat.message.TlsOptionsChecks.shown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.message.TestCertificates.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where certificates and keys may come from, and what is said of those that cannot be used. */
class TlsSourcesTest {
    @TempDir
    private Path dir;

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
        assertThat(TlsPair.run(client, HOST, TlsOptionsChecks.serverOptions(dir).build())
                        .succeeded())
                .isTrue();
        illegal(
                () -> TlsOptions.builder().keyStore(store, SECRET.toCharArray()).build(),
                "no private key with a certificate in " + store);
    }

    @Test
    void aTrustFileIsRead() throws IOException {
        TlsOptions client =
                TlsOptions.builder().trust(CA.writeChain(dir.resolve("ca"))).build();
        assertThat(TlsPair.run(client, HOST, TlsOptionsChecks.serverOptions(dir).build())
                        .succeeded())
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

    @Test
    void pemMayBeGivenAsText() throws IOException {
        String chain = Files.readString(LEAF.writeChain(dir.resolve("c")));
        String key = Files.readString(LEAF.writeKey(dir.resolve("k")));
        String ca = Files.readString(CA.writeChain(dir.resolve("ca")));
        TlsOptions server = TlsOptions.builder().certificatePem(chain, key).build();
        TlsOptions client = TlsOptions.builder().trustPem(ca).build();
        assertThat(TlsPair.run(client, HOST, server).succeeded()).isTrue();
        assertThat(server).asString().contains("certificates=[given as text]").doesNotContain("BEGIN");
        assertThat(client).asString().contains("trust=[given as text]").doesNotContain("BEGIN");
        server.reload();
        assertServes(server);
    }

    @Test
    void aFileNameInThePlaceOfPemIsToldApart() throws IOException {
        String chain = Files.readString(LEAF.writeChain(dir.resolve("c")));
        illegal(
                () -> TlsOptions.builder()
                        .certificatePem("chain.pem", "key.pem")
                        .build(),
                "no certificate in the chain given as text: it has no \"BEGIN CERTIFICATE\"");
        illegal(
                () -> TlsOptions.builder().certificatePem(chain, "key.pem").build(),
                "no private key in the key given as text");
        illegal(() -> TlsOptions.builder().trustPem("ca.pem").build(), "no certificate in the trust given as text");
    }

    @Test
    void aKeyStoreMayBeInMemory() throws Exception {
        KeyStore store = KeyStores.empty();
        char[] password = SECRET.toCharArray();
        TlsOptions.Builder server = TlsOptions.builder().keyStore(store, password);
        illegal(server::build, "no private key with a certificate in a given key store");
        store.setKeyEntry(
                "own", LEAF.keys().getPrivate(), password, LEAF.chain().toArray(Certificate[]::new));
        java.util.Arrays.fill(password, 'x');
        assertServes(server.build());
        illegal(
                () -> TlsOptions.builder()
                        .keyStore(store, "guess-1".toCharArray())
                        .build(),
                "cannot read a key of a given key store: each must have the password given");
    }

    @Test
    void aTrustStoreMayBeInMemory() throws Exception {
        KeyStore store = KeyStores.empty();
        illegal(() -> TlsOptions.builder().trustStore(store).build(), "no trusted certificate in a given key store");
        store.setCertificateEntry("ca", CA.certificate());
        TlsOptions client = TlsOptions.builder().trustStore(store).build();
        TlsOptions server = TlsOptions.builder()
                .certificate(LEAF.writeChain(dir.resolve("c")), LEAF.writeKey(dir.resolve("k")))
                .build();
        assertThat(TlsPair.run(client, HOST, server).succeeded()).isTrue();
    }

    /** What is in a store when it is asked again is what counts. */
    @Test
    void aStoreInMemoryIsAskedAgainByReload() throws Exception {
        KeyStore store = KeyStores.empty();
        char[] password = SECRET.toCharArray();
        store.setKeyEntry(
                "own", LEAF.keys().getPrivate(), password, LEAF.chain().toArray(Certificate[]::new));
        TlsOptions server = TlsOptions.builder().keyStore(store, password).build();
        Issued next = TestCertificates.leaf(CA, HOST);
        store.setKeyEntry(
                "own", next.keys().getPrivate(), password, next.chain().toArray(Certificate[]::new));
        assertThat(shown(server)).isEqualTo(LEAF.certificate());
        server.reload();
        assertThat(shown(server)).isEqualTo(next.certificate());
    }
}
