package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IpFilterTest {

    @Test
    void withoutBlocksEverybodyPasses() {
        assertThat(passes(IpFilter.allowAll(), "10.0.0.1")).isTrue();
        assertThat(passes(IpFilter.allowAll(), "2001:db8::1")).isTrue();
        assertThat(IpFilter.allowAll().allows(InetSocketAddress.createUnresolved("x", 1)))
                .isTrue();
    }

    @Test
    void onlyWhatIsAllowedPasses() {
        IpFilter filter = IpFilter.builder()
                .allow("10.0.0.0/8", "::1", "fe80::/10", "192.0.2.7")
                .build();
        for (String in : new String[] {"10.0.0.0", "10.255.255.255", "::1", "fe80::1", "febf:ffff::", "192.0.2.7"}) {
            assertThat(passes(filter, in)).as(in).isTrue();
        }
        for (String out : new String[] {"9.255.255.255", "11.0.0.0", "::2", "fec0::", "192.0.2.6", "192.0.2.8"}) {
            assertThat(passes(filter, out)).as(out).isFalse();
        }
        assertThat(filter.allows(InetSocketAddress.createUnresolved("x", 1))).isFalse();
    }

    @Test
    void denyWinsOverAllow() {
        IpFilter filter =
                IpFilter.builder().allow("10.0.0.0/8").deny("10.0.0.64/26").build();
        assertThat(passes(filter, "10.0.0.63")).isTrue();
        assertThat(passes(filter, "10.0.0.64")).isFalse();
        assertThat(passes(filter, "10.0.0.127")).isFalse();
        assertThat(passes(filter, "10.0.0.128")).isTrue();
    }

    @Test
    void whereOnlyDenyIsGivenTheRestPasses() {
        IpFilter filter = IpFilter.builder().deny("0.0.0.0/0").build();
        assertThat(passes(filter, "1.2.3.4")).isFalse();
        assertThat(passes(filter, "2001:db8::1")).isTrue();
    }

    @Test
    void ipv4MappedAddressesAreIpv4() {
        IpFilter ipv4 = IpFilter.builder().allow("10.0.0.0/8").build();
        assertThat(passes(ipv4, "::ffff:10.1.2.3")).isTrue();
        IpFilter mapped = IpFilter.builder().allow("::ffff:10.0.0.0/104").build();
        assertThat(passes(mapped, "10.1.2.3")).isTrue();
        assertThat(passes(mapped, "11.1.2.3")).isFalse();
        IpFilter ipv6 = IpFilter.builder().allow("::/0").build();
        assertThat(passes(ipv6, "2001:db8::1")).isTrue();
        assertThat(passes(ipv6, "10.1.2.3")).isFalse();
    }

    @Test
    void unixDomainPeersAlwaysPass() {
        IpFilter filter = IpFilter.builder().allow("10.0.0.0/8").deny("::/0").build();
        assertThat(filter.allows(UnixDomainSocketAddress.of(""))).isTrue();
    }

    @Test
    void whatIsNoBlockIsRefusedByNameAndValue() {
        for (String bad : new String[] {
            "", "localhost", "10.0.0", "10.0.0.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/", "10.0.0.0/33",
                    "10.0.0.0/-1",
            "10.0.0.0/08", "::1/129", ":::", "1::2::3", "::1%eth0", "[::1]", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                    "12345::",
            "1:2:3:4:5:6:7:", ":1", " 10.0.0.1", "::ffff:1.2.3", "1:2:3:4:5:6:7::8", "١.1.1.1", "1.2.3.4\n"
        }) {
            assertThatIllegalArgumentException()
                    .as(bad)
                    .isThrownBy(() -> IpFilter.builder().deny(bad))
                    .withMessageStartingWith("deny: \"" + Escaped.of(bad) + "\" ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpFilter.builder().allow((String) null))
                .withMessage("allow must not be null");
    }

    @Test
    void aBlockWithBitsBehindThoseThatCountIsRefusedWithTheOneThatWasMeant() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpFilter.builder().allow("10.1.2.3/8"))
                .withMessage("allow: \"10.1.2.3/8\" has bits set behind the first 8; did you mean 10.0.0.0/8?");
    }

    @Test
    void manyOverlappingBlocksDecideAsEachAloneWould() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            IpFilter.Builder all = IpFilter.builder();
            IpFilter[] each = new IpFilter[8];
            for (int i = 0; i < each.length; i++) {
                int bits = random.nextInt(25, 33);
                int address = random.nextInt(256) & -1 << 32 - bits;
                String block = "10.0.0." + (address & 255) + "/" + bits;
                all.allow(block);
                each[i] = IpFilter.builder().allow(block).build();
            }
            IpFilter filter = all.build();
            for (int last = 0; last < 256; last++) {
                InetSocketAddress peer = peer("10.0.0." + last);
                boolean any = java.util.Arrays.stream(each).anyMatch(f -> f.allows(peer));
                assertThat(filter.allows(peer))
                        .as("seed %d, %s, %s", seed, filter, peer)
                        .isEqualTo(any);
            }
        }
    }

    @Test
    void toStringShowsTheBlocksAsGiven() {
        assertThat(IpFilter.builder()
                        .allow("10.0.0.0/8", "::1")
                        .deny("10.0.0.66")
                        .build())
                .hasToString("IpFilter[allow=[10.0.0.0/8, ::1], deny=[10.0.0.66]]");
        assertThat(IpFilter.allowAll()).hasToString("IpFilter[allow=all, deny=[]]");
    }

    @Test
    void literalsAreReadAsTheJdkReadsThem() throws Exception {
        for (String text : new String[] {
            "0.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "1::",
            "1:2:3:4:5:6:7:8",
            "1:2::7:8",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "2001:DB8::ab",
            "64:ff9b::192.0.2.33",
            "1:2:3:4:5:6:1.2.3.4",
            "::ffff:1.2.3.4"
        }) {
            byte[] parsed = IpLiteral.parse(text);
            assertThat(IpLiteral.address(parsed)).as(text).isEqualTo(InetAddress.getByName(text));
        }
    }

    @Test
    void aBuilderUsedOnDoesNotTouchWhatItHasBuilt() {
        IpFilter.Builder builder = IpFilter.builder().allow("10.0.0.1");
        IpFilter first = builder.build();
        assertThat(passes(builder.allow("10.0.0.2").build(), "10.0.0.2")).isTrue();
        assertThat(passes(first, "10.0.0.2")).isFalse();
    }

    private static boolean passes(IpFilter filter, String address) {
        return filter.allows(peer(address));
    }

    private static InetSocketAddress peer(String address) {
        return new InetSocketAddress(IpLiteral.address(IpLiteral.parse(address)), 1);
    }
}
