package io.github.packetboat.message;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Reads IP addresses as they are written (RFC 4291 §2.2; IPv4 as four decimal numbers without leading zeros) and never
 * asks a name service. No zone ids. Stateless, thread-safe.
 */
final class IpLiteral {
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    /** The longest literal: eight groups of four digits, or six of them and an IPv4 address. */
    private static final int MAX_CHARS = 45;

    private IpLiteral() {}

    /** The 4 or 16 bytes of the address that {@code text} is, or null if it is none. */
    static byte @Nullable [] parse(String text) {
        if (text.length() > MAX_CHARS) {
            return null;
        }
        return text.indexOf(':') >= 0 ? parseIpv6(text) : parseIpv4(text, 0);
    }

    static boolean isIpv6(byte[] address) {
        return address.length == IPV6_BYTES;
    }

    /**
     * The address of these 4 or 16 bytes. An IPv4-mapped IPv6 address becomes the IPv4 address, as everywhere in the
     * JDK.
     */
    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(bytes.length + " bytes are no IP address", e);
        }
    }

    private static byte @Nullable [] parseIpv4(String text, int from) {
        byte[] address = new byte[IPV4_BYTES];
        int at = from;
        for (int part = 0; part < IPV4_BYTES; part++) {
            int end = part == IPV4_BYTES - 1 ? text.length() : text.indexOf('.', at);
            int value = end < 0 ? -1 : decimal(text, at, end, 255);
            if (value < 0) {
                return null;
            }
            address[part] = (byte) value;
            at = end + 1;
        }
        return address;
    }

    /** The number that the characters from {@code start} to {@code end} are in canonical form, or -1. */
    static int decimal(String text, int start, int end, int max) {
        if (start >= end || end - start > 5 || (text.charAt(start) == '0' && end - start > 1)) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value <= max ? value : -1;
    }

    private static byte @Nullable [] parseIpv6(String text) {
        byte[] address = new byte[IPV6_BYTES];
        int filled = 0;
        int gapAt = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gapAt = 0;
            at = 2;
        }
        while (at < text.length()) {
            int colon = text.indexOf(':', at);
            int end = colon < 0 ? text.length() : colon;
            if (colon < 0 && text.indexOf('.', at) >= 0) {
                byte[] tail = parseIpv4(text, at);
                if (tail == null || filled + IPV4_BYTES > IPV6_BYTES) {
                    return null;
                }
                System.arraycopy(tail, 0, address, filled, IPV4_BYTES);
                filled += IPV4_BYTES;
                break;
            }
            int group = hexadecimal(text, at, end);
            if (group < 0 || filled == IPV6_BYTES) {
                return null;
            }
            address[filled++] = (byte) (group >> 8);
            address[filled++] = (byte) group;
            at = end + 1;
            if (at == text.length()) {
                return null; // a single colon at the end
            }
            if (at < text.length() && text.charAt(at) == ':') {
                if (gapAt >= 0) {
                    return null; // a second gap
                }
                gapAt = filled;
                at++;
            }
        }
        return spread(address, filled, gapAt);
    }

    /** Moves what stands behind the gap to the end. A gap stands for at least one group of zeros. */
    private static byte @Nullable [] spread(byte[] address, int filled, int gapAt) {
        if (gapAt < 0) {
            return filled == IPV6_BYTES ? address : null;
        }
        if (filled == IPV6_BYTES) {
            return null;
        }
        byte[] spread = new byte[IPV6_BYTES];
        int behind = filled - gapAt;
        System.arraycopy(address, 0, spread, 0, gapAt);
        System.arraycopy(address, gapAt, spread, IPV6_BYTES - behind, behind);
        return spread;
    }

    private static int hexadecimal(String text, int start, int end) {
        if (start >= end || end - start > 4) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }
}
