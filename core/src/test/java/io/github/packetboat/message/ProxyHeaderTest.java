package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.message.ProxyHeader.Kind;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
    private static final byte[] SIGNATURE = latin1("\r\n\r\n\0\r\nQUIT\n");
    private static final byte[] TAIL = latin1("\r\nfirst message");

    @Test
    void version1NamesAnIpv4Client() throws CodecException {
        ProxyHeader header = decodeEveryWay(latin1("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"));
        assertThat(header).isEqualTo(relayed("192.0.2.1", 56324, "192.0.2.2", 443));
    }

    @Test
    void version1NamesAnIpv6Client() throws CodecException {
        String longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        ProxyHeader header = decodeEveryWay(latin1("PROXY TCP6 " + longest + " " + longest + " 65535 65535\r\n"));
        assertThat(header).isEqualTo(relayed(longest, 65535, longest, 65535));
    }

    @Test
    void version1UnknownIgnoresTheRestOfTheLine() throws CodecException {
        assertThat(decodeEveryWay(latin1("PROXY UNKNOWN\r\n")).kind()).isEqualTo(Kind.LOCAL);
        assertThat(decodeEveryWay(latin1("PROXY UNKNOWN a b c\r\n")).kind()).isEqualTo(Kind.LOCAL);
        byte[] longest = latin1("PROXY UNKNOWN " + "x".repeat(91) + "\r\n");
        assertThat(longest).hasSize(107);
        assertThat(decodeEveryWay(longest).kind()).isEqualTo(Kind.LOCAL);
    }

    @Test
    void version2NamesIpv4Ipv6AndUnixClients() throws CodecException {
        byte[] ipv4 = {10, 0, 0, 7, 10, 0, 0, 1, (byte) 0xdc, 4, 1, (byte) 0xbb};
        assertThat(decodeEveryWay(v2(0x21, 0x11, ipv4))).isEqualTo(relayed("10.0.0.7", 56324, "10.0.0.1", 443));

        ByteBuffer ipv6 = ByteBuffer.allocate(36);
        ipv6.put(IpLiteral.parse("2001:db8::7"))
                .put(IpLiteral.parse("2001:db8::1"))
                .putShort((short) 1)
                .putShort((short) 2);
        assertThat(decodeEveryWay(v2(0x21, 0x21, ipv6.array()))).isEqualTo(relayed("2001:db8::7", 1, "2001:db8::1", 2));

        byte[] unix = new byte[216];
        System.arraycopy(latin1("/run/a.sock"), 0, unix, 0, 11);
        assertThat(decodeEveryWay(v2(0x21, 0x31, unix)))
                .isEqualTo(new ProxyHeader(
                        Kind.RELAYED, UnixDomainSocketAddress.of("/run/a.sock"), UnixDomainSocketAddress.of("")));
    }

    @Test
    void version2SkipsWhatFollowsTheAddresses() throws CodecException {
        byte[] body = new byte[ProxyHeader.V2_MAX_LENGTH];
        body[0] = 1;
        assertThat(decodeEveryWay(v2(0x21, 0x11, body))).isEqualTo(relayed("1.0.0.0", 0, "0.0.0.0", 0));
    }

    @Test
    void version2LocalUnspecifiedAndDatagramNameNobody() throws CodecException {
        for (byte[] header : List.of(
                v2(0x20, 0x00, new byte[0]),
                v2(0x20, 0x11, new byte[12]),
                v2(0x20, 0x11, new byte[3]),
                v2(0x21, 0x00, new byte[5]),
                v2(0x21, 0x12, new byte[12]))) {
            assertThat(decodeEveryWay(header)).isEqualTo(new ProxyHeader(Kind.LOCAL, null, null));
        }
    }

    @Test
    void aMappedIpv4ClientIsAnIpv4Client() throws CodecException {
        ProxyHeader header = decodeEveryWay(latin1("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"));
        assertThat(header).isEqualTo(relayed("192.0.2.1", 1, "::1", 2));
    }

    @Test
    void anAbsentHeaderIsKnownAtTheFirstByteThatDiffers() throws CodecException {
        for (String first : new String[] {"G", "PX", "PROXYX", "PROXY\r", "\r\n\r\nX", "\n", "\0"}) {
            ByteBuffer in = ByteBuffer.wrap(latin1(first));
            assertThat(ProxyHeader.decode(in, ProxyProtocol.OPTIONAL).kind())
                    .as(first)
                    .isEqualTo(Kind.ABSENT);
            assertThat(in.position()).isZero();
        }
        for (String prefix : new String[] {"", "P", "PROXY", "\r", "\r\n\r\n\0"}) {
            assertThat(ProxyHeader.decode(ByteBuffer.wrap(latin1(prefix)), ProxyProtocol.OPTIONAL))
                    .isNull();
        }
    }

    @Test
    void aRequiredHeaderThatIsAbsentIsAnErrorThatSaysWhatCameInstead() {
        assertBroken(
                latin1("GET / HTTP/1.1\r\n"),
                ProxyProtocol.REQUIRED,
                "PROXY header required, but the connection begins with plain HTTP \"GET / HTTP/1.1\\x0d\\x0a\"");
        assertBroken(
                new byte[] {22, 3, 1, 0, 5, 1},
                ProxyProtocol.REQUIRED,
                "PROXY header required, but the connection begins with a TLS ClientHello");
    }

    @Test
    void aBrokenVersion1HeaderIsAnErrorInBothModes() {
        for (String bad : new String[] {
            "PROXY \r\n", "PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY tcp4 1.1.1.1 1.1.1.1 1 1\r\n",
            "PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n",
                    "PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n",
            "PROXY TCP4 localhost 1.1.1.1 1 1\r\n", "PROXY TCP4 ::1 ::1 1 1\r\n", "PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n",
            "PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 -1\r\n",
                    "PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n",
            "PROXY TCP4 1.1.1.01 1.1.1.1 1 1\r\n", "PROXY TCP4 1.1.1.1\r1.1.1.1 1 1\r\n", "PROXY TCP4 1.1.1.1\n",
            "PROXY TCP4\0", "PROXY UNKNOWN " + "x".repeat(92) + "\r\n", "PROXY " + "x".repeat(101)
        }) {
            assertBroken(latin1(bad), ProxyProtocol.REQUIRED, "broken PROXY header: ");
            assertBroken(latin1(bad), ProxyProtocol.OPTIONAL, "broken PROXY header: ");
        }
        assertBroken(
                latin1("PROXY TCP4 \u001b[31m"),
                ProxyProtocol.REQUIRED,
                "broken PROXY header: it holds a byte that is no printable ASCII: \"PROXY TCP4 \\x1b\"");
    }

    @Test
    void aBrokenVersion2HeaderIsAnErrorInBothModes() {
        for (byte[] bad : List.of(
                v2(0x11, 0x11, new byte[12]),
                v2(0x22, 0x11, new byte[12]),
                v2(0x21, 0x41, new byte[12]),
                v2(0x21, 0x13, new byte[12]),
                v2(0x21, 0x11, new byte[11]),
                v2(0x21, 0x21, new byte[35]),
                v2(0x21, 0x31, new byte[215]),
                v2(0x20, 0x00, new byte[ProxyHeader.V2_MAX_LENGTH + 1]))) {
            assertBroken(Arrays.copyOf(bad, 16), ProxyProtocol.REQUIRED, "");
            assertBroken(bad, ProxyProtocol.OPTIONAL, "");
        }
    }

    @Test
    void mutatedHeadersAreReadOrRefusedTheSameWayHoweverTheyArriveAndNeverAskForMoreThanTheirLimit() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> seeds = List.of(
                latin1("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"),
                latin1("PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 56324 443\r\n"),
                latin1("PROXY UNKNOWN\r\n"),
                v2(0x21, 0x11, new byte[20]),
                v2(0x21, 0x21, new byte[36]),
                v2(0x21, 0x31, new byte[216]),
                v2(0x20, 0x00, new byte[0]));
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = concat(seeds.get(random.nextInt(seeds.size())), TAIL);
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(Math.min(bytes.length, 60))] = (byte) random.nextInt(256);
            }
            String whole = outcome(bytes, bytes.length);
            String perByte = "more";
            for (int n = 0; n <= bytes.length && perByte.equals("more"); n++) {
                perByte = outcome(bytes, n);
            }
            if (whole.startsWith("!")) {
                assertThat(perByte).as("seed %d round %d", seed, round).startsWith("!");
            } else {
                assertThat(perByte).as("seed %d round %d", seed, round).isEqualTo(whole);
            }
        }
    }

    private static String outcome(byte[] bytes, int n) {
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, n);
        try {
            ProxyHeader header = ProxyHeader.decode(in, ProxyProtocol.OPTIONAL);
            if (header == null) {
                assertThat(in.position()).isZero();
                assertThat(n).isLessThan(16 + ProxyHeader.V2_MAX_LENGTH);
                return "more";
            }
            return header + " at " + in.position();
        } catch (CodecException e) {
            assertThat(in.position()).isZero();
            assertThat(e.getMessage()).matches("[\\x20-\\x7e…]{1,400}");
            return "!" + e.getMessage();
        }
    }

    /** Whole with a message behind it, at an offset, per byte, and at every cut. */
    private static ProxyHeader decodeEveryWay(byte[] header) throws CodecException {
        ByteBuffer whole = ByteBuffer.wrap(concat(new byte[3], header, TAIL)).position(3);
        ProxyHeader result = ProxyHeader.decode(whole, ProxyProtocol.REQUIRED);
        assertThat(whole.position()).isEqualTo(3 + header.length);
        for (int cut = 0; cut < header.length; cut++) {
            ByteBuffer part = ByteBuffer.wrap(header, 0, cut);
            assertThat(ProxyHeader.decode(part, ProxyProtocol.OPTIONAL))
                    .as("cut at %d", cut)
                    .isNull();
            assertThat(part.position()).isZero();
        }
        ByteBuffer exact = ByteBuffer.wrap(header);
        assertThat(ProxyHeader.decode(exact, ProxyProtocol.OPTIONAL)).isEqualTo(result);
        assertThat(exact.hasRemaining()).isFalse();
        return result;
    }

    private static void assertBroken(byte[] bytes, ProxyProtocol mode, String message) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        assertThatThrownBy(() -> ProxyHeader.decode(in, mode))
                .as(Escaped.of(ByteBuffer.wrap(bytes)))
                .isInstanceOf(CodecException.class)
                .hasMessageStartingWith(message);
        assertThat(in.position()).isZero();
    }

    private static ProxyHeader relayed(String source, int sourcePort, String destination, int destinationPort) {
        return new ProxyHeader(
                Kind.RELAYED,
                new InetSocketAddress(IpLiteral.address(IpLiteral.parse(source)), sourcePort),
                new InetSocketAddress(IpLiteral.address(IpLiteral.parse(destination)), destinationPort));
    }

    private static byte[] v2(int versionAndCommand, int familyAndTransport, byte[] body) {
        byte[] fixed = {
            (byte) versionAndCommand, (byte) familyAndTransport, (byte) (body.length >> 8), (byte) body.length
        };
        return concat(SIGNATURE, fixed, body);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
