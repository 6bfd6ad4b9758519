package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Groups on the loopback interface, and in IPv6 of the scope that never leaves the machine. */
class MulticastTest {
    private static final String GROUP = "239.255.42.99";
    private static final String NODE_LOCAL_GROUP = "ff01::4299";

    private static NetworkInterface loopback;

    @BeforeAll
    static void findLoopback() throws IOException {
        loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
    }

    private static DatagramEndpointBuilder<String> builder() {
        return DatagramEndpoint.builder(Codecs.utf8());
    }

    private static InetSocketAddress group(int port) {
        return new InetSocketAddress(GROUP, port);
    }

    @Test
    void membersHearTheGroupUntilTheyLeave() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (var member = builder().listener(seen).bind(0);
                var sender = builder().networkInterface(loopback).bind(0)) {
            Membership membership = member.join(InetAddress.getByName(GROUP), loopback);
            assertThat(membership.isActive()).isTrue();
            assertThat(membership.group().getHostAddress()).isEqualTo(GROUP);
            assertThat(membership.networkInterface()).isEqualTo(loopback);
            assertThat(membership.source()).isNull();
            assertThat(membership).hasToString("Membership[" + GROUP + " on " + loopback.getName() + "]");

            assertThat(sender.send("to the group", group(member.port()))).isTrue();
            assertThat(seen.events.take()).isEqualTo("to the group");
            assertThat(seen.senders.take().getPort()).isEqualTo(sender.port());

            membership.leave();
            membership.leave();
            assertThat(membership.isActive()).isFalse();
            sender.send("unheard", group(member.port()));
            sender.send("heard", new InetSocketAddress("127.0.0.1", member.port()));
            assertThat(seen.events.take()).isEqualTo("heard");
        }
    }

    @Test
    void anEndpointBoundToIpv4AlonePicksItsInterfaceFromItsOptions() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (var member =
                        builder().listener(seen).networkInterface(loopback).bind(new InetSocketAddress("0.0.0.0", 0));
                var sender = builder().networkInterface(loopback).bind(new InetSocketAddress("127.0.0.1", 0))) {
            assertThat(member.join(InetAddress.getByName(GROUP)).networkInterface())
                    .isEqualTo(loopback);
            sender.send("hello", group(member.port()));
            assertThat(seen.events.take()).isEqualTo("hello");
        }
    }

    @Test
    void severalMembersOnOneMachineAllHear() throws Exception {
        DatagramSeen one = new DatagramSeen();
        DatagramSeen two = new DatagramSeen();
        DatagramSeen outside = new DatagramSeen();
        try (var first = builder().listener(one).reuseAddress(true).bind(0);
                var second = builder().listener(two).reuseAddress(true).bind(first.port());
                var third = builder().listener(outside).reuseAddress(true).bind(first.port());
                var sender = builder().networkInterface(loopback).bind(0)) {
            first.join(InetAddress.getByName(GROUP), loopback);
            second.join(InetAddress.getByName(GROUP), loopback);
            sender.send("to all", group(first.port()));
            assertThat(one.events.take()).isEqualTo("to all");
            assertThat(two.events.take()).isEqualTo("to all");
            assertThat(third.stats().datagramsReceived()).isZero();
        }
    }

    @Test
    void aSourceCanBeChosen() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        InetAddress source = InetAddress.getByName("127.0.0.1");
        try (var member = builder().listener(seen).bind(0);
                var chosen = builder().networkInterface(loopback).bind(new InetSocketAddress(source, 0));
                var other = builder().networkInterface(loopback).bind(new InetSocketAddress("127.0.0.2", 0))) {
            Membership membership = member.join(InetAddress.getByName("232.1.2.3"), loopback, source);
            assertThat(membership.source()).isEqualTo(source);
            InetSocketAddress group = new InetSocketAddress("232.1.2.3", member.port());
            assertThat(other.send("from another", group)).isTrue();
            assertThat(chosen.send("from the source", group)).isTrue();
            assertThat(seen.events.take()).isEqualTo("from the source");

            assertThatThrownBy(() -> member.join(InetAddress.getByName("232.1.2.3"), loopback))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anIpv6GroupWorksAsWell() throws Exception {
        NetworkInterface at = ipv6Interface().orElse(null);
        assumeTrue(at != null, "no interface that is up, does multicast and has an IPv6 address");
        DatagramSeen seen = new DatagramSeen();
        InetAddress group = InetAddress.getByName(NODE_LOCAL_GROUP);
        try (var member = builder().listener(seen).bind(0);
                var sender = builder().networkInterface(at).bind(0)) {
            Membership membership = member.join(group, at);
            sender.send("to six", new InetSocketAddress(group, member.port()));
            assertThat(seen.events.take()).isEqualTo("to six");
            membership.leave();
            assertThat(membership.isActive()).isFalse();
        }
    }

    /** On the loopback interface itself everything comes back, whatever this option says. */
    @Test
    void withoutLoopbackNobodyOnThisMachineHears() throws Exception {
        NetworkInterface at = ipv6Interface().orElse(null);
        assumeTrue(at != null, "no interface that is up, does multicast and has an IPv6 address");
        DatagramSeen seen = new DatagramSeen();
        InetAddress group = InetAddress.getByName(NODE_LOCAL_GROUP);
        try (var member = builder().listener(seen).bind(0);
                var silent =
                        builder().networkInterface(at).multicastLoopback(false).bind(0);
                var sender = builder().networkInterface(at).multicastHops(0).bind(0)) {
            member.join(group, at);
            silent.send("unheard", new InetSocketAddress(group, member.port()));
            sender.send("heard", new InetSocketAddress(group, member.port()));
            assertThat(seen.events.take()).isEqualTo("heard");
        }
    }

    private static Optional<NetworkInterface> ipv6Interface() throws IOException {
        for (NetworkInterface each : Interfaces.all()) {
            if (each.isUp()
                    && !each.isLoopback()
                    && each.supportsMulticast()
                    && each.inetAddresses().anyMatch(Inet6Address.class::isInstance)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    @Test
    void theInterfaceIsPickedWhereNoneIsNamed() throws Exception {
        // of all groups the one whose members say nothing to the network
        InetAddress allHosts = InetAddress.getByName("224.0.0.1");
        try (var member = builder().bind(0)) {
            Membership membership = member.join(allHosts);
            assertThat(membership.isActive()).isTrue();
            assertThat(membership.networkInterface())
                    .isEqualTo(Interfaces.forGroup(allHosts, Interfaces.all()).get(0));
        }
        assertThat(Interfaces.forGroup(allHosts, List.of(loopback))).endsWith(loopback);
    }

    @Test
    void whatCannotBeJoinedSaysWhereItWasTried() throws Exception {
        try (var four = builder().bind(new InetSocketAddress("127.0.0.1", 0));
                var channel = DatagramChannel.open()) {
            assertThatThrownBy(() -> four.join(InetAddress.getByName("ff02::1:3"), loopback))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot join ff02:")
                    .hasMessageContaining("tried " + loopback.getName() + " (");
            assertThatThrownBy(() -> four.join(InetAddress.getByName("10.1.2.3"), loopback))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot join 10.1.2.3: it is no multicast address");
            assertThatThrownBy(() -> four.join(InetAddress.getByName(GROUP), null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("at must not be null");
            assertThatThrownBy(() -> Sockets.join(channel, InetAddress.getByName(GROUP), null, List.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no network interface is up")
                    .hasMessageContaining(loopback.getName());
        }
    }

    @Test
    void closingLeaves() throws Exception {
        Membership membership;
        try (var member = builder().bind(0)) {
            membership = member.join(InetAddress.getByName(GROUP), loopback);
        }
        Await.until("left", () -> !membership.isActive());
    }

    @Test
    void shardsHearAGroupOnce() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (var member = builder().listener(seen).shards(3).bind(0);
                var sender = builder().networkInterface(loopback).bind(0)) {
            member.join(InetAddress.getByName(GROUP), loopback);
            for (int i = 0; i < 10; i++) {
                sender.send("m" + i, group(member.port()));
                assertThat(seen.events.take()).isEqualTo("m" + i);
            }
            assertThat(member.stats().datagramsReceived()).isEqualTo(10);
        }
    }
}
