package io.github.packetboat.message;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes certificates for tests, the only place that knows how. A CA issues leaves for names; anything can be written to
 * files.
 */
final class TestCertificates {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    /** A certificate with its key and those that issued it, nearest first. */
    record Issued(KeyPair keys, List<X509Certificate> chain) {
        X509Certificate certificate() {
            return chain.get(0);
        }

        Path writeChain(Path file) throws IOException {
            return pem(file, chain.toArray());
        }

        Path writeKey(Path file) throws IOException {
            return pem(file, new JcaPKCS8Generator(keys.getPrivate(), null));
        }

        Path writeEncryptedKey(Path file, String password) throws IOException {
            try {
                var encryptor = new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setPassword(password.toCharArray())
                        .setPRF(PKCS8Generator.PRF_HMACSHA256)
                        .setProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider())
                        .build();
                return pem(file, new JcaPKCS8Generator(keys.getPrivate(), encryptor));
            } catch (OperatorCreationException e) {
                throw new IOException(e);
            }
        }

        /** "BEGIN RSA PRIVATE KEY" or "BEGIN EC PRIVATE KEY". */
        Path writeTraditionalKey(Path file) throws IOException {
            return pem(file, keys.getPrivate());
        }

        Path writeKeyStore(Path file, String type, String password) throws IOException, GeneralSecurityException {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            store.setKeyEntry("own", keys.getPrivate(), password.toCharArray(), chain.toArray(Certificate[]::new));
            return store(store, file, password);
        }

        Path writeTrustStore(Path file, String password) throws IOException, GeneralSecurityException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", certificate());
            return store(store, file, password);
        }
    }

    private final String commonName;
    private final List<GeneralName> names = new ArrayList<>();
    private Issuer issuer = new Issuer(null);
    private boolean ca;
    private String algorithm = "EC";
    private Instant from = Instant.now().minus(Duration.ofDays(1));
    private Instant until = Instant.now().plus(Duration.ofDays(30));

    private record Issuer(Issued issued) {}

    private TestCertificates(String commonName) {
        this.commonName = commonName;
    }

    static Issued ca(String commonName) {
        TestCertificates root = new TestCertificates(commonName);
        root.ca = true;
        return root.make();
    }

    static TestCertificates leaf(String commonName) {
        return new TestCertificates(commonName);
    }

    /** A leaf with its DNS names. */
    static Issued leaf(Issued by, String... dnsNames) {
        return leaf(dnsNames[0]).dns(dnsNames).issuedBy(by);
    }

    TestCertificates dns(String... dnsNames) {
        Arrays.stream(dnsNames).forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
        return this;
    }

    TestCertificates ip(String address) {
        names.add(new GeneralName(GeneralName.iPAddress, address));
        return this;
    }

    TestCertificates rsa() {
        algorithm = "RSA";
        return this;
    }

    TestCertificates ed25519() {
        algorithm = "Ed25519";
        return this;
    }

    TestCertificates valid(Instant notBefore, Instant notAfter) {
        from = notBefore;
        until = notAfter;
        return this;
    }

    Issued issuedBy(Issued by) {
        issuer = new Issuer(by);
        return make();
    }

    Issued selfSigned() {
        return make();
    }

    private Issued make() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("RSA")) {
                generator.initialize(2048);
            } else if (algorithm.equals("EC")) {
                generator.initialize(256);
            }
            KeyPair keys = generator.generateKeyPair();
            Issued by = issuer.issued;
            X500Name subject = new X500Name("CN=" + commonName);
            X500Name issuerName = by == null
                    ? subject
                    : X500Name.getInstance(
                            by.certificate().getSubjectX500Principal().getEncoded());
            var builder = new JcaX509v3CertificateBuilder(
                    issuerName,
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(from),
                    Date.from(until),
                    subject,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            KeyPair signer = by == null ? keys : by.keys;
            String signature = switch (signer.getPrivate().getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> "Ed25519";
            };
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(signature).build(signer.getPrivate())));
            List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
            if (by != null) {
                chain.addAll(by.chain);
            }
            return new Issued(keys, List.copyOf(chain));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path pem(Path file, Object... objects) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        }
        return Files.writeString(file, text.toString());
    }

    private static Path store(KeyStore store, Path file, String password) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }
}
