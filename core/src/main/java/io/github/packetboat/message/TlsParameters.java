package io.github.packetboat.message;

import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** What an {@code SSLEngine} is told, and the names in it. */
final class TlsParameters {
    private TlsParameters() {}

    /** Without the brackets or the zone of an IPv6 address, and without the dot at the end of a name. */
    static String bare(String host) {
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
    static @Nullable SNIHostName serverNameIndication(String name) {
        if (IpLiteral.parse(name) != null) {
            return null;
        }
        try {
            return new SNIHostName(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static SSLParameters parameters(List<String> protocols, List<String> cipherSuites, List<String> alpn) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(protocols.toArray(String[]::new));
        if (!cipherSuites.isEmpty()) {
            parameters.setCipherSuites(cipherSuites.toArray(String[]::new));
        }
        parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        return parameters;
    }

    static void checkCipherSuites(List<String> cipherSuites, List<String> protocols, SSLContext context) {
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
}
