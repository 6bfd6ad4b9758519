package io.github.packetboat.message;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A certificate of our own: its chain, leaf first, and the key to the leaf. Immutable and thread-safe.
 *
 * @param origin where it comes from, for messages
 * @param pattern the host names for which a server shows it, canonical, or null for those that the certificate itself
 *     names
 */
record OwnCertificate(String origin, @Nullable String pattern, PrivateKey key, List<X509Certificate> chain) {

    /** Checks that the key belongs to the certificate. */
    OwnCertificate {
        chain = List.copyOf(chain);
        if (!belongTogether(key, chain.get(0).getPublicKey())) {
            throw new IllegalArgumentException("private key does not match the first certificate of " + origin + " ("
                    + Escaped.of(chain.get(0).getSubjectX500Principal().getName())
                    + "); the server's own certificate must come first, its issuers behind it");
        }
    }

    static OwnCertificate fromPem(@Nullable String pattern, Pem chain, Pem key, @Nullable Supplier<char[]> password) {
        List<X509Certificate> certificates = chain.certificates();
        return new OwnCertificate(chain + " and " + key, pattern, key.privateKey(password), certificates);
    }

    /** Every key of the store, each with its chain. At least one. */
    static List<OwnCertificate> fromKeyStore(String origin, KeyStore store, char[] password) {
        List<OwnCertificate> all = new ArrayList<>();
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getKey(alias, password) instanceof PrivateKey key) {
                    all.add(new OwnCertificate(
                            origin + " (" + alias + ")", null, key, KeyStores.x509(store.getCertificateChain(alias))));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "cannot read a key of " + origin + ": each must have the password given", e);
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("no private key with a certificate in " + origin);
        }
        return all;
    }

    /** Whether a server should show it to a client that asks for {@code host}. */
    boolean isFor(String host) {
        if (pattern != null) {
            return HostNames.matches(pattern, host);
        }
        return HostNames.dnsNames(chain.get(0)).stream()
                .anyMatch(name -> HostNames.matches(name.toLowerCase(Locale.ROOT), host));
    }

    /** When the first certificate of the chain to do so expires. */
    Instant expiry() {
        return chain.stream()
                .map(c -> c.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> null;
        };
        if (algorithm == null) {
            return true; // of an algorithm that we cannot try without knowing its parameters
        }
        try {
            byte[] probe = {1, 2, 3};
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // keys of different algorithms or curves
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "OwnCertificate[" + origin + "]";
    }
}
