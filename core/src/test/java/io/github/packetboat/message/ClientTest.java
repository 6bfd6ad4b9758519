package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.Ports;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Recorder;
import io.github.packetboat.testkit.Reports;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connecting, failing to connect, coming back, and leaving nothing behind. */
class ClientTest {
    private static final Backoff FAST = Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(20));
    private static final Backoff SLOW = Backoff.exponential(Duration.ofHours(1), Duration.ofHours(1));

    /** For a server that never closes: nobody is to wait for that. */
    private static final Limits NO_LINGER =
            Limits.builder().lingerTimeout(Duration.ofMillis(20)).build();

    private static MessageClient.Builder<String> client() {
        return MessageClient.builder(Codecs.lines());
    }

    /** Takes no connection, and once its backlog is full answers none either: the kernel drops the SYN. */
    private static final class BlackHole implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"));
        private final List<SocketChannel> fillers = new ArrayList<>();

        BlackHole() throws IOException {
            for (int i = 0; i < 8; i++) {
                SocketChannel filler = SocketChannel.open();
                filler.configureBlocking(false);
                filler.connect(address());
                fillers.add(filler);
            }
        }

        InetSocketAddress address() {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel filler : fillers) {
                filler.close();
            }
            socket.close();
        }
    }

    @Test
    void aRefusedConnectionNamesTheTarget() throws Exception {
        int port = Ports.unused();
        assertThatThrownBy(() -> client().connect("127.0.0.1", port))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("cannot connect to 127.0.0.1:" + port)
                .hasMessageContaining("Connection refused");
        assertThatThrownBy(() -> client().connect("127.0.0.1", 1))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("127.0.0.1:1");
        assertThatThrownBy(() -> client().reconnect(FAST).connect("127.0.0.1", port))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void anUnknownHostIsNamed() {
        assertThatThrownBy(() -> client().connect("no.such.host.invalid", 80))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void connectingTakesNoLongerThanItsTimeoutAndSaysSo() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            assertThatThrownBy(() ->
                            client().connectTimeout(Duration.ofMillis(150)).connect(hole.address()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("connectTimeout=150 ms")
                    .hasMessageContaining("no answer");
        }
    }

    @Test
    void anInterruptEndsConnecting() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicBoolean flag = new AtomicBoolean();
            Thread connecting = new Thread(() -> {
                try {
                    client().connect(hole.address()).close();
                } catch (IOException e) {
                    thrown.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            connecting.start();
            Await.until("waiting", () -> connecting.getState() == Thread.State.WAITING);
            connecting.interrupt();
            connecting.join();
            assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
            assertThat(flag).isTrue();
        }
    }

    @Test
    void aDeadFirstAddressCostsAMomentOnly() throws Exception {
        EventLoops loops = EventLoops.of(1);
        try (BlackHole hole = new BlackHole();
                RawServer server = RawServer.open()) {
            Recorder<Object> results = new Recorder<>();
            EventLoop loop = loops.next();
            long start = System.nanoTime();
            List<SocketAddress> addresses =
                    List.of(hole.address(), new InetSocketAddress("127.0.0.1", Ports.unused()), server.address());
            loop.execute(() -> new Connector(
                            loop,
                            "several",
                            addresses,
                            Duration.ofSeconds(10),
                            SocketOptions.defaults(),
                            recording(results))
                    .start());
            SocketChannel channel = (SocketChannel) results.take();
            assertThat(channel.getRemoteAddress()).isEqualTo(server.address());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            server.accept().close();
            channel.close();
            loop.execute(() -> results.accept(loop.channels()));
            Await.untilEqual("left", 0, loop::channels);
            results.take();
        } finally {
            loops.release();
        }
    }

    @Test
    void whenEveryAddressFailsEachIsNamed() throws Exception {
        EventLoops loops = EventLoops.of(1);
        try (BlackHole hole = new BlackHole()) {
            Recorder<Object> results = new Recorder<>();
            EventLoop loop = loops.next();
            int dead = Ports.unused();
            List<SocketAddress> addresses = List.of(new InetSocketAddress("127.0.0.1", dead), hole.address());
            loop.execute(() -> new Connector(
                            loop,
                            "several",
                            addresses,
                            Duration.ofMillis(100),
                            SocketOptions.defaults(),
                            recording(results))
                    .start());
            assertThat((ConnectException) results.take())
                    .hasMessageContaining("127.0.0.1:" + dead + ": Connection refused")
                    .hasMessageContaining(hole.address() + ": no answer");
            results.assertNothingMoreWithin(Duration.ofMillis(20));
        } finally {
            loops.release();
        }
    }

    private static Connector.Result recording(Recorder<Object> results) {
        return new Connector.Result() {
            @Override
            public void connected(SocketChannel channel) {
                results.accept(channel);
            }

            @Override
            public void failed(ConnectException failure) {
                results.accept(failure);
            }
        };
    }

    @Test
    void closeDuringBackoffLeavesNoLaterConnect() throws Exception {
        try (RawServer server = RawServer.open();
                FaultProxy proxy = FaultProxy.to(server.port())) {
            var client = client().reconnect(SLOW).connect(proxy.address());
            proxy.awaitConnections(1);
            proxy.refuse().dropAll();
            Await.until("away", () -> !client.isConnected());
            proxy.admit();
            client.close();
            assertThat(client.send("late")).isFalse();
            assertThat(proxy.connections()).isEqualTo(1);
        }
    }

    @Test
    void closeDuringAnAttemptLeavesNoLaterConnect() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            for (int round = 0; round < 20; round++) {
                var client = client().reconnect(FAST)
                        .connectInBackground("127.0.0.2", hole.address().getPort());
                client.close();
                client.awaitClosed();
                assertThat(client.toString()).contains("closed");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "no.such.host.invalid"})
    void closeAtAnyMomentOfConnectingIsSilent(String host) throws Exception {
        Recorder<Throwable> uncaught = new Recorder<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.accept(failure));
        try (Reports reports = new Reports();
                RawServer server = RawServer.open()) {
            for (int round = 0; round < 25; round++) {
                var client = client().limits(NO_LINGER).reconnect(FAST).connectInBackground(host, server.port());
                for (int i = 0; i < round * 400; i++) {
                    Thread.onSpinWait();
                }
                client.close();
            }
            Await.until(
                    "resolved",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().equals("packetboat-resolver")));
            assertThat(uncaught.all()).isEmpty();
            assertThat(reports.all()).isEmpty();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void connectingInTheBackgroundTellsTheLogWhenItGivesUp() throws Exception {
        int port = Ports.unused();
        try (Reports reports = new Reports()) {
            var client = client().connectInBackground("127.0.0.1", port);
            client.awaitClosed();
            assertThat(reports.await(1).get(0).getLevel()).isEqualTo(Level.WARNING);
            assertThat(reports.all().get(0).getMessage()).contains("127.0.0.1:" + port);
            assertThat(client.send("x")).isFalse();
            client.close();
        }
    }

    @Test
    void connectingInTheBackgroundGoesOnUntilSomebodyIsThere() throws Exception {
        try (RawServer server = RawServer.open();
                FaultProxy proxy = FaultProxy.to(server.port())) {
            proxy.refuse();
            var client = client().reconnect(FAST).connectInBackground("127.0.0.1", proxy.port());
            assertThat(client.send("early")).isTrue();
            Await.until("tried", () -> client.stats().failedConnects() >= 3);
            assertThat(client.connection()).isNull();
            proxy.admit();
            try (RawPeer peer = server.accept()) {
                assertThat(peer.readLine()).isEqualTo("early");
                assertThat(client.isConnected()).isTrue();
                assertThat(client.stats().connects()).isEqualTo(1);
                client.abort();
            }
        }
    }

    @Test
    void aCodecFactoryThatFailsFailsTheConnect() throws Exception {
        AtomicInteger made = new AtomicInteger();
        try (RawServer server = RawServer.open()) {
            assertThatThrownBy(
                            () -> MessageClient.builder(() -> sometimes(made)).connect(server.address()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no codec today");
            assertThat(server.accept().awaitEnd()).isNotNull();
        }
    }

    private static Codec<String> sometimes(AtomicInteger made) {
        if (made.incrementAndGet() > 1) {
            throw new IllegalStateException("no codec today");
        }
        return Codecs.lines().create();
    }

    @Test
    void withoutReconnectTheEndOfTheConnectionIsTheEndOfTheClient() throws Exception {
        Probe<String> probe = new Probe<>();
        try (RawServer server = RawServer.open()) {
            var client = client().listener(probe).connect(server.address());
            server.accept().close();
            client.awaitClosed();
            assertThat(probe.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
            assertThat(client.send("late")).isFalse();
            client.close();
            client.close();
            client.abort();
        }
    }
}
