package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.message.TestCertificates.Issued;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A certificate with its issuer, and what the tests of {@link TlsOptions} look at. */
final class TlsOptionsChecks {
    static final String HOST = "api.example.com";
    static final String SECRET = "s3cret-pass";
    static final Issued CA = TestCertificates.ca("Test CA");
    static final Issued LEAF = TestCertificates.leaf(CA, HOST);

    private TlsOptionsChecks() {}

    /** Options of a server that shows {@link #LEAF}, from files in {@code dir}. */
    static TlsOptions.Builder serverOptions(Path dir) throws IOException {
        return TlsOptions.builder()
                .certificate(LEAF.writeChain(dir.resolve("chain")), LEAF.writeKey(dir.resolve("key")));
    }

    static void assertServes(TlsOptions server) {
        assertThat(TlsPair.run(TlsOptions.builder().trust(CA.certificate()).build(), HOST, server)
                        .succeeded())
                .isTrue();
    }

    static Certificate shown(TlsOptions server) throws Exception {
        TlsPair pair = TlsPair.run(TlsOptions.builder().trust(CA.certificate()).build(), HOST, server);
        assertThat(pair.succeeded()).as("%s", pair.client.failure).isTrue();
        return pair.client.engine.getSession().getPeerCertificates()[0];
    }

    static void illegal(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(call)
                .withMessageStartingWith(message)
                .satisfies(e ->
                        assertThat(String.valueOf(e)).doesNotContain(SECRET).doesNotContain("guess-1"));
    }
}
