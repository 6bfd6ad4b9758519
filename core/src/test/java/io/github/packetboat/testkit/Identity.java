package io.github.packetboat.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A private key and the certificates that vouch for it, leaf first and without the root, in memory and as files that
 * live as long as the JVM. Immutable.
 */
public record Identity(PrivateKey key, List<X509Certificate> chain) {
    /** The password of every key store. */
    public static final String PASSWORD = "packetboat-test";

    private static final Path FILES = createDirectory();

    /** The certificate of this identity itself. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** A PEM file with the chain. */
    public Path certificateFile() {
        StringBuilder pem = new StringBuilder();
        chain.forEach(each -> pem.append(pem("CERTIFICATE", encoded(each))));
        return file("chain.pem", out -> out.write(pem.toString().getBytes(StandardCharsets.US_ASCII)));
    }

    /** A PEM file with the key, unencrypted PKCS#8. */
    public Path keyFile() {
        return file(
                "key.pem", out -> out.write(pem("PRIVATE KEY", key.getEncoded()).getBytes(StandardCharsets.US_ASCII)));
    }

    /** A PKCS12 file with key and chain; both passwords are {@link #PASSWORD}. */
    public Path keyStoreFile() {
        return file("keys.p12", out -> keyStore().store(out, PASSWORD.toCharArray()));
    }

    /** A PKCS12 file that trusts this identity's certificate, for a root or a self-signed one. */
    public Path trustStoreFile() {
        return file("trust.p12", out -> trustStore().store(out, PASSWORD.toCharArray()));
    }

    /** Shows this identity and trusts what {@link Certificates#root()} vouches for; for either role. */
    public SSLContext context() {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(keyStore(), PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), Certificates.root().trust().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS context for " + certificate().getSubjectX500Principal(), e);
        }
    }

    /** Shows nothing and trusts only this identity's certificate; for a client. */
    public SSLContext trustingContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "TLS context that trusts " + certificate().getSubjectX500Principal(), e);
        }
    }

    private TrustManagerFactory trust() throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trustStore());
        return trust;
    }

    private KeyStore keyStore() throws GeneralSecurityException {
        KeyStore store = emptyStore();
        store.setKeyEntry("key", key, PASSWORD.toCharArray(), chain.toArray(Certificate[]::new));
        return store;
    }

    private KeyStore trustStore() throws GeneralSecurityException {
        KeyStore store = emptyStore();
        store.setCertificateEntry("trusted", certificate());
        return store;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException("an empty PKCS12 store", e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encode " + certificate.getSubjectX500Principal(), e);
        }
    }

    private static String pem(String type, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }

    /** Writes the file once; the serial number in its name keeps identities apart. */
    private Path file(String name, Content content) {
        Path path = FILES.resolve(certificate().getSerialNumber().toString(16) + "-" + name);
        synchronized (Identity.class) {
            if (Files.notExists(path)) {
                path.toFile().deleteOnExit();
                try (OutputStream out = Files.newOutputStream(path)) {
                    content.writeTo(out);
                } catch (IOException | GeneralSecurityException e) {
                    throw new IllegalStateException("cannot write " + path, e);
                }
            }
        }
        return path;
    }

    private static Path createDirectory() {
        try {
            Path directory = Files.createTempDirectory("packetboat-certificates");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for certificates", e);
        }
    }

    private interface Content {
        void writeTo(OutputStream out) throws IOException, GeneralSecurityException;
    }

    /** Names the certificate and never the key. */
    @Override
    public String toString() {
        return "Identity[" + certificate().getSubjectX500Principal() + "]";
    }
}
