package io.github.packetboat.message;

import java.io.Serial;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's trust manager, with two differences: a certificate is for the hosts that its subject alternative names say,
 * never for its common name (RFC 9110 §4.3.4), and a refusal says what is wrong with the certificate, which only it has
 * at hand. Thread-safe.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    private static final int MAX_NAMES = 8;

    private final X509ExtendedTrustManager delegate;
    private final boolean verifyHost;
    private final InstantSource clock;

    PeerTrust(X509ExtendedTrustManager delegate, boolean verifyHost, InstantSource clock) {
        this.delegate = delegate;
        this.verifyHost = verifyHost;
        this.clock = clock;
    }

    /**
     * Trusts what these certificates have issued, and these certificates.
     *
     * @param trusted null for what the JDK trusts
     */
    static PeerTrust of(@Nullable List<X509Certificate> trusted, boolean verifyHost, InstantSource clock)
            throws GeneralSecurityException {
        KeyStore store = null;
        if (trusted != null) {
            store = KeyStores.empty();
            for (int i = 0; i < trusted.size(); i++) {
                store.setCertificateEntry(String.valueOf(i), trusted.get(i));
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager x509) {
                return new PeerTrust(x509, verifyHost, clock);
            }
        }
        throw new GeneralSecurityException("this JDK has no X509ExtendedTrustManager");
    }

    /** A certificate that is not accepted; the message is one sentence, safe to log. */
    static final class UntrustedException extends CertificateException {
        @Serial
        private static final long serialVersionUID = 1L;

        UntrustedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkServer(
                chain,
                host(engine == null ? null : engine.getHandshakeSession()),
                () -> delegate.checkServerTrusted(chain, authType, engine));
    }

    private interface Verification {
        void run() throws CertificateException;
    }

    private void checkServer(X509Certificate[] chain, @Nullable String host, Verification ofJdk)
            throws CertificateException {
        try {
            ofJdk.run();
        } catch (CertificateException e) {
            throw untrusted("server", chain, host, e);
        }
        // The JDK has matched the host by now, but takes the common name where there is no DNS name.
        if (verifyHost
                && host != null
                && IpLiteral.parse(host) == null
                && HostNames.dnsNames(chain[0]).isEmpty()) {
            throw new UntrustedException(wrongHost(chain[0], host), null);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        try {
            delegate.checkClientTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw untrusted("client", chain, null, e);
        }
    }

    private static @Nullable String host(@Nullable SSLSession session) {
        return session == null ? null : session.getPeerHost();
    }

    private UntrustedException untrusted(
            String role, X509Certificate[] chain, @Nullable String host, CertificateException e) {
        // The JDK picks the alert to send by this cause, so it must stay the direct one.
        Throwable cause = e.getCause() instanceof CertPathValidatorException v ? v : e;
        String outdated = outdated(role, chain);
        if (outdated != null) {
            return new UntrustedException(outdated, cause);
        }
        if (TlsFailure.find(e, CertPathBuilderException.class) != null) {
            return new UntrustedException(unknownIssuer(role, chain), cause);
        }
        boolean pathIsFine = TlsFailure.find(e, CertPathValidatorException.class) == null && e.getCause() == null;
        if (pathIsFine
                && verifyHost
                && host != null
                && String.valueOf(e.getMessage()).startsWith("No ")) {
            return new UntrustedException(wrongHost(chain[0], host), cause);
        }
        return new UntrustedException(
                "the " + role + "'s certificate (" + subject(chain[0]) + ") is not accepted: "
                        + Escaped.of(String.valueOf(e.getMessage())),
                cause);
    }

    private @Nullable String outdated(String role, X509Certificate[] chain) {
        Instant now = clock.instant();
        for (int i = 0; i < chain.length; i++) {
            String which = "the " + role + "'s certificate " + (i == 0 ? "" : "chain holds one that ") + "("
                    + subject(chain[i]) + ")";
            Instant from = chain[i].getNotBefore().toInstant();
            Instant until = chain[i].getNotAfter().toInstant();
            if (now.isAfter(until)) {
                return which + " expired at " + until + "; it is " + now + " here";
            }
            if (now.isBefore(from)) {
                return which + " is not valid before " + from + "; it is " + now + " here";
            }
        }
        return null;
    }

    private static String unknownIssuer(String role, X509Certificate[] chain) {
        X509Certificate last = chain[chain.length - 1];
        boolean selfSigned = chain.length == 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        return selfSigned
                ? "the " + role + "'s certificate (" + subject(last) + ") is self-signed and not trusted;"
                        + " give it to trust(…) if it is the right one"
                : "the " + role + "'s certificate (" + subject(chain[0]) + ") is issued by an unknown CA ("
                        + Escaped.of(last.getIssuerX500Principal().getName())
                        + "); give that to trust(…) if it is the right one";
    }

    private static String wrongHost(X509Certificate certificate, String host) {
        List<String> names = HostNames.allNames(certificate);
        String wanted = " not for " + Escaped.of(host);
        if (names.isEmpty()) {
            return "the server's certificate (" + subject(certificate) + ") has no subject alternative name and so is"
                    + wanted + "; a common name does not count";
        }
        String shown = names.stream().limit(MAX_NAMES).map(Escaped::of).collect(Collectors.joining(", "));
        String more = names.size() > MAX_NAMES ? " and " + (names.size() - MAX_NAMES) + " more" : "";
        return "the server's certificate is for " + shown + more + "," + wanted;
    }

    private static String subject(X509Certificate certificate) {
        return Escaped.of(certificate.getSubjectX500Principal().getName());
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return delegate.getAcceptedIssuers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        delegate.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        SSLSession session = socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null;
        checkServer(chain, host(session), () -> delegate.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        delegate.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        delegate.checkServerTrusted(chain, authType);
    }
}
