package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where certificates come from: those of our own, with their keys, and those that are trusted. What is added is checked for
 * null and read later. Not thread-safe while something is added.
 */
final class TlsSources {
    private final List<TlsFiles<OwnCertificate>> own = new ArrayList<>();
    private final List<TlsFiles<X509Certificate>> trusted = new ArrayList<>();

    TlsSources copy() {
        TlsSources copy = new TlsSources();
        copy.own.addAll(own);
        copy.trusted.addAll(trusted);
        return copy;
    }

    void add(String option, @Nullable String pattern, Path chainPem, Path keyPem, @Nullable Supplier<char[]> password) {
        Path chain = Check.notNull(option + " chainPem", chainPem);
        Path key = Check.notNull(option + " keyPem", keyPem);
        own.add(new TlsFiles<>(
                (pattern == null ? "" : pattern + ": ") + chain,
                List.of(chain, key),
                () -> List.of(OwnCertificate.fromPem(pattern, Pem.read(chain), Pem.read(key), password))));
    }

    void addText(String chainPem, String keyPem) {
        Pem chain = Pem.of("the chain given as text", Check.notNull("certificatePem chainPem", chainPem));
        Pem key = Pem.of("the key given as text", Check.notNull("certificatePem keyPem", keyPem));
        own.add(new TlsFiles<>(
                "given as text", List.of(), () -> List.of(OwnCertificate.fromPem(null, chain, key, null))));
    }

    void addStore(Path file, char[] password) {
        Path path = Check.notNull("keyStore", file);
        char[] copy = Check.notNull("keyStore password", password).clone();
        own.add(new TlsFiles<>(
                path.toString(),
                List.of(path),
                () -> OwnCertificate.fromKeyStore(path.toString(), KeyStores.open(path, copy), copy)));
    }

    void addStore(KeyStore store, char[] password) {
        KeyStore given = Check.notNull("keyStore", store);
        char[] copy = Check.notNull("keyStore password", password).clone();
        String name = "a given key store";
        own.add(new TlsFiles<>(name, List.of(), () -> OwnCertificate.fromKeyStore(name, given, copy)));
    }

    void trust(Path caPem) {
        Path path = Check.notNull("trust", caPem);
        trusted.add(new TlsFiles<>(
                path.toString(), List.of(path), () -> Pem.read(path).certificates()));
    }

    void trustText(String caPem) {
        Pem pem = Pem.of("the trust given as text", Check.notNull("trustPem", caPem));
        trusted.add(new TlsFiles<>("given as text", List.of(), pem::certificates));
    }

    void trust(X509Certificate... certificates) {
        for (X509Certificate certificate : Check.notNull("trust", certificates)) {
            Check.notNull("trust", certificate);
        }
        List<X509Certificate> copy = List.of(certificates);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("trust needs at least one certificate");
        }
        trusted.add(new TlsFiles<>(copy.size() + " given", List.of(), () -> copy));
    }

    void trustStore(Path file, char[] password) {
        Path path = Check.notNull("trustStore", file);
        char[] copy = Check.notNull("trustStore password", password).clone();
        trusted.add(new TlsFiles<>(
                path.toString(), List.of(path), () -> KeyStores.trusted(path.toString(), KeyStores.open(path, copy))));
    }

    void trustStore(KeyStore store) {
        KeyStore given = Check.notNull("trustStore", store);
        String name = "a given key store";
        trusted.add(new TlsFiles<>(name, List.of(), () -> KeyStores.trusted(name, given)));
    }

    boolean hasOwn() {
        return !own.isEmpty();
    }

    /** Whether trust is given, rather than left to the JDK. */
    boolean hasTrust() {
        return !trusted.isEmpty();
    }

    boolean isEmpty() {
        return own.isEmpty() && trusted.isEmpty();
    }

    /** Reads our own certificates; see {@link TlsOptions.Builder#build()} for what it throws. */
    List<OwnCertificate> readOwn() {
        return read(own);
    }

    /** Reads what is trusted, or returns null if that is left to the JDK. */
    @Nullable
    List<X509Certificate> readTrusted() {
        return trusted.isEmpty() ? null : read(trusted);
    }

    private static <T> List<T> read(List<TlsFiles<T>> sources) {
        return sources.stream().flatMap(files -> files.reader().get().stream()).toList();
    }

    /** How the files are now. */
    List<FileStamp> stamps() {
        return Stream.concat(own.stream(), trusted.stream())
                .flatMap(files -> files.files().stream())
                .map(FileStamp::of)
                .toList();
    }

    /** As a part of {@link TlsOptions#toString()}. */
    @Override
    public String toString() {
        return "certificates=" + own + ", trust=" + (trusted.isEmpty() ? "JDK" : trusted);
    }
}
