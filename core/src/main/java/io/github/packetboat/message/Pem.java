package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and private keys in PEM (RFC 7468), from a file or given as text. A file that cannot be read is an {@link
 * UncheckedIOException}, what does not hold what it should an {@link IllegalArgumentException}; both name where it came
 * from, neither shows a secret. Immutable, thread-safe.
 */
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    private final String origin;
    private final String text;

    private Pem(String origin, String text) {
        this.origin = origin;
        this.text = text;
    }

    /** This text, which messages call {@code origin}. */
    static Pem of(String origin, String text) {
        return new Pem(origin, text);
    }

    /** What the file holds now. */
    static Pem read(Path file) {
        try {
            return new Pem(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + reason(e), e);
        }
    }

    /** All certificates, in their order; at least one. */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks()) {
            if (block.label.equals("CERTIFICATE") || block.label.equals("X509 CERTIFICATE")) {
                certificates.add(certificate(block));
            }
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("no certificate in " + origin + ": it has no \"BEGIN CERTIFICATE\"");
        }
        return certificates;
    }

    /**
     * The one private key, which is PKCS#8.
     *
     * @param password asked for the password if the key is encrypted; the array is overwritten after use. Null if none
     *     is known
     */
    PrivateKey privateKey(@Nullable Supplier<char[]> password) {
        for (Block block : blocks()) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    return privateKey(new PKCS8EncodedKeySpec(block.bytes(origin)));
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    if (password == null) {
                        throw new IllegalArgumentException(
                                "private key in " + origin + " is encrypted: give its password too");
                    }
                    return privateKey(decrypt(block.bytes(origin), password));
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
                    throw new IllegalArgumentException("private key in " + origin + " is a \"BEGIN " + block.label
                            + "\", only PKCS#8 (\"BEGIN PRIVATE KEY\") is read;"
                            + " convert it with: openssl pkcs8 -topk8 -nocrypt -in "
                            + origin + " -out pkcs8.pem");
                default -> {
                    /* certificates and EC parameters may stand in the same file */
                }
            }
        }
        throw new IllegalArgumentException("no private key in " + origin + ": it has no \"BEGIN PRIVATE KEY\"");
    }

    private X509Certificate certificate(Block block) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.bytes(origin)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("broken certificate in " + origin + ": " + e.getMessage(), e);
        }
    }

    private PrivateKey privateKey(PKCS8EncodedKeySpec spec) {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // a key of another algorithm: try the next
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK has no " + algorithm, e);
            }
        }
        throw new IllegalArgumentException("private key in " + origin + " is broken or none of " + KEY_ALGORITHMS);
    }

    private PKCS8EncodedKeySpec decrypt(byte[] encrypted, Supplier<char[]> password) {
        char[] secret = Check.notNull("password of " + origin, password.get());
        PBEKeySpec keySpec = new PBEKeySpec(secret);
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encrypted);
            AlgorithmParameters parameters = info.getAlgParameters();
            // PBES2 names the actual scheme only in its parameters.
            String scheme = info.getAlgName().startsWith("PBEWith") || parameters == null
                    ? info.getAlgName()
                    : parameters.toString();
            // Not left to EncryptedPrivateKeyInfo: that of JDK 17 asks for a cipher "PBES2", which does not exist.
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(
                    Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(scheme).generateSecret(keySpec), parameters);
            return info.getKeySpec(cipher);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "cannot decrypt the private key in " + origin + ": wrong password, or a scheme unknown to this JDK",
                    e);
        } finally {
            keySpec.clearPassword();
            Arrays.fill(secret, '\0');
        }
    }

    private List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int labelEnd = text.indexOf(DASHES, begin + BEGIN.length());
            String label = labelEnd < 0 ? "" : text.substring(begin + BEGIN.length(), labelEnd);
            int end = text.indexOf(END + label + DASHES, begin);
            if (labelEnd < 0 || end < 0) {
                throw new IllegalArgumentException(
                        "broken PEM in " + origin + ": \"BEGIN " + Escaped.of(label) + "\" has no end");
            }
            blocks.add(new Block(label, text.substring(labelEnd + DASHES.length(), end)));
            begin = text.indexOf(BEGIN, end);
        }
        return blocks;
    }

    /** What an exception of the file system says, in words where its own text is only the path. */
    static String reason(IOException e) {
        return switch (e.getClass().getSimpleName()) {
            case "NoSuchFileException" -> "no such file";
            case "AccessDeniedException" -> "access denied";
            default -> String.valueOf(e.getMessage());
        };
    }

    /** Where it comes from, and nothing of what it holds. */
    @Override
    public String toString() {
        return origin;
    }

    private record Block(String label, String base64) {
        byte[] bytes(String origin) {
            try {
                return Base64.getMimeDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("broken base64 in " + origin, e);
            }
        }

        @Override
        public String toString() {
            return label; // the rest may be a key
        }
    }
}
