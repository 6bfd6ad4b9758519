package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * How a server or a client speaks TLS: with which certificates, whom it trusts, which versions. Thread-safe; the
 * settings are immutable, only the certificates may be read anew.
 *
 * <pre>{@code
 * TlsOptions server = TlsOptions.builder().certificate(Path.of("chain.pem"), Path.of("key.pem")).build();
 *
 * TlsOptions client = TlsOptions.builder().build();                                     // what the JDK trusts
 * TlsOptions ofOurs = TlsOptions.builder().trust(Path.of("our-ca.pem")).build();        // what our CA has issued
 *
 * TlsOptions mutual = TlsOptions.builder()
 *         .certificate(Path.of("chain.pem"), Path.of("key.pem"))
 *         .trust(Path.of("clients-ca.pem"))
 *         .clientAuth(TlsOptions.ClientAuth.REQUIRED)
 *         .reloadEvery(Duration.ofMinutes(1))
 *         .build();
 * }</pre>
 *
 * <p><b>What is on by default.</b> TLS 1.3 and 1.2, never less. A client accepts only a certificate that names the host
 * it connects to as a subject alternative name (an IP address as an IP name); a common name does not count.
 *
 * <p><b>Errors.</b> A file that cannot be read is an {@link UncheckedIOException}; a file that does not hold what it
 * should, a wrong password, a key that belongs to another certificate and every bad setting are {@link
 * IllegalArgumentException}s. They name the file, and no message and no {@code toString} ever shows a password or a
 * key. A certificate of our own that has expired is only warned of in the log.
 *
 * <p><b>New certificates without a restart.</b> Call {@link #reload()}, or set {@link Builder#reloadEvery}. Connections
 * that are open stay as they are; new ones use the new certificates. No thread is started for it.
 */
public final class TlsOptions {
    /** Whether a server asks its clients for a certificate. */
    public enum ClientAuth {
        /** It does not ask. */
        NONE,
        /** It asks, and lets clients without one in; one that is shown must be trusted. */
        WANTED,
        /** It asks, and refuses clients without one: mutual TLS. */
        REQUIRED
    }

    private final TlsParameters parameters;
    private final TlsSources sources;
    private final @Nullable Duration reloadEvery;
    /** Null unless the user has brought one. */
    private final @Nullable SSLContext givenContext;
    /** Null if the user has brought a context. */
    private final @Nullable TlsMaterial material;

    private TlsOptions(Builder settings) {
        this.parameters = settings.parameters;
        this.sources = settings.sources.copy();
        this.reloadEvery = settings.reloadEvery;
        this.givenContext = settings.context;
        this.material = givenContext != null ? null : settings.material(sources);
        parameters.checkCipherSuites(contextForHandshake());
        if (!parameters.verifiesHost()) {
            settings.log.log(
                    Level.WARNING,
                    "insecureSkipHostnameVerification: whoever has any trusted certificate can pose as the server");
        }
    }

    /** A builder with neither certificate nor trust of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * When the first of our own certificates (or of their issuers, as far as they are in the files) expires, or null if
     * there is none or it came in an {@code SSLContext}. For monitoring.
     */
    public @Nullable Instant certificateExpiry() {
        return material == null ? null : material.expiry();
    }

    /**
     * Reads all certificate and key files again, whether they have changed or not. Does nothing if there are none.
     * Blocks for as long as reading takes.
     *
     * @throws UncheckedIOException if a file cannot be read; what was read before stays in use
     * @throws IllegalArgumentException if a file does not hold what it should; what was read before stays in use
     */
    public void reload() {
        if (material != null) {
            material.reload();
        }
    }

    /** All settings but the secret ones, in one line. */
    @Override
    public String toString() {
        return "TlsOptions[" + (givenContext != null ? "sslContext" : sources) + ", " + parameters
                + (reloadEvery == null ? "" : ", reloadEvery=" + reloadEvery) + "]";
    }

    TlsParameters parameters() {
        return parameters;
    }

    boolean hasCertificate() {
        return givenContext != null || sources.hasOwn();
    }

    /**
     * Says at bind or startTls, rather than at the first handshake, that a server cannot do without a certificate.
     *
     * @throws IllegalArgumentException if there is none
     */
    void checkServer() {
        if (!hasCertificate()) {
            throw new IllegalArgumentException("a TLS server needs certificate(…), keyStore(…) or sslContext(…)");
        }
    }

    /** A new engine for a connection that was accepted. */
    SSLEngine serverEngine() {
        return parameters.serverEngine(contextForHandshake());
    }

    /** A new engine for a connection that was made to {@code host}, as the user wrote it. */
    SSLEngine clientEngine(String host, int port) {
        return parameters.clientEngine(contextForHandshake(), host, port);
    }

    /**
     * TLS as a client over a socket that is connected, for code that reads and writes by itself rather than on an event
     * loop. The handshake is left to the caller; closing the result closes {@code connected}.
     *
     * @param connected in blocking mode
     * @param host what the certificate must name, unless a server name is set
     * @throws IOException if the socket is not connected
     */
    public SSLSocket clientSocket(Socket connected, String host, int port) throws IOException {
        return parameters.clientSocket(contextForHandshake(), connected, host, port);
    }

    private SSLContext contextForHandshake() {
        return material != null ? material.contextForHandshake() : Objects.requireNonNull(givenContext);
    }

    /**
     * Collects settings; each setter throws an {@link IllegalArgumentException} that names it if its argument is null
     * or otherwise unfit. Files are read by {@link #build()}. Not thread-safe.
     */
    public static final class Builder {
        private final TlsSources sources = new TlsSources();
        private TlsParameters parameters = TlsParameters.DEFAULTS;
        private @Nullable SSLContext context;
        private @Nullable Duration reloadEvery;
        private @Nullable Consumer<? super RuntimeException> onReloadFailure;
        private InstantSource clock = InstantSource.system();
        private LongSupplier nanoTime = System::nanoTime;
        private Logger log = System.getLogger(TlsOptions.class.getName());

        private Builder() {}

        /**
         * Adds a certificate of our own. With several, a server picks the one that names the host which the client asks
         * for (SNI), and the first one that the client can verify where none does.
         *
         * @param chainPem the certificate, followed by those of its issuers
         * @param keyPem its private key as PKCS#8 ("BEGIN PRIVATE KEY"), not encrypted; may be the same file
         */
        public Builder certificate(Path chainPem, Path keyPem) {
            sources.add("certificate", null, chainPem, keyPem, null);
            return this;
        }

        /**
         * As {@link #certificate(Path, Path)}, with an encrypted key ("BEGIN ENCRYPTED PRIVATE KEY").
         *
         * @param password asked each time the files are read; the array it returns is overwritten after use
         */
        public Builder certificate(Path chainPem, Path keyPem, Supplier<char[]> password) {
            sources.add("certificate", null, chainPem, keyPem, Check.notNull("certificate password", password));
            return this;
        }

        /**
         * As {@link #certificate(Path, Path)}, with the PEM itself instead of files that hold it: what an environment
         * variable or a store of secrets has.
         */
        public Builder certificatePem(String chainPem, String keyPem) {
            sources.addText(chainPem, keyPem);
            return this;
        }

        /**
         * Adds a certificate that a server shows only to clients that ask for a certain host. A server with nothing but
         * such certificates refuses clients that ask for any other host, or for none.
         *
         * @param hostPattern a host name, or one with {@code *} as its first label, such as {@code *.example.com}
         */
        public Builder certificateFor(String hostPattern, Path chainPem, Path keyPem) {
            String pattern = HostNames.canonicalPattern("certificateFor", Check.notNull("certificateFor", hostPattern));
            sources.add("certificateFor", pattern, chainPem, keyPem, null);
            return this;
        }

        /**
         * Adds every private key of a PKCS12 or JKS store with its certificates, as {@link #certificate(Path, Path)}
         * does.
         *
         * @param password that of the store and of the keys in it; copied
         */
        public Builder keyStore(Path file, char[] password) {
            sources.addStore(file, password);
            return this;
        }

        /**
         * As {@link #keyStore(Path, char[])}, with a store that is in memory, or in a device. It is asked at {@link
         * #build()} and at each {@link TlsOptions#reload()}.
         *
         * @param password that of the keys in it; copied
         */
        public Builder keyStore(KeyStore store, char[] password) {
            sources.addStore(store, password);
            return this;
        }

        /**
         * Trusts what the certificates of a PEM file have issued, and these themselves, besides others that are given;
         * what the JDK trusts is not trusted then.
         */
        public Builder trust(Path caPem) {
            sources.trust(caPem);
            return this;
        }

        /** As {@link #trust(Path)}, with the PEM itself instead of a file that holds it. */
        public Builder trustPem(String caPem) {
            sources.trustText(caPem);
            return this;
        }

        /** As {@link #trust(Path)}, with these certificates, of which there must be at least one. */
        public Builder trust(X509Certificate... certificates) {
            sources.trust(certificates);
            return this;
        }

        /** As {@link #trust(Path)}, with the trusted certificates of a PKCS12 or JKS store. The password is copied. */
        public Builder trustStore(Path file, char[] password) {
            sources.trustStore(file, password);
            return this;
        }

        /** As {@link #trust(Path)}, with the trusted certificates of a store that is in memory. */
        public Builder trustStore(KeyStore store) {
            sources.trustStore(store);
            return this;
        }

        /**
         * Uses a context of your own instead of certificates and trust given here. Whom it trusts is its own matter,
         * but clients still have it verify the host, by the JDK's rules: those accept a common name where a certificate
         * has no alternative names.
         */
        public Builder sslContext(SSLContext sslContext) {
            context = Check.notNull("sslContext", sslContext);
            return this;
        }

        /**
         * Whether a server asks its clients for a certificate. {@link ClientAuth#NONE} unless set; else set trust too.
         */
        public Builder clientAuth(ClientAuth auth) {
            parameters = parameters.withClientAuth(auth);
            return this;
        }

        /** The versions allowed: {@code TLSv1.3}, {@code TLSv1.2} or, unless set, both. Others are not to be had. */
        public Builder protocols(String... names) {
            parameters = parameters.withProtocols(names);
            return this;
        }

        /**
         * The cipher suites allowed, best first, by their standard names. Those of the JDK, in its order, unless set.
         */
        public Builder cipherSuites(String... names) {
            parameters = parameters.withCipherSuites(names);
            return this;
        }

        /**
         * The application protocols offered by a client, or accepted by a server, best first (ALPN). None unless set. A
         * peer that has some, but none of these, is refused; a peer that has none is not.
         */
        public Builder alpn(String... names) {
            parameters = parameters.withAlpn(names);
            return this;
        }

        /**
         * The host that a client asks for (SNI) and wants the certificate to name. The host it connects to, unless set.
         */
        public Builder serverName(String host) {
            parameters = parameters.withServerName(host);
            return this;
        }

        /**
         * Lets a client accept a certificate for any host, as long as it is trusted, and logs a warning. Insecure:
         * whoever has such a certificate can pose as the server. Mostly {@link #serverName} or {@link #trust(Path)} is
         * what is wanted.
         */
        public Builder insecureSkipHostnameVerification() {
            parameters = parameters.withoutHostVerification();
            return this;
        }

        /**
         * Has the files looked at before a new handshake if the last look was longer ago than this, and read again if
         * one is another file than before: by its real path, which follows the symbolic links that Kubernetes turns,
         * its time, size or identity. What cannot be used is reported, and what was read before stays in use. Never,
         * unless set.
         */
        public Builder reloadEvery(Duration interval) {
            reloadEvery = Check.positive("reloadEvery", interval);
            return this;
        }

        /**
         * Told of changed files that cannot be used, with the exception that {@link TlsOptions#reload()} would throw,
         * once for each different one, on the thread of the new connection, which must not be blocked. Logged as a
         * warning, unless set. {@link TlsOptions#reload()} throws and does not report.
         */
        public Builder onReloadFailure(Consumer<? super RuntimeException> consumer) {
            onReloadFailure = Check.notNull("onReloadFailure", consumer);
            return this;
        }

        /** For tests: the clock that says what has expired, and the one that says when to look at the files. */
        Builder time(InstantSource instants, LongSupplier nanos) {
            clock = instants;
            nanoTime = nanos;
            return this;
        }

        /** For tests: where warnings go. */
        Builder log(Logger logger) {
            log = logger;
            return this;
        }

        private TlsMaterial material(TlsSources copied) {
            return new TlsMaterial(
                    copied, parameters.verifiesHost(), reloadEvery, onReloadFailure, clock, nanoTime, log);
        }

        /**
         * Reads the files. The builder can be used on, and what it does then does not touch the result.
         *
         * @throws UncheckedIOException if a file cannot be read
         * @throws IllegalArgumentException if a file does not hold what it should, or if settings contradict each other
         */
        public TlsOptions build() {
            if (context != null && !sources.isEmpty()) {
                throw new IllegalArgumentException(
                        "sslContext excludes certificate, certificateFor, keyStore, trust and trustStore");
            }
            if (context != null && reloadEvery != null) {
                throw new IllegalArgumentException("sslContext excludes reloadEvery: there are no files to look at");
            }
            if (parameters.clientAuth() != ClientAuth.NONE && context == null && !sources.hasTrust()) {
                throw new IllegalArgumentException("clientAuth=" + parameters.clientAuth()
                        + " needs trust or trustStore: without, clients of every public CA would be let in");
            }
            return new TlsOptions(this);
        }
    }
}
