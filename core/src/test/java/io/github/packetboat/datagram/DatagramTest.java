package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Recorder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DatagramTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    @Test
    void aDatagramArrivesWithItsSenderAndCanBeAnswered() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(0)) {
            peer.send("grüß dich", endpoint.port());
            assertThat(seen.events.take()).isEqualTo("grüß dich");
            assertThat(seen.senders.take()).isEqualTo(peer.address());

            assertThat(endpoint.send("selber", peer.address())).isTrue();
            assertThat(peer.receiveText()).isEqualTo("selber");
            assertThat(peer.sender().getPort()).isEqualTo(endpoint.port());
        }
        assertThat(seen.events.all()).endsWith("closed").hasSize(2);
    }

    @Test
    void aListenerAnswersThroughTheEndpointItWasOpenedWith() throws Exception {
        class Echo implements DatagramListener<byte[]> {
            private DatagramEndpoint<byte[]> endpoint;

            @Override
            public void onOpen(DatagramEndpoint<byte[]> endpoint) {
                this.endpoint = endpoint;
            }

            @Override
            public void onMessage(InetSocketAddress sender, byte[] message) {
                endpoint.send(message, sender);
            }
        }
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.bytes())
                        .listener(new Echo())
                        .maxDatagramBytes(65_507)
                        .bind(LOCAL)) {
            Random random = new Random(7);
            for (int size : new int[] {0, 1, 1_400, 1_401, 9_000, 65_506, 65_507}) {
                byte[] sent = new byte[size];
                random.nextBytes(sent);
                peer.send(sent, endpoint.port());
                assertThat(peer.receive()).as("%d bytes", size).isEqualTo(sent);
            }
            assertThat(endpoint.stats().datagramsReceived()).isEqualTo(7);
            assertThat(endpoint.stats().bytesReceived()).isEqualTo(1 + 1_400 + 1_401 + 9_000 + 65_506 + 65_507);
            // the last one was counted after it was sent
            Await.untilEqual("datagrams sent", 7L, () -> endpoint.stats().datagramsSent());
            assertThat(endpoint.stats().bytesSent()).isEqualTo(endpoint.stats().bytesReceived());
        }
    }

    @Test
    void anEmptyDatagramIsAMessage() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL)) {
            peer.send("", endpoint.port());
            peer.send("next", endpoint.port());
            assertThat(seen.events.take()).isEmpty();
            assertThat(seen.events.take()).isEqualTo("next");
            assertThat(endpoint.send("", peer.address())).isTrue();
            assertThat(peer.receive()).isEmpty();
        }
    }

    @Test
    void whatIsTooLargeIsRefusedWithBothSizes() throws Exception {
        try (RawUdp peer = new RawUdp();
                var small = DatagramEndpoint.builder(Codecs.bytes()).bind(LOCAL);
                var large = DatagramEndpoint.builder(Codecs.bytes())
                        .maxDatagramBytes(65_507)
                        .bind(LOCAL)) {
            assertThat(small.send(new byte[1_400], peer.address())).isTrue();
            assertThatThrownBy(() -> small.send(new byte[1_401], peer.address()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1401 bytes")
                    .hasMessageContaining("maxDatagramBytes=1400");
            assertThatThrownBy(() -> large.send(new byte[65_508], peer.address()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("65508 bytes")
                    .hasMessageContaining("maxDatagramBytes=65507");
            assertThat(small.send(new byte[3], peer.address())).isTrue();
            assertThat(peer.receive()).hasSize(1_400);
            assertThat(peer.receive()).hasSize(3);
        }
    }

    @Test
    void connectedEndpointsTalkWithoutNamingEachOther() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                RawUdp stranger = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener(seen)
                        .connect("127.0.0.1", peer.address().getPort())) {
            assertThat(endpoint.remoteAddress()).isEqualTo(peer.address());
            assertThat(endpoint.send("hello")).isTrue();
            assertThat(endpoint.send("again", peer.address())).isTrue();
            assertThat(peer.receiveText()).isEqualTo("hello");
            assertThat(peer.receiveText()).isEqualTo("again");

            stranger.send("from a stranger", endpoint.port());
            peer.send("from the peer", endpoint.port());
            assertThat(seen.events.take()).isEqualTo("from the peer");
            assertThat(seen.senders.take()).isEqualTo(peer.address());
            peer.send("", endpoint.port());
            assertThat(seen.events.take()).isEmpty();

            assertThatThrownBy(() -> endpoint.send("x", stranger.address()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is connected to " + peer.address());
            assertThatThrownBy(() -> endpoint.send(""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("an empty datagram cannot be sent by a connected endpoint");
        }
    }

    @Test
    void onlyAConnectedEndpointMaySendToNobodyInParticular() throws Exception {
        try (var endpoint = DatagramEndpoint.builder(Codecs.utf8()).bind(LOCAL)) {
            assertThatThrownBy(() -> endpoint.send("x"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is bound, not connected");
        }
    }

    @Test
    void oneSocketSpeaksBothFamilies() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp four = new RawUdp();
                RawUdp six = new RawUdp("::1");
                var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(0)) {
            four.send("4", endpoint.port());
            assertThat(seen.events.take()).isEqualTo("4");
            assertThat(seen.senders.take()).isEqualTo(four.address());
            six.send("6", endpoint.port());
            assertThat(seen.events.take()).isEqualTo("6");
            assertThat(seen.senders.take()).isEqualTo(six.address());
            assertThat(endpoint.send("to 4", four.address())).isTrue();
            assertThat(endpoint.send("to 6", six.address())).isTrue();
            assertThat(four.receiveText()).isEqualTo("to 4");
            assertThat(six.receiveText()).isEqualTo("to 6");
        }
    }

    @Test
    void addressesThatCannotBeSentToAreRefusedByName() throws Exception {
        try (var endpoint = DatagramEndpoint.builder(Codecs.utf8()).bind(LOCAL)) {
            assertThatThrownBy(() -> endpoint.send("x", InetSocketAddress.createUnresolved("nowhere.invalid", 9)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("nowhere.invalid");
            assertThatThrownBy(() -> endpoint.send("x", at(0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("there is no port 0");
            assertThatThrownBy(() -> endpoint.send("x", new InetSocketAddress("::1", 9)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("speaks IPv4 only");
            assertThatThrownBy(() -> endpoint.send("x", null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("to must not be null");
            assertThatThrownBy(() -> endpoint.send(null, at(9)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("message must not be null");
        }
    }

    @Test
    void mappedTypesAndFramedCodecsAreDatagramsToo() throws Exception {
        Recorder<Integer> numbers = new Recorder<>();
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.lines().map(Integer::valueOf, Object::toString))
                        .listener((sender, number) -> numbers.accept(number))
                        .bind(LOCAL)) {
            peer.send("42\n", endpoint.port());
            assertThat(numbers.take()).isEqualTo(42);
            endpoint.send(43, peer.address());
            assertThat(peer.receiveText()).isEqualTo("43\n");
        }
    }

    @Test
    void viewsOfTheReceivedBytesCanBeSentOnAtOnce() throws Exception {
        class Relay implements DatagramListener<java.nio.ByteBuffer> {
            private DatagramEndpoint<java.nio.ByteBuffer> endpoint;

            @Override
            public void onOpen(DatagramEndpoint<java.nio.ByteBuffer> endpoint) {
                this.endpoint = endpoint;
            }

            @Override
            public void onMessage(InetSocketAddress sender, java.nio.ByteBuffer view) {
                endpoint.send(view, sender);
            }
        }
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.lengthPrefixed().views())
                        .listener(new Relay())
                        .bind(LOCAL)) {
            byte[] frame = {0, 0, 0, 3, 'a', 'b', 'c'};
            peer.send(frame, endpoint.port());
            assertThat(peer.receive()).isEqualTo(frame);
        }
    }

    @Test
    void manyDatagramsArriveWholeAndInOrder() throws Exception {
        int count = 20_000;
        Recorder<byte[]> received = new Recorder<>();
        try (var to = DatagramEndpoint.builder(Codecs.bytes())
                        .listener((sender, bytes) -> received.accept(bytes))
                        .bind(LOCAL);
                var from = DatagramEndpoint.builder(Codecs.bytes()).bind(LOCAL)) {
            for (int i = 0; i < count; i++) {
                // loopback loses only what finds the receive buffer full
                int sent = i;
                if (i % 100 == 99) {
                    Await.until("room", () -> received.all().size() > sent - 200);
                }
                byte[] message = new byte[1 + i % 1000];
                Arrays.fill(message, (byte) i);
                assertThat(from.send(message, to.localAddress())).isTrue();
            }
            int i = 0;
            for (byte[] message : received.await(count)) {
                byte[] expected = new byte[1 + i % 1000];
                Arrays.fill(expected, (byte) i);
                assertThat(message).isEqualTo(expected);
                i++;
            }
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (var first = DatagramEndpoint.builder(Codecs.utf8()).bind(LOCAL)) {
            assertThatThrownBy(() -> DatagramEndpoint.builder(Codecs.utf8()).bind(at(first.port())))
                    .isInstanceOf(java.net.BindException.class)
                    .hasMessageContaining("127.0.0.1:" + first.port());
        }
        assertThatThrownBy(() -> DatagramEndpoint.builder(Codecs.utf8())
                        .bind(InetSocketAddress.createUnresolved("nowhere.invalid", 9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.invalid");
        assertThatThrownBy(() -> DatagramEndpoint.builder(Codecs.utf8())
                        .bind(new InetSocketAddress(InetAddress.getByName("192.0.2.77"), 0)))
                .isInstanceOf(java.net.BindException.class)
                .hasMessageContaining("192.0.2.77");
    }

    @Test
    void endpointsThatShareAnAddressBothBind() throws Exception {
        try (var first = DatagramEndpoint.builder(Codecs.utf8())
                        .reuseAddress(true)
                        .bind(LOCAL);
                var second = DatagramEndpoint.builder(Codecs.utf8())
                        .reuseAddress(true)
                        .bind(at(first.port()))) {
            assertThat(second.port()).isEqualTo(first.port());
        }
    }
}
