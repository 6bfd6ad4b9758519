package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code SSLEngine} is told besides certificates. Immutable and thread-safe.
 *
 * @param serverName the host that a client asks for, bare, or null for the one that it connects to
 * @param verifiesHost whether a client wants the certificate to name the host
 */
record TlsParameters(
        List<String> protocols,
        List<String> cipherSuites,
        List<String> alpn,
        TlsOptions.ClientAuth clientAuth,
        @Nullable String serverName,
        boolean verifiesHost) {
    private static final List<String> SAFE_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    static final TlsParameters DEFAULTS =
            new TlsParameters(SAFE_PROTOCOLS, List.of(), List.of(), TlsOptions.ClientAuth.NONE, null, true);

    TlsParameters withProtocols(String... names) {
        List<String> copy = copy("protocols", names);
        for (String name : copy) {
            if (!SAFE_PROTOCOLS.contains(name)) {
                throw new IllegalArgumentException("protocols: \"" + Escaped.of(name) + "\" is none of "
                        + SAFE_PROTOCOLS + "; what came before is insecure (RFC 8996)");
            }
        }
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("protocols needs at least one of " + SAFE_PROTOCOLS);
        }
        return new TlsParameters(copy, cipherSuites, alpn, clientAuth, serverName, verifiesHost);
    }

    TlsParameters withCipherSuites(String... names) {
        List<String> copy = copy("cipherSuites", names);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("cipherSuites needs at least one");
        }
        return new TlsParameters(protocols, copy, alpn, clientAuth, serverName, verifiesHost);
    }

    TlsParameters withAlpn(String... names) {
        List<String> copy = copy("alpn", names);
        for (String name : copy) {
            if (name.isEmpty() || name.length() > 255) {
                throw new IllegalArgumentException("alpn: a name has 1 to 255 bytes: \"" + Escaped.of(name) + "\"");
            }
        }
        return new TlsParameters(protocols, cipherSuites, copy, clientAuth, serverName, verifiesHost);
    }

    TlsParameters withClientAuth(TlsOptions.ClientAuth auth) {
        Check.notNull("clientAuth", auth);
        return new TlsParameters(protocols, cipherSuites, alpn, auth, serverName, verifiesHost);
    }

    TlsParameters withServerName(String host) {
        if (Check.notNull("serverName", host).isBlank()) {
            throw new IllegalArgumentException("serverName must not be blank");
        }
        return new TlsParameters(protocols, cipherSuites, alpn, clientAuth, bare(host), verifiesHost);
    }

    TlsParameters withoutHostVerification() {
        return new TlsParameters(protocols, cipherSuites, alpn, clientAuth, serverName, false);
    }

    private static List<String> copy(String option, String[] names) {
        for (String name : Check.notNull(option, names)) {
            Check.notNull(option, name);
        }
        return List.of(names);
    }

    /** Throws if {@code context} knows none of the cipher suites, or one of them not. */
    void checkCipherSuites(SSLContext context) {
        List<String> supported =
                Arrays.asList(context.getSupportedSSLParameters().getCipherSuites());
        boolean usable = cipherSuites.isEmpty();
        for (String suite : cipherSuites) {
            if (!supported.contains(suite)) {
                throw new IllegalArgumentException("cipherSuites: " + Escaped.of(suite) + " is not known to this JDK");
            }
            // Only the suites of TLS 1.3 do not name the key exchange before a "WITH" (RFC 8446 §B.4).
            usable |= protocols.contains(suite.contains("_WITH_") ? "TLSv1.2" : "TLSv1.3");
        }
        if (!usable) {
            throw new IllegalArgumentException("cipherSuites=" + cipherSuites + " has none for protocols=" + protocols);
        }
    }

    /** A new engine for a connection that was accepted. */
    SSLEngine serverEngine(SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = forBothRoles();
        parameters.setUseCipherSuitesOrder(true);
        switch (clientAuth) {
            case NONE -> {
                /* the default */
            }
            case WANTED -> parameters.setWantClientAuth(true);
            case REQUIRED -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /**
     * A new engine for a connection that was made.
     *
     * @param host the name or IP address that the user connects to, as the user wrote it
     */
    SSLEngine clientEngine(SSLContext context, String host, int port) {
        String name = serverName != null ? serverName : bare(host);
        SSLEngine engine = context.createSSLEngine(name, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = forBothRoles();
        if (verifiesHost) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        SNIHostName sni = serverNameIndication(name);
        parameters.setServerNames(sni == null ? List.of() : List.of(sni));
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** TLS as a client over {@code connected}; see {@link #clientEngine}. The handshake is left to the caller. */
    SSLSocket clientSocket(SSLContext context, Socket connected, String host, int port) throws IOException {
        SSLEngine model = clientEngine(context, host, port); // has the same name and parameters
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(connected, model.getPeerHost(), port, true);
        socket.setUseClientMode(true);
        socket.setSSLParameters(model.getSSLParameters());
        return socket;
    }

    private SSLParameters forBothRoles() {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(protocols.toArray(String[]::new));
        if (!cipherSuites.isEmpty()) {
            parameters.setCipherSuites(cipherSuites.toArray(String[]::new));
        }
        parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        return parameters;
    }

    /** Without the brackets or the zone of an IPv6 address, and without the dot at the end of a name. */
    private static String bare(String host) {
        int end = host.length();
        int start = host.startsWith("[") && host.endsWith("]") ? 1 : 0;
        end -= start;
        int zone = host.indexOf('%');
        if (zone > 0 && host.indexOf(':') >= 0) {
            end = zone;
        } else if (end > 1 && host.charAt(end - 1) == '.') {
            end--;
        }
        return host.substring(start, end);
    }

    /**
     * Null for IP addresses, which RFC 6066 §3 does not allow, and for names that it cannot carry, such as {@code
     * my_host}.
     */
    private static @Nullable SNIHostName serverNameIndication(String name) {
        if (IpLiteral.parse(name) != null) {
            return null;
        }
        try {
            return new SNIHostName(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** As a part of {@link TlsOptions#toString()}. */
    @Override
    public String toString() {
        return "clientAuth=" + clientAuth
                + ", protocols=" + protocols
                + (cipherSuites.isEmpty() ? "" : ", cipherSuites=" + cipherSuites)
                + (alpn.isEmpty() ? "" : ", alpn=" + alpn)
                + (serverName == null ? "" : ", serverName=" + serverName)
                + (verifiesHost ? "" : ", insecureSkipHostnameVerification");
    }
}
