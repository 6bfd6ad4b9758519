package io.github.packetboat.testkit;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * Good and bad certificates for tests. Each is made once per JVM, on EC P-256 unless the name says RSA; the good ones
 * hang from {@link #root()} through an intermediate. A name that is an IP address becomes an IP SAN. Thread-safe.
 */
public final class Certificates {
    private static final Map<String, Identity> MADE = new ConcurrentHashMap<>();
    private static final AtomicLong SERIALS = new AtomicLong(1);

    private Certificates() {}

    /** The authority that tests trust. */
    public static Identity root() {
        return MADE.computeIfAbsent(
                "root", key -> new Request("Packetboat Test Root").authority().selfSigned());
    }

    /** An authority that nobody trusts. */
    public static Identity unknownRoot() {
        return MADE.computeIfAbsent(
                "unknown root", key -> new Request("Nobody's Root").authority().selfSigned());
    }

    private static Identity intermediate() {
        Identity root = root();
        return MADE.computeIfAbsent(
                "intermediate",
                key -> new Request("Packetboat Test Intermediate").authority().signedBy(root));
    }

    /** A good server certificate for the given DNS names and IP addresses. */
    public static Identity server(String... names) {
        return leaf("server", intermediate(), new Request(names[0]).names(names));
    }

    /** As {@link #server}, with an RSA key of 2048 bits. */
    public static Identity rsaServer(String... names) {
        return leaf(
                "RSA server", intermediate(), new Request(names[0]).names(names).rsa());
    }

    /** Has its name in the subject alone, which RFC 9525 §2 no longer accepts. */
    public static Identity commonNameOnly(String name) {
        return leaf("common name only", intermediate(), new Request(name));
    }

    /** Was good until yesterday. */
    public static Identity expired(String... names) {
        return leaf(
                "expired", intermediate(), new Request(names[0]).names(names).validDays(-10, -1));
    }

    /** Will be good from tomorrow. */
    public static Identity notYetValid(String... names) {
        return leaf(
                "not yet valid",
                intermediate(),
                new Request(names[0]).names(names).validDays(1, 10));
    }

    /** Vouches for itself. */
    public static Identity selfSigned(String... names) {
        return MADE.computeIfAbsent(
                cacheKey("self-signed", names),
                key -> new Request(names[0]).names(names).selfSigned());
    }

    /** Signed by {@link #unknownRoot()}. */
    public static Identity unknownAuthority(String... names) {
        return leaf("unknown authority", unknownRoot(), new Request(names[0]).names(names));
    }

    /** A good client certificate with {@code CN=name}; not good for servers. */
    public static Identity client(String name) {
        return leaf("client", intermediate(), new Request(name).forClient());
    }

    /** A client certificate signed by {@link #unknownRoot()}. */
    public static Identity unknownClient(String name) {
        return leaf("unknown client", unknownRoot(), new Request(name).forClient());
    }

    private static Identity leaf(String kind, Identity issuer, Request request) {
        String[] names =
                request.names.isEmpty() ? new String[] {request.commonName} : request.names.toArray(String[]::new);
        return MADE.computeIfAbsent(cacheKey(kind, names), key -> request.signedBy(issuer));
    }

    private static String cacheKey(String kind, String... names) {
        return kind + " " + String.join(",", names);
    }

    /** What a certificate is to say, before it is signed. */
    private static final class Request {
        private final String commonName;
        private List<String> names = List.of();
        private int fromDay = -20;
        private int toDay = 30;
        private boolean authority;
        private boolean rsa;
        private KeyPurposeId purpose = KeyPurposeId.id_kp_serverAuth;

        Request(String commonName) {
            this.commonName = commonName;
        }

        Request names(String... all) {
            names = List.copyOf(Arrays.asList(all));
            return this;
        }

        Request validDays(int from, int to) {
            fromDay = from;
            toDay = to;
            return this;
        }

        Request authority() {
            authority = true;
            return this;
        }

        Request rsa() {
            rsa = true;
            return this;
        }

        Request forClient() {
            purpose = KeyPurposeId.id_kp_clientAuth;
            return this;
        }

        Identity selfSigned() {
            KeyPair keys = newKeys();
            X500Name itself = new X500Name("CN=" + commonName);
            return new Identity(keys.getPrivate(), List.of(sign(keys, itself, keys.getPrivate())));
        }

        Identity signedBy(Identity issuer) {
            KeyPair keys = newKeys();
            X500Name issuerName = X500Name.getInstance(
                    issuer.certificate().getSubjectX500Principal().getEncoded());
            List<X509Certificate> chain = new ArrayList<>(List.of(sign(keys, issuerName, issuer.key())));
            boolean issuerIsRoot = issuer.certificate()
                    .getIssuerX500Principal()
                    .equals(issuer.certificate().getSubjectX500Principal());
            if (!issuerIsRoot) {
                chain.addAll(issuer.chain());
            }
            return new Identity(keys.getPrivate(), List.copyOf(chain));
        }

        private KeyPair newKeys() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance(rsa ? "RSA" : "EC");
                if (rsa) {
                    generator.initialize(2048);
                } else {
                    generator.initialize(new ECGenParameterSpec("secp256r1"));
                }
                return generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("cannot make a key for " + commonName, e);
            }
        }

        private X509Certificate sign(KeyPair keys, X500Name issuerName, PrivateKey issuerKey) {
            Instant now = Instant.now();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuerName,
                    BigInteger.valueOf(SERIALS.getAndIncrement()),
                    Date.from(now.plus(Duration.ofDays(fromDay))),
                    Date.from(now.plus(Duration.ofDays(toDay))),
                    new X500Name("CN=" + commonName),
                    keys.getPublic());
            String algorithm = issuerKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            try {
                addExtensions(builder);
                return new JcaX509CertificateConverter()
                        .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKey)));
            } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
                throw new IllegalStateException("cannot sign a certificate for " + commonName, e);
            }
        }

        private void addExtensions(X509v3CertificateBuilder builder) throws CertIOException {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (authority) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                return;
            }
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(
                                names.stream().map(Request::generalName).toArray(GeneralName[]::new)));
            }
        }

        private static GeneralName generalName(String name) {
            return new GeneralName(IPAddress.isValid(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
        }
    }
}
