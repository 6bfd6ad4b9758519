package io.github.packetboat.message;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Picks which of our certificates to show: on a server by the host name that the client asks for, on a client by the
 * issuers that the server knows. An alias is the index of a certificate. Immutable and thread-safe.
 */
final class CertificateSelector extends X509ExtendedKeyManager {
    private final List<OwnCertificate> certificates;

    CertificateSelector(List<OwnCertificate> certificates) {
        this.certificates = List.copyOf(certificates);
    }

    /**
     * Called once for each key type that the client can verify, best first, until it returns an alias. A certificate
     * for the host wins over one for all hosts even if that one's key type is asked for earlier.
     */
    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        String host = requestedHost(engine);
        if (host != null && certificates.stream().anyMatch(c -> c.isFor(host))) {
            return first(c -> c.isFor(host) && hasKeyType(c, keyType));
        }
        return first(c -> c.pattern() == null && hasKeyType(c, keyType));
    }

    /** The certificate of an issuer that the server knows, or else any: the server's refusal then says why. */
    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        Predicate<OwnCertificate> usable = c -> Arrays.stream(keyTypes).anyMatch(keyType -> hasKeyType(c, keyType));
        if (issuers != null && issuers.length > 0) {
            List<Principal> known = List.of(issuers);
            String alias = first(
                    usable.and(c -> c.chain().stream().anyMatch(x -> known.contains(x.getIssuerX500Principal()))));
            if (alias != null) {
                return alias;
            }
        }
        return first(usable);
    }

    private static @Nullable String requestedHost(@Nullable SSLEngine engine) {
        SSLSession session = engine == null ? null : engine.getHandshakeSession();
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) { // what is no valid name is none of these
                    return host.getAsciiName();
                }
            }
        }
        return null;
    }

    private @Nullable String first(Predicate<OwnCertificate> condition) {
        for (int i = 0; i < certificates.size(); i++) {
            if (condition.test(certificates.get(i))) {
                return String.valueOf(i);
            }
        }
        return null;
    }

    private static boolean hasKeyType(OwnCertificate certificate, String keyType) {
        return certificate.key().getAlgorithm().equals(keyType);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return certificates.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return certificates.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null; // asked by nobody: we only make engines
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
