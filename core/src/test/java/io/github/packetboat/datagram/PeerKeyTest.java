package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerKeyTest {
    private static final int STRANGERS = 10_000;
    /** By chance there are 0.01 pairs among them that collide. */
    private static final int CHANCE = 3;

    private static InetSocketAddress ipv4(int last, int port) throws UnknownHostException {
        byte[] host = {10, 0, (byte) (last >> 8), (byte) last};
        return new InetSocketAddress(InetAddress.getByAddress(host), port);
    }

    private static InetAddress linkLocal(int scope) throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xFE;
        bytes[1] = (byte) 0x80;
        bytes[15] = 1;
        return Inet6Address.getByAddress(null, bytes, scope);
    }

    /** Senders whose addresses all have the same hash. */
    private static List<InetSocketAddress> forgedIpv4() throws UnknownHostException {
        List<InetSocketAddress> forged = new ArrayList<>();
        for (int i = 0; i < STRANGERS; i++) {
            forged.add(ipv4(i, 20_000 - i));
        }
        return forged;
    }

    private static List<InetSocketAddress> forgedIpv6() throws UnknownHostException {
        List<InetSocketAddress> forged = new ArrayList<>();
        for (int i = 0; i < STRANGERS; i++) { // the hash is the sum of the four words
            int a = i / 100;
            int b = i % 100;
            byte[] host = {0x20, 1, 0, 0, 0, 0, (byte) a, (byte) b, 0, 0, (byte) (99 - a), (byte) (99 - b), 0, 0, 0, 0};
            forged.add(new InetSocketAddress(InetAddress.getByAddress(host), 53));
        }
        return forged;
    }

    @Test
    void sendersForgedToCollideDoNotCollideInTheTableOfSessions() throws Exception {
        for (List<InetSocketAddress> forged : List.of(forgedIpv4(), forgedIpv6())) {
            Sessions<String> sessions = new Sessions<>();
            Set<Integer> plain = new HashSet<>();
            for (InetSocketAddress each : forged) {
                plain.add(each.hashCode());
                sessions.add(new PeerSession<>(null, each, 0));
            }
            assertThat(plain).as("the attack is one").hasSize(1);
            Set<Integer> hashes = new HashSet<>();
            sessions.all().forEach(session -> hashes.add(session.key().hashCode()));
            assertThat(hashes).hasSizeBetween(STRANGERS - CHANCE, STRANGERS);
            for (InetSocketAddress each : forged) {
                assertThat(sessions.get(each).remoteAddress()).isEqualTo(each);
            }
        }
    }

    @Test
    void everyPartOfAnAddressTellsPeersApart() throws Exception {
        PeerKey key = PeerKey.of(ipv4(1, 1000));
        assertThat(key).isEqualTo(PeerKey.of(ipv4(1, 1000))).hasSameHashCodeAs(PeerKey.of(ipv4(1, 1000)));
        assertThat(key).isNotEqualTo(PeerKey.of(ipv4(2, 1000))).isNotEqualTo(PeerKey.of(ipv4(1, 1001)));
        PeerKey scoped = PeerKey.of(new InetSocketAddress(linkLocal(1), 1000));
        assertThat(scoped).isEqualTo(PeerKey.of(new InetSocketAddress(linkLocal(1), 1000)));
        assertThat(scoped).isNotEqualTo(PeerKey.of(new InetSocketAddress(linkLocal(2), 1000)));
        assertThat(scoped.hashCode())
                .isNotEqualTo(
                        PeerKey.of(new InetSocketAddress(linkLocal(2), 1000)).hashCode());
    }

    @Test
    void anUnresolvedAddressIsNobodys() throws Exception {
        Sessions<String> sessions = new Sessions<>();
        sessions.add(new PeerSession<>(null, ipv4(1, 1000), 0));
        assertThat(sessions.get(InetSocketAddress.createUnresolved("nowhere.invalid", 1000)))
                .isNull();
    }

    @Test
    void aScopeThatSaysNothingIsNotLookedAt() throws Exception {
        byte[] loopback = new byte[16];
        loopback[15] = 1;
        InetAddress scoped = Inet6Address.getByAddress(null, loopback, 1);
        assertThat(PeerKey.of(new InetSocketAddress(scoped, 7)))
                .isEqualTo(PeerKey.of(new InetSocketAddress(InetAddress.getByAddress(loopback), 7)));
    }
}
