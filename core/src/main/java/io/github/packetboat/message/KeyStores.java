package io.github.packetboat.message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads key stores, PKCS12 or JKS as the file turns out to be. Stateless, thread-safe. */
final class KeyStores {
    private KeyStores() {}

    /**
     * Opens a store.
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if the password is wrong or the file is no key store
     */
    static KeyStore open(Path file, char[] password) {
        if (!Files.exists(file)) {
            throw new UncheckedIOException(new IOException("cannot read " + file + ": no such file"));
        }
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
            throw new UncheckedIOException(new IOException("cannot read " + file + ": no readable file"));
        }
        try {
            return KeyStore.getInstance(file.toFile(), password);
        } catch (IOException e) {
            boolean wrongPassword = e.getCause() instanceof UnrecoverableKeyException;
            throw new IllegalArgumentException(
                    "cannot open " + file + ": "
                            + (wrongPassword ? "wrong password" : "no readable key store, or wrong password"),
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot open " + file + ": neither PKCS12 nor JKS", e);
        }
    }

    /** Every certificate that the store marks as trusted; at least one. */
    static List<X509Certificate> trusted(String origin, KeyStore store) {
        List<X509Certificate> trusted = new ArrayList<>();
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.isCertificateEntry(alias)
                        && store.getCertificate(alias) instanceof X509Certificate certificate) {
                    trusted.add(certificate);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot read the certificates of " + origin, e);
        }
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("no trusted certificate in " + origin);
        }
        return trusted;
    }

    /** A new store in memory. */
    static KeyStore empty() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty key store cannot be read", e);
        }
        return store;
    }

    static List<X509Certificate> x509(Certificate[] chain) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate : chain) {
            certificates.add((X509Certificate) certificate);
        }
        return certificates;
    }
}
