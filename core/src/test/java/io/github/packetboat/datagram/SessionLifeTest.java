package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.internal.io.SteppedLoop;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Recorder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What keeps a session alive, what its end means for who sends to it, and that it ends once. */
class SessionLifeTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);
    private static final InetSocketAddress ANN = new InetSocketAddress("127.0.0.1", 1);
    private static final InetSocketAddress BEN = new InetSocketAddress("127.0.0.1", 2);

    /** Remembers what it is told. */
    private static class Noting implements DatagramSessionListener<String> {
        final List<String> events = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onMessage(DatagramSession<String> session, String message) {
            events.add(message);
        }

        @Override
        public void onClose(DatagramSession<String> session, DatagramSession.End end) {
            events.add("close " + session.remoteAddress().getPort() + " " + end);
        }

        @Override
        public void onError(@Nullable InetSocketAddress peer, IOException failure) {
            events.add("error " + failure.getMessage());
        }
    }

    /** A shard whose loop and clock belong to the test. */
    private static final class SteppedShard implements AutoCloseable {
        final SteppedLoop loop = new SteppedLoop();
        final Noting listener = new Noting();
        final Shard<String> shard;
        private final DatagramChannel channel = DatagramChannel.open();

        SteppedShard(@Nullable Executor executor) throws IOException {
            Options<String> options = new Options<>(Codecs.lines().heartbeat("beat"));
            options.sessionListener = listener;
            options.sessionLimits =
                    SessionLimits.builder().idleTimeout(Duration.ofSeconds(10)).build();
            options.executor = executor;
            options.maxPendingMessages = executor == null ? 10_000 : 2;
            channel.configureBlocking(false);
            channel.bind(LOCAL);
            shard = new Shard<>(
                    channel,
                    Shard.wire(channel, null),
                    loop.loop(),
                    options.settings(null),
                    null,
                    Runnable::run,
                    10,
                    () -> {},
                    () -> {},
                    () -> {});
            shard.start();
        }

        /** Lets it hear {@code text} after so many seconds more. */
        void hear(RawUdp peer, int seconds, String text) throws IOException {
            long before = shard.stats().datagramsReceived();
            loop.advance(Duration.ofSeconds(seconds));
            peer.send(text, Sockets.port(channel));
            Await.until("received", () -> {
                try {
                    loop.step();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                return shard.stats().datagramsReceived() > before;
            });
        }

        int sessions() {
            return shard.sessions().all().size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
            loop.close();
        }
    }

    @Test
    void aHeartbeatKeepsASessionAliveAndBeginsNone() throws Exception {
        try (RawUdp peer = new RawUdp();
                SteppedShard stepped = new SteppedShard(null)) {
            stepped.hear(peer, 0, "beat\n");
            assertThat(stepped.sessions()).isZero();
            stepped.hear(peer, 0, "hello\n");
            for (int i = 0; i < 5; i++) {
                stepped.hear(peer, 6, "beat\n");
                assertThat(stepped.sessions()).isEqualTo(1);
            }
            stepped.loop.advance(Duration.ofSeconds(10));
            assertThat(stepped.listener.events)
                    .containsExactly("hello", "close " + peer.address().getPort() + " IDLE");
        }
    }

    @Test
    void aDatagramThatIsDroppedForAFullExecutorKeepsASessionAlive() throws Exception {
        List<Runnable> taken = new ArrayList<>();
        try (RawUdp peer = new RawUdp();
                SteppedShard stepped = new SteppedShard(taken::add)) {
            stepped.hear(peer, 0, "hello\n");
            for (int i = 0; i < 5; i++) {
                stepped.hear(peer, 6, "lost\n");
                assertThat(stepped.sessions()).isEqualTo(1);
            }
            assertThat(stepped.shard.stats().undelivered()).isEqualTo(5);
            stepped.loop.advance(Duration.ofSeconds(10));
            taken.forEach(Runnable::run);
            assertThat(stepped.listener.events)
                    .containsExactly("hello", "close " + peer.address().getPort() + " IDLE");
        }
    }

    @Test
    void whereNoSessionIsLeftNothingIsSentThatAmplificationForbids() throws Exception {
        try (RawUdp ann = new RawUdp();
                RawUdp ben = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .sessionListener((session, text) -> session.send(text))
                        .sessionLimits(SessionLimits.builder()
                                .maxSessions(1)
                                .amplification(3)
                                .build())
                        .bind(LOCAL)) {
            ann.send("a", endpoint.port());
            assertThat(ann.receiveText()).isEqualTo("a");
            assertThat(endpoint.send("b", ann.address())).isTrue();
            assertThat(ann.receiveText()).isEqualTo("b");
            ben.send("c", endpoint.port());
            assertThat(ben.receiveText()).isEqualTo("c");
            assertThat(endpoint.session(ann.address())).as("displaced").isNull();
            assertThat(endpoint.send("d", ann.address())).isFalse();
            assertThat(endpoint.stats().notValidated()).isEqualTo(1);
            Await.untilEqual("sent", 3L, () -> endpoint.stats().datagramsSent());
            assertThat(ann.isQuiet()).isTrue();
        }
    }

    @Test
    void groupsAndAPeerOfOnesOwnChoosingAreNobodysVictims() throws Exception {
        SessionLimits limits = SessionLimits.builder().amplification(3).build();
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
        DatagramEndpointBuilder<String> builder = DatagramEndpoint.builder(Codecs.utf8())
                .sessionListener((session, text) -> {})
                .sessionLimits(limits)
                .networkInterface(loopback);
        try (RawUdp peer = new RawUdp();
                var bound = builder.bind(LOCAL);
                var connected = builder.connect(peer.address())) {
            assertThat(connected.send("hello", peer.address())).isTrue();
            assertThat(peer.receiveText()).isEqualTo("hello");
            assertThat(bound.send("news", new InetSocketAddress("239.1.2.3", 9)))
                    .isTrue();
            assertThat(bound.broadcast("question", 9)).isEqualTo(1);
            assertThat(bound.stats().notValidated()).isZero();
        }
    }

    private static SessionTable<String> table(SteppedLoop stepped, DatagramSessionListener<String> listener) {
        Counters counters = new Counters();
        var delivery = new Delivery(stepped.loop(), listener, counters, null, Runnable::run, 1, () -> {});
        var outgoing = new Outgoing<>(
                stepped.loop(), new Options<>(Codecs.utf8()).settings(null), counters, (datagram, to) -> 0, null);
        return new SessionTable<>(listener, SessionLimits.defaults(), 10, delivery, stepped.loop(), outgoing);
    }

    @Test
    void aSessionClosedJustBeforeItsEndpointHearsItBeforeTheEnd() throws Exception {
        Noting noting = new Noting();
        try (var loop = new SteppedLoop()) {
            SessionTable<String> table = table(loop, noting);
            table.message(ANN, "x", 1);
            table.get(ANN).close(); // as another thread would: the loop has not had a turn since
            table.closed();
            assertThat(noting.events).containsExactly("x", "close 1 CLOSED");
            loop.step();
            assertThat(noting.events).hasSize(2);
        }
    }

    @Test
    void aSessionClosedByTheEndOfAnotherHearsItBeforeTheEnd() throws Exception {
        try (var loop = new SteppedLoop()) {
            List<DatagramSession<String>> ben = new ArrayList<>();
            Noting noting = new Noting() {
                @Override
                public void onClose(DatagramSession<String> session, DatagramSession.End end) {
                    ben.get(0).close();
                    super.onClose(session, end);
                }
            };
            SessionTable<String> table = table(loop, noting);
            table.message(ANN, "x", 1);
            table.message(BEN, "y", 1);
            ben.add(table.get(BEN));
            table.closed();
            assertThat(noting.events).containsExactly("x", "y", "close 1 ENDPOINT_CLOSED", "close 2 CLOSED");
            loop.step();
            assertThat(noting.events).hasSize(4);
        }
    }

    @Test
    void aSessionThatClosesWithItsEndpointEndsOnce() throws Exception {
        try (RawUdp peer = new RawUdp();
                var keepsTheLoops = DatagramEndpoint.builder(Codecs.utf8()).bind(LOCAL)) {
            for (int i = 0; i < 100; i++) {
                Recorder<DatagramSession<String>> sessions = new Recorder<>();
                var ends = new ConcurrentHashMap<DatagramSession<String>, AtomicInteger>();
                DatagramSessionListener<String> listener = new DatagramSessionListener<>() {
                    @Override
                    public void onMessage(DatagramSession<String> session, String message) {
                        sessions.accept(session);
                    }

                    @Override
                    public void onClose(DatagramSession<String> session, DatagramSession.End end) {
                        ends.computeIfAbsent(session, any -> new AtomicInteger())
                                .incrementAndGet();
                    }
                };
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .sessionListener(listener)
                        .bind(LOCAL);
                peer.send("x", endpoint.port());
                DatagramSession<String> session = sessions.take();
                CyclicBarrier start = new CyclicBarrier(2);
                Thread closer = new Thread(() -> {
                    try {
                        start.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    session.close();
                });
                closer.start();
                start.await();
                endpoint.close();
                assertThat(ends.get(session)).as("round %d", i).isNotNull().hasValue(1);
                closer.join();
                assertThat(ends.get(session)).hasValue(1);
            }
            assertThat(keepsTheLoops.isOpen()).isTrue();
        }
    }

    @Test
    void errorsThatAreTooManyForTheExecutorAreOnlyCounted() throws Exception {
        List<Runnable> taken = new ArrayList<>();
        try (SteppedShard stepped = new SteppedShard(taken::add)) {
            for (int i = 0; i < 200; i++) {
                stepped.shard.sendFailed(ANN, new IOException("no route " + i));
                stepped.loop.step();
            }
            taken.forEach(Runnable::run);
            assertThat(stepped.listener.events).containsExactly("error no route 0", "error no route 1");
        }
    }
}
