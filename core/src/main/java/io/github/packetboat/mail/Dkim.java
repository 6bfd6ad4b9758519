package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.mime.DkimSigner;
import io.github.packetboat.internal.mime.Rendering;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.util.List;
import java.util.Locale;

/**
 * Signs mail for a domain, so that receivers can tell that it comes from there and is as it was (DKIM, RFC 6376; Ed25519 by
 * RFC 8463). Needs nothing but the JDK. Immutable and thread-safe; never shows its key.
 *
 * <pre>{@code
 * Dkim rsa = Dkim.of("example.com", "mail2026", Path.of("dkim-rsa.pem"));
 * Dkim ed25519 = Dkim.of("example.com", "mail2026e", Path.of("dkim-ed25519.pem"));   // not yet known to every receiver
 * Mail.builder().dkim(rsa, ed25519)
 * }</pre>
 *
 * <p>Signed are the body and the headers From, Sender, Reply-To, To, Cc, Subject, Date, Message-ID, In-Reply-To, References,
 * List-Id, List-Unsubscribe, List-Unsubscribe-Post, MIME-Version, Content-Type and Content-Transfer-Encoding, as far as they are
 * there. What is signed is sent in its 7-bit form, which no server on the way has to change.
 */
public final class Dkim {
    private static final String ED25519 = "Ed25519";
    private static final int MIN_RSA_BITS = 1024; // RFC 8301 §3.2

    /** How much a server on the way may change without breaking the signature. */
    public enum Canonicalization {
        /** Nothing but the number of line breaks at the end of the body. */
        SIMPLE,
        /** White space too, and the case of header names. */
        RELAXED
    }

    private final DkimSigner signer;

    private Dkim(DkimSigner signer) {
        this.signer = signer;
    }

    /**
     * Signs for {@code domain} with the key whose public half stands at {@code selector._domainkey.domain} in the DNS. Both
     * header and body are {@link Canonicalization#RELAXED} unless set otherwise.
     *
     * @param key RSA of 1024 bits or more (2048 are usual), or Ed25519
     * @throws IllegalArgumentException if the domain or selector is no domain name, or the key is of another kind
     */
    public static Dkim of(String domain, String selector, PrivateKey key) {
        String ascii = AddressSyntax.domain("domain", domain).toLowerCase(Locale.ROOT);
        String name = AddressSyntax.domain("selector", selector);
        String algorithm = Check.notNull("key", key).getAlgorithm();
        boolean rsa = algorithm.equals("RSA");
        boolean ed25519 = key instanceof EdECKey curve
                ? curve.getParams().getName().equals(ED25519)
                : algorithm.equals("EdDSA") || algorithm.equals(ED25519);
        if (!rsa && !ed25519) {
            String kind = key instanceof EdECKey curve ? curve.getParams().getName() : algorithm;
            throw new IllegalArgumentException("key is " + kind + ": DKIM knows RSA and Ed25519");
        }
        if (key instanceof RSAKey sized && sized.getModulus().bitLength() < MIN_RSA_BITS) {
            throw new IllegalArgumentException("key has " + sized.getModulus().bitLength() + " bits, below "
                    + MIN_RSA_BITS + ": nobody trusts it");
        }
        return new Dkim(new DkimSigner(ascii, name, key, true, true));
    }

    /**
     * The same with the key in a PEM file: PKCS#8 ({@code BEGIN PRIVATE KEY}) or, for RSA, PKCS#1
     * ({@code BEGIN RSA PRIVATE KEY}), not encrypted.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException as above, or if the file holds no such key
     */
    public static Dkim of(String domain, String selector, Path pem) {
        return of(domain, selector, PemKey.read(Check.notNull("pem", pem)));
    }

    /** This one with other canonical forms. */
    public Dkim canonicalization(Canonicalization header, Canonicalization body) {
        return new Dkim(new DkimSigner(
                signer.domain(),
                signer.selector(),
                signer.key(),
                Check.notNull("header", header) == Canonicalization.RELAXED,
                Check.notNull("body", body) == Canonicalization.RELAXED));
    }

    /** The domain that signs, in A-labels. */
    public String domain() {
        return signer.domain();
    }

    /** Which of the domain's keys. */
    public String selector() {
        return signer.selector();
    }

    DkimSigner signer() {
        return signer;
    }

    /** The message with the signatures in front of it, which are of that time. */
    static Rendering sign(Rendering unsigned, List<Dkim> signatures, long epochSeconds) throws IOException {
        if (signatures.isEmpty()) {
            return unsigned;
        }
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        for (Dkim dkim : signatures) {
            fields.write(dkim.signer.sign(unsigned, epochSeconds));
        }
        return unsigned.withFieldsInFront(fields.toByteArray());
    }

    /** Where the public key stands, and the algorithms. */
    @Override
    public String toString() {
        return "Dkim[" + signer + "]";
    }
}
