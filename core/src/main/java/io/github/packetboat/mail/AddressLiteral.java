package io.github.packetboat.mail;

/** {@code [192.0.2.1]} and {@code [IPv6:2001:db8::1]}: RFC 5321 §4.1.3. Stateless, thread-safe. */
final class AddressLiteral {
    private static final String IPV6 = "IPv6:";
    private static final int IPV6_GROUPS = 8;

    private AddressLiteral() {}

    static boolean isValid(String domain) {
        if (!domain.startsWith("[") || !domain.endsWith("]") || domain.length() < 3) {
            return false;
        }
        String inner = domain.substring(1, domain.length() - 1);
        return inner.regionMatches(true, 0, IPV6, 0, IPV6.length())
                ? isIpv6(inner.substring(IPV6.length()))
                : isIpv4(inner);
    }

    private static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text, true) == IPV6_GROUPS;
        }
        int before = gap == 0 ? 0 : groups(text.substring(0, gap), false);
        String tail = text.substring(gap + 2);
        int after = tail.isEmpty() ? 0 : groups(tail, true);
        return before >= 0 && after >= 0 && before + after < IPV6_GROUPS;
    }

    /** How many 16-bit groups {@code text} has, where an IPv4 address at the end is two; -1 if it has anything else. */
    private static int groups(String text, boolean mayEndInIpv4) {
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            if (mayEndInIpv4 && i == parts.length - 1 && isIpv4(parts[i])) {
                return parts.length + 1;
            }
            if (!parts[i].matches("[0-9A-Fa-f]{1,4}")) {
                return -1;
            }
        }
        return parts.length;
    }
}
