package io.github.packetboat.message;

import java.net.IDN;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Host names in certificates and patterns. Stateless, thread-safe. */
final class HostNames {
    private static final int SAN_DNS = 2;
    private static final int SAN_IP = 7;
    private static final String WILDCARD = "*.";

    private HostNames() {}

    /** The name in lower case ASCII and without a dot at its end. */
    static String canonical(String name) {
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return IDN.toASCII(bare, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    }

    /**
     * A host name, or one with {@code *} as its whole first label.
     *
     * @throws IllegalArgumentException if {@code pattern} is neither
     */
    static String canonicalPattern(String option, String pattern) {
        boolean wildcard = pattern.startsWith(WILDCARD);
        String name = wildcard ? pattern.substring(WILDCARD.length()) : pattern;
        if (name.isBlank() || name.indexOf('*') >= 0 || name.startsWith(".") || name.matches(".*[\\s/:].*")) {
            throw new IllegalArgumentException(
                    option + ": \"" + Escaped.of(pattern) + "\" is no host name and no pattern such as *.example.com");
        }
        return wildcard ? WILDCARD + canonical(name) : canonical(name);
    }

    /**
     * Whether {@code host} is the canonical {@code pattern}, or has one label in place of its {@code *} (RFC 9525
     * §6.3).
     */
    static boolean matches(String pattern, String host) {
        String name = canonical(host);
        if (!pattern.startsWith(WILDCARD)) {
            return pattern.equals(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && name.substring(dot + 1).equals(pattern.substring(WILDCARD.length()));
    }

    /** The DNS names that the certificate is for, as it says them. */
    static List<String> dnsNames(X509Certificate certificate) {
        return alternativeNames(certificate, SAN_DNS);
    }

    /** The DNS names and IP addresses that the certificate is for. */
    static List<String> allNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>(dnsNames(certificate));
        names.addAll(alternativeNames(certificate, SAN_IP));
        return names;
    }

    private static List<String> alternativeNames(X509Certificate certificate, int type) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> entry : all) {
                    if (entry.get(0).equals(type)) {
                        names.add(String.valueOf(entry.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return List.of(); // names that cannot be read are no names; verification fails on them for itself
        }
        return names;
    }
}
