package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Broadcasts in the one network that tests may fill: the loopback's own. */
class BroadcastTest {
    private static NetworkInterface loopback() throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    }

    @Test
    void aBroadcastReachesEverybodyAtThePort() throws Exception {
        DatagramSeen one = new DatagramSeen();
        DatagramSeen two = new DatagramSeen();
        try (var first = DatagramEndpoint.builder(Codecs.utf8())
                        .listener(one)
                        .reuseAddress(true)
                        .bind(0);
                var second = DatagramEndpoint.builder(Codecs.utf8())
                        .listener(two)
                        .reuseAddress(true)
                        .bind(first.port());
                var asking = DatagramEndpoint.builder(Codecs.utf8())
                        .networkInterface(loopback())
                        .bind(0)) {
            assertThat(asking.broadcast("anybody?", second.port())).isEqualTo(1);
            assertThat(one.events.take()).isEqualTo("anybody?");
            assertThat(two.events.take()).isEqualTo("anybody?");
            assertThatThrownBy(() -> asking.broadcast("x", 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("port=0 is below 1");
        }
    }

    @Test
    void aBroadcastAddressMayBeNamed() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(0);
                var sender = DatagramEndpoint.builder(Codecs.utf8()).bind(0)) {
            assertThat(sender.send("hi", new InetSocketAddress("127.255.255.255", endpoint.port())))
                    .isTrue();
            assertThat(seen.events.take()).isEqualTo("hi");
        }
    }

    @Test
    void theLoopbackIsNoNetworkUnlessAskedFor() throws Exception {
        assertThat(Interfaces.broadcastAddresses(List.of(loopback())))
                .containsExactly(InetAddress.getByName("127.255.255.255"));
        List<NetworkInterface> all = new ArrayList<>(Interfaces.all());
        all.add(loopback());
        assertThat(Interfaces.broadcastAddresses(all))
                .doesNotContain(InetAddress.getByName("127.255.255.255"))
                .doesNotHaveDuplicates();
        assertThat(Interfaces.broadcastAddresses(List.of(loopback(), loopback())))
                .isEmpty();
    }

    @Test
    void theBroadcastAddressIsTheLastOfItsNetwork() throws Exception {
        assertThat(last("10.1.2.3", 8)).isEqualTo("10.255.255.255");
        assertThat(last("192.168.7.1", 24)).isEqualTo("192.168.7.255");
        assertThat(last("172.16.5.9", 30)).isEqualTo("172.16.5.11");
        assertThat(last("172.16.5.9", 32)).isEqualTo("172.16.5.9");
        assertThat(Interfaces.lastOf(InetAddress.getByName("::1"), 128)).isNull();
    }

    private static String last(String address, int prefixBits) throws IOException {
        return Interfaces.lastOf(InetAddress.getByName(address), prefixBits).getHostAddress();
    }

    @Test
    void interfacesAreDescribedForErrors() throws Exception {
        assertThat(Interfaces.describe(List.of())).isEqualTo("none");
        assertThat(Interfaces.describe(List.of(loopback())))
                .startsWith(loopback().getName() + " (")
                .contains("127.0.0.1");
    }
}
