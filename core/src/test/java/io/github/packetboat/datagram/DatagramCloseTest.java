package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.internal.io.SteppedLoop;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Recorder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Threads and descriptors are looked after by the leak check of all tests. */
class DatagramCloseTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    @Test
    void thePortIsFreeWhenCloseReturns() throws Exception {
        // keeps the loops, so that they are not what frees the port
        try (var other = DatagramEndpoint.builder(Codecs.utf8()).bind(LOCAL)) {
            InetSocketAddress at = LOCAL;
            for (int i = 0; i < 100; i++) {
                try (var endpoint = DatagramEndpoint.builder(Codecs.utf8()).bind(at)) {
                    at = endpoint.localAddress();
                    assertThat(endpoint.isOpen()).isTrue();
                }
            }
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void closingTwiceFromSeveralThreadsIsOneEnd() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        var endpoint = DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL);
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread closer = new Thread(endpoint::close);
            closers.add(closer);
            closer.start();
        }
        for (Thread closer : closers) {
            closer.join();
        }
        endpoint.close();
        endpoint.awaitClosed();
        assertThat(seen.events.all()).containsExactly("closed");
        assertThat(endpoint.isOpen()).isFalse();
        assertThat(endpoint.send("x", new InetSocketAddress("127.0.0.1", 9))).isFalse();
        assertThat(endpoint).hasToString("DatagramEndpoint[" + endpoint.localAddress() + ", closed]");
    }

    @Test
    void aListenerMayCloseItsEndpoint() throws Exception {
        Recorder<String> seen = new Recorder<>();
        class Closing implements DatagramListener<String> {
            private DatagramEndpoint<String> endpoint;

            @Override
            public void onOpen(DatagramEndpoint<String> endpoint) {
                this.endpoint = endpoint;
            }

            @Override
            public void onMessage(InetSocketAddress sender, String message) {
                endpoint.close();
                seen.accept(message + " " + endpoint.send("no more", sender));
            }

            @Override
            public void onClose() {
                seen.accept("closed");
            }
        }
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener(new Closing())
                        .bind(LOCAL)) {
            peer.send("enough", endpoint.port());
            peer.send("unheard", endpoint.port());
            endpoint.awaitClosed();
        }
        assertThat(seen.all()).containsExactly("enough false", "closed");
    }

    @Test
    void onOpenMayCloseAtOnce() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        DatagramListener<String> listener = new DatagramListener<>() {
            @Override
            public void onMessage(InetSocketAddress sender, String message) {}

            @Override
            public void onOpen(DatagramEndpoint<String> endpoint) {
                endpoint.close();
            }

            @Override
            public void onClose() {
                closed.incrementAndGet();
            }
        };
        var endpoint =
                DatagramEndpoint.builder(Codecs.utf8()).listener(listener).bind(LOCAL);
        endpoint.awaitClosed();
        assertThat(closed).hasValue(1);
    }

    @Test
    void whatWasQueuedBeforeTheStartIsSentAsSoonAsTheKernelHasRoom() throws Exception {
        AtomicBoolean room = new AtomicBoolean();
        Outgoing.Wire wire = (datagram, to) -> room.get() ? datagram.remaining() : 0;
        AtomicBoolean closed = new AtomicBoolean();
        try (SteppedLoop stepped = new SteppedLoop();
                DatagramChannel channel = DatagramChannel.open()) {
            channel.configureBlocking(false);
            channel.bind(LOCAL);
            Shard<String> shard = new Shard<>(
                    channel,
                    wire,
                    stepped.loop(),
                    new Options<>(Codecs.utf8()).settings(null),
                    null,
                    Runnable::run,
                    1,
                    () -> {},
                    () -> {},
                    () -> closed.set(true));
            assertThat(shard.outgoing().send("last words", new InetSocketAddress("127.0.0.1", 9), null))
                    .isTrue();
            shard.close();
            stepped.step();
            assertThat(shard.stats().datagramsSent()).isZero();
            assertThat(channel.isOpen()).isTrue();
            room.set(true);
            stepped.step();
            assertThat(shard.stats().datagramsSent()).isEqualTo(1);
            assertThat(channel.isOpen()).isFalse();
            stepped.step();
            stepped.step();
            assertThat(closed).isTrue();
            assertThat(shard.stats().lostAtClose()).isZero();
        }
    }

    @Test
    void aFailingOnOpenClosesItsEndpointAndNoOther() throws Exception {
        List<DatagramEndpoint<String>> opened = new ArrayList<>();
        AtomicInteger closed = new AtomicInteger();
        DatagramListener<String> failing = new DatagramListener<>() {
            @Override
            public void onMessage(InetSocketAddress sender, String message) {}

            @Override
            public void onOpen(DatagramEndpoint<String> endpoint) {
                opened.add(endpoint);
                if (opened.size() > 1) {
                    endpoint.close();
                }
                throw new IllegalStateException("not today");
            }

            @Override
            public void onClose() {
                closed.incrementAndGet();
            }
        };
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var other =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> DatagramEndpoint.builder(Codecs.utf8())
                                .listener(failing)
                                .bind(LOCAL))
                        .hasMessage("not today");
                assertThat(opened.get(i).isOpen()).isFalse();
                opened.get(i).awaitClosed();
                opened.get(i).close();
                peer.send("still there " + i, other.port());
                assertThat(seen.events.take()).isEqualTo("still there " + i);
            }
        }
        assertThat(closed).hasValue(3);
    }

    @Test
    void anEndpointThatCannotBeMadeLeavesNothingAndTheOthersAlone() throws Exception {
        AtomicInteger codecs = new AtomicInteger();
        CodecFactory<String> failing = () -> {
            if (codecs.incrementAndGet() > 1) { // the first is the builder's sample
                throw new IllegalStateException("no more codecs");
            }
            return Codecs.utf8().create();
        };
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var other =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL)) {
            InetSocketAddress at;
            try (var free = DatagramEndpoint.builder(Codecs.utf8()).bind(LOCAL)) {
                at = free.localAddress();
            }
            assertThatThrownBy(() -> DatagramEndpoint.builder(failing).bind(at)).hasMessage("no more codecs");
            try (var again = DatagramEndpoint.builder(Codecs.utf8()).bind(at)) {
                assertThat(again.localAddress()).isEqualTo(at);
            }
            peer.send("still there", other.port());
            assertThat(seen.events.take()).isEqualTo("still there");
        }
    }

    @Test
    void sendersThatRaceWithCloseSeeNoException() throws Exception {
        for (int round = 0; round < 20; round++) {
            var endpoint = DatagramEndpoint.builder(Codecs.utf8()).shards(2).bind(LOCAL);
            CountDownLatch sending = new CountDownLatch(4);
            Recorder<String> ends = new Recorder<>();
            for (int t = 0; t < 4; t++) {
                new Thread(() -> {
                            try {
                                InetSocketAddress to = endpoint.localAddress();
                                endpoint.send("first", to);
                                sending.countDown();
                                while (endpoint.send("x", to)) {
                                    Thread.onSpinWait();
                                }
                                ends.accept("refused");
                            } catch (Throwable e) {
                                ends.accept(e.toString());
                            }
                        })
                        .start();
            }
            sending.await();
            endpoint.close();
            assertThat(ends.await(4)).containsOnly("refused");
        }
    }

    @Test
    void hundredsOfStartsAndStopsLeaveNothing() throws Exception {
        for (int i = 0; i < 300; i++) {
            DatagramEndpoint.builder(Codecs.bytes()).bind(LOCAL).close();
        }
        int before = Thread.activeCount();
        try (var endpoint =
                DatagramEndpoint.builder(Codecs.bytes()).eventLoops(1).bind(LOCAL)) {
            assertThat(Thread.activeCount()).isGreaterThan(before);
            assertThat(endpoint.kernelDrops().orElse(0)).isZero();
        }
        Await.until("no thread is left", () -> Thread.activeCount() <= before);
    }

    @Test
    void aConnectedEndpointMayChooseItsOwnAddress() throws Exception {
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .connect(new InetSocketAddress("127.0.0.3", 0), peer.address())) {
            endpoint.send("x");
            assertThat(peer.receiveText()).isEqualTo("x");
            assertThat(peer.sender().getAddress()).isEqualTo(InetAddress.getByName("127.0.0.3"));
            assertThat(endpoint)
                    .hasToString(
                            "DatagramEndpoint[" + endpoint.localAddress() + ", connected to " + peer.address() + "]");
        }
    }
}
