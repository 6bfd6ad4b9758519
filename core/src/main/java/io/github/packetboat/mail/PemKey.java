package io.github.packetboat.mail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key from a PEM file (RFC 7468), RSA or Ed25519. What goes wrong names the file and never shows what it holds.
 * Stateless, thread-safe.
 */
final class PemKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** AlgorithmIdentifier rsaEncryption with NULL parameters, behind the version: what PKCS#8 has before a PKCS#1 key. */
    private static final byte[] RSA_PREFIX = {
        0x02,
        0x01,
        0x00,
        0x30,
        0x0D,
        0x06,
        0x09,
        0x2A,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xF7,
        0x0D,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    private PemKey() {}

    static PrivateKey read(Path file) {
        Matcher block;
        try {
            block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the DKIM key " + file + ": " + e, e);
        }
        if (!block.find()) {
            throw new IllegalArgumentException("no private key in " + file + ": it has no whole \"BEGIN PRIVATE KEY\"");
        }
        return switch (block.group(1)) {
            case "PRIVATE KEY" -> key(file, bytes(file, block.group(2)));
            case "RSA PRIVATE KEY" -> key(file, pkcs8(bytes(file, block.group(2))));
            default ->
                throw new IllegalArgumentException("private key in " + file + " is a \"BEGIN " + block.group(1)
                        + "\"; convert it with: openssl pkcs8 -topk8 -nocrypt -in " + file + " -out pkcs8.pem");
        };
    }

    private static byte[] bytes(Path file, String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("broken base64 in " + file, e);
        }
    }

    private static PrivateKey key(Path file, byte[] pkcs8) {
        for (String algorithm : List.of("RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // of another algorithm: try the next
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK has no " + algorithm, e);
            }
        }
        throw new IllegalArgumentException("private key in " + file + " is broken, or neither RSA nor Ed25519");
    }

    private static byte[] pkcs8(byte[] pkcs1) {
        return der(SEQUENCE, join(RSA_PREFIX, der(OCTET_STRING, pkcs1)));
    }

    private static byte[] der(int tag, byte[] value) {
        int n = value.length;
        byte[] length = n < 0x80
                ? new byte[] {(byte) n}
                : n < 0x100 ? new byte[] {(byte) 0x81, (byte) n} : new byte[] {(byte) 0x82, (byte) (n >> 8), (byte) n};
        return join(join(new byte[] {(byte) tag}, length), value);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
