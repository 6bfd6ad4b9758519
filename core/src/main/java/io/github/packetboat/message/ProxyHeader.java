package io.github.packetboat.message;

import io.github.packetboat.codec.CodecException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import org.jspecify.annotations.Nullable;

/**
 * The PROXY protocol header at the beginning of a connection, as HAProxy's proxy-protocol.txt describes it. Immutable
 * and thread-safe.
 *
 * <pre>
 * version 1:  PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 CR LF          at most 107 bytes
 * version 2:  CR LF CR LF NUL CR LF Q U I T LF | version, command | family, transport | length (2) | addresses | TLVs
 * </pre>
 *
 * @param kind whether there was a header and what it says
 * @param source the client that the proxy relays; not null if and only if {@code kind} is {@link Kind#RELAYED}
 * @param destination where that client connected to; null if and only if {@code source} is
 */
record ProxyHeader(
        Kind kind, @Nullable SocketAddress source, @Nullable SocketAddress destination) {

    enum Kind {
        /** There is no header, and nothing was consumed. */
        ABSENT,
        /**
         * A header that names nobody, such as that of a proxy's own health check: the real addresses are the right
         * ones.
         */
        LOCAL,
        /** A header that names a client. */
        RELAYED
    }

    /** What follows the fixed part of a version 2 header: addresses (216 bytes at most) and TLVs, which are skipped. */
    static final int V2_MAX_LENGTH = 4096;

    private static final ProxyHeader ABSENT = new ProxyHeader(Kind.ABSENT, null, null);
    private static final ProxyHeader LOCAL = new ProxyHeader(Kind.LOCAL, null, null);

    private static final byte[] V1_SIGNATURE = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    /** With CR and LF. */
    private static final int V1_MAX_BYTES = 107;

    private static final int MAX_PORT = 65535;

    private static final byte[] V2_SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    private static final int V2_VERSION_AT = 12;
    private static final int V2_FAMILY_AT = 13;
    private static final int V2_LENGTH_AT = 14;
    private static final int V2_FIXED_BYTES = 16;
    private static final int V2_VERSION = 2;
    private static final int V2_COMMAND_LOCAL = 0;
    private static final int V2_COMMAND_PROXY = 1;
    private static final int V2_STREAM = 1;
    private static final int V2_INET = 1;
    private static final int V2_INET6 = 2;
    private static final int V2_UNIX = 3;
    private static final int UNIX_PATH_BYTES = 108;

    /**
     * Takes the header off the front of {@code in}, whose position then stands behind it. On null, and if the header is
     * absent, nothing is consumed. Call again with the same bytes and more behind them; a call looks at no more than
     * 107 (or, in version 2, 16) bytes to find that out, so the work is bounded however slowly they come.
     *
     * @param in big-endian, as every buffer is unless told otherwise
     * @param mode {@link ProxyProtocol#OPTIONAL} or {@link ProxyProtocol#REQUIRED}
     * @return the header, or null if more bytes are needed to say
     * @throws CodecException if the header is broken, or absent though required; the text is escaped
     */
    static @Nullable ProxyHeader decode(ByteBuffer in, ProxyProtocol mode) throws CodecException {
        int v1 = matching(in, V1_SIGNATURE);
        int v2 = matching(in, V2_SIGNATURE);
        if (v1 == V1_SIGNATURE.length) {
            return decodeV1(in);
        }
        if (v2 == V2_SIGNATURE.length) {
            return decodeV2(in);
        }
        if (v1 == in.remaining() || v2 == in.remaining()) {
            return null;
        }
        if (mode == ProxyProtocol.OPTIONAL) {
            return ABSENT;
        }
        throw new CodecException("PROXY header required, but the connection begins with " + FirstBytes.describe(in));
    }

    /** How many bytes at the front of {@code in} are those of {@code signature}. */
    private static int matching(ByteBuffer in, byte[] signature) {
        int n = Math.min(in.remaining(), signature.length);
        for (int i = 0; i < n; i++) {
            if (in.get(in.position() + i) != signature[i]) {
                return i;
            }
        }
        return n;
    }

    private static @Nullable ProxyHeader decodeV1(ByteBuffer in) throws CodecException {
        int start = in.position();
        int end = Math.min(in.limit(), start + V1_MAX_BYTES);
        for (int i = start; i < end; i++) {
            byte b = in.get(i);
            if (b == '\r' && i + 1 < end) {
                if (in.get(i + 1) != '\n') {
                    throw broken("CR without LF in it", in, i + 2);
                }
                String line = ascii(in, start, i);
                ProxyHeader header = parseV1(line);
                in.position(i + 2);
                return header;
            }
            if (b != '\r' && (b < 0x20 || b == 0x7f)) {
                throw broken("it holds a byte that is no printable ASCII", in, i + 1);
            }
        }
        if (end - start == V1_MAX_BYTES) {
            throw broken("no CR LF within " + V1_MAX_BYTES + " bytes", in, end);
        }
        return null;
    }

    private static ProxyHeader parseV1(String line) throws CodecException {
        String[] words = line.split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return LOCAL; // "the receiver must ignore anything presented before the CRLF"
        }
        boolean ipv6 = words[1].equals("TCP6");
        if (!ipv6 && !words[1].equals("TCP4")) {
            throw broken("protocol must be TCP4, TCP6 or UNKNOWN", line);
        }
        if (words.length != 6) {
            throw broken("two addresses and two ports must follow, each after one space", line);
        }
        return new ProxyHeader(
                Kind.RELAYED,
                endpointV1("source", ipv6, words[2], words[4], line),
                endpointV1("destination", ipv6, words[3], words[5], line));
    }

    private static SocketAddress endpointV1(String which, boolean ipv6, String ip, String port, String line)
            throws CodecException {
        byte[] address = IpLiteral.parse(ip);
        if (address == null || IpLiteral.isIpv6(address) != ipv6) {
            throw broken(which + " address is no " + (ipv6 ? "IPv6" : "IPv4") + " address", line);
        }
        int number = IpLiteral.decimal(port, 0, port.length(), MAX_PORT);
        if (number < 0) {
            throw broken(which + " port is no number from 0 to " + MAX_PORT, line);
        }
        return new InetSocketAddress(IpLiteral.address(address), number);
    }

    private static @Nullable ProxyHeader decodeV2(ByteBuffer in) throws CodecException {
        if (in.remaining() < V2_FIXED_BYTES) {
            return null;
        }
        int start = in.position();
        int version = (in.get(start + V2_VERSION_AT) >> 4) & 15;
        int command = in.get(start + V2_VERSION_AT) & 15;
        int family = (in.get(start + V2_FAMILY_AT) >> 4) & 15;
        int transport = in.get(start + V2_FAMILY_AT) & 15;
        int length = in.getShort(start + V2_LENGTH_AT) & 0xffff;
        if (version != V2_VERSION) {
            throw new CodecException("broken PROXY header: version " + version + " is not " + V2_VERSION);
        }
        if (command > V2_COMMAND_PROXY) {
            throw new CodecException("broken PROXY header: command " + command + " is neither LOCAL (0) nor PROXY (1)");
        }
        if (family > V2_UNIX || transport > 2) {
            throw new CodecException("broken PROXY header: address family and transport 0x%x%x are unknown"
                    .formatted(family, transport));
        }
        if (length > V2_MAX_LENGTH) {
            throw new CodecException("PROXY header of " + length + " bytes exceeds " + V2_MAX_LENGTH);
        }
        boolean relayed = command != V2_COMMAND_LOCAL && transport == V2_STREAM && family != 0;
        if (relayed && length < addressBytes(family)) {
            throw new CodecException("broken PROXY header: " + length + " bytes cannot hold two addresses of "
                    + addressBytes(family) + " bytes together");
        }
        if (in.remaining() - V2_FIXED_BYTES < length) {
            return null;
        }
        ByteBuffer addresses = in.duplicate().position(start + V2_FIXED_BYTES);
        ProxyHeader header = relayed ? addressesV2(addresses, family) : LOCAL;
        in.position(start + V2_FIXED_BYTES + length);
        return header;
    }

    private static int addressBytes(int family) {
        return switch (family) {
            case V2_INET -> 2 * (4 + 2);
            case V2_INET6 -> 2 * (16 + 2);
            default -> 2 * UNIX_PATH_BYTES;
        };
    }

    private static ProxyHeader addressesV2(ByteBuffer in, int family) {
        if (family == V2_UNIX) {
            SocketAddress source = unixAddress(in);
            SocketAddress destination = unixAddress(in);
            return source == null || destination == null ? LOCAL : new ProxyHeader(Kind.RELAYED, source, destination);
        }
        int bytes = family == V2_INET ? 4 : 16;
        byte[] source = new byte[bytes];
        byte[] destination = new byte[bytes];
        in.get(source).get(destination);
        return new ProxyHeader(
                Kind.RELAYED,
                new InetSocketAddress(IpLiteral.address(source), in.getShort() & 0xffff),
                new InetSocketAddress(IpLiteral.address(destination), in.getShort() & 0xffff));
    }

    /** The path up to its first NUL; empty if the socket has no name; null if this system cannot have such a path. */
    private static @Nullable SocketAddress unixAddress(ByteBuffer in) {
        ByteBuffer path = in.slice(in.position(), UNIX_PATH_BYTES);
        in.position(in.position() + UNIX_PATH_BYTES);
        int length = 0;
        while (length < UNIX_PATH_BYTES && path.get(length) != 0) {
            length++;
        }
        try {
            return UnixDomainSocketAddress.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(path.limit(length))
                    .toString());
        } catch (CharacterCodingException | InvalidPathException e) {
            return null;
        }
    }

    private static String ascii(ByteBuffer in, int start, int end) {
        byte[] bytes = new byte[end - start];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static CodecException broken(String why, ByteBuffer in, int end) {
        return new CodecException("broken PROXY header: " + why + ": \""
                + Escaped.of(in.duplicate().limit(end)) + "\"");
    }

    private static CodecException broken(String why, String line) {
        return new CodecException("broken PROXY header: " + why + ": \"" + Escaped.of(line) + "\"");
    }
}
