package io.github.packetboat.message;

import static io.github.packetboat.message.TlsOptionsChecks.CA;
import static io.github.packetboat.message.TlsOptionsChecks.HOST;
import static io.github.packetboat.message.TlsOptionsChecks.LEAF;
import static io.github.packetboat.message.TlsOptionsChecks.illegal;
import static io.github.packetboat.message.TlsOptionsChecks.shown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.message.TestCertificates.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates follow their files without a restart. */
class TlsReloadTest {
    @TempDir
    private Path dir;

    private final AtomicLong nanos = new AtomicLong();
    private final List<RuntimeException> reported = new ArrayList<>();

    @Test
    void reloadReadsTheFilesAgain() throws Exception {
        TlsOptions options = TlsOptionsChecks.serverOptions(dir).build();
        Issued next = replaceFiles();
        assertThat(shown(options)).isEqualTo(LEAF.certificate());
        options.reload();
        assertThat(shown(options)).isEqualTo(next.certificate());
    }

    @Test
    void aReloadThatFailsThrowsAndKeepsWhatWasThere() throws Exception {
        TlsOptions options = TlsOptionsChecks.serverOptions(dir).build();
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
        TlsOptions options = TlsOptionsChecks.serverOptions(dir)
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

    private TlsOptions reloading() throws IOException {
        return TlsOptionsChecks.serverOptions(dir)
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
}
