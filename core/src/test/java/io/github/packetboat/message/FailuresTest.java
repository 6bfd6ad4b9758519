package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Reports;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing is swallowed, and whoever fails harms no other connection. */
class FailuresTest {
    private static final int SMALL_QUEUE = 64 * 1024;

    static Stream<Arguments> faults() {
        List<Supplier<Throwable>> faults = List.of(
                () -> new IllegalStateException("bug"),
                () -> new AssertionError("bug"),
                () -> new IOException("bug"),
                () -> new OutOfMemoryError("bug"),
                StackOverflowError::new);
        return Stream.of("onOpen", "onMessage", "onWritable", "onClose")
                .flatMap(callback -> faults.stream()
                        .flatMap(fault -> Stream.of(false, true)
                                .map(onExecutor -> Arguments.of(callback, fault.get(), onExecutor))));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aListenerThatThrowsClosesItsConnectionIsReportedOnceAndHarmsNoOther(
            String callback, Throwable fault, boolean onExecutor) throws Exception {
        Probe<String> probe = new Probe<>();
        AtomicReference<Connection<String>> good = new AtomicReference<>();
        Probe.OnConnection<String> failing = connection -> {
            boolean first = connection.attributes().putIfAbsent("failed", true) == null;
            if (first && good.get() != null && connection != good.get()) {
                sneak(fault);
            }
        };
        probe.onOpen = connection -> {
            if (callback.equals("onOpen")) {
                failing.run(connection);
            }
        };
        probe.onMessage = (connection, message) -> {
            if (message.equals("healthy")) {
                connection.send("still here");
            } else if (callback.equals("onMessage")) {
                failing.run(connection);
            } else if (callback.equals("onWritable")) {
                while (connection.isWritable()) {
                    connection.send("x".repeat(1000));
                }
            } else {
                connection.close();
            }
        };
        probe.onWritable = connection -> failing.run(connection);
        probe.onClose = (connection, reason) -> {
            if (callback.equals("onClose")) {
                failing.run(connection);
            }
        };
        ExecutorService pool = onExecutor ? Executors.newFixedThreadPool(2) : null;
        try (Reports reports = new Reports();
                var server = server(probe, pool)) {
            RawPeer healthy = RawPeer.connect(server.port());
            good.set(probe.opened.take());
            try (RawPeer failed = RawPeer.connect(server.port())) {
                if (!callback.equals("onOpen")) {
                    failed.send("go\ngo\n".repeat(callback.equals("onMessage") ? 5 : 1));
                }
                failed.awaitEnd();
            }
            CloseReason reason = probe.closed.take();
            if (callback.equals("onClose")) {
                assertThat(reason.kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            } else {
                assertThat(reason.kind()).isEqualTo(CloseReason.Kind.LISTENER_FAILED);
                assertThat(reason.detail())
                        .startsWith(callback + " threw " + fault.getClass().getName());
                assertThat(reason.cause()).isSameAs(fault);
            }
            healthy.send("healthy\n");
            assertThat(healthy.readLine()).isEqualTo("still here");
            assertThat(good.get().isOpen()).isTrue();
            healthy.close();
            reports.await(1);
            assertThat(reports.all()).hasSize(1);
            assertThat(reports.all().get(0).getLevel()).isEqualTo(Level.SEVERE);
            assertThat(reports.all().get(0).getThrown()).hasRootCause(fault);
            assertThat(reports.all().get(0).getMessage()).contains(callback);
        } finally {
            if (pool != null) {
                pool.shutdown();
            }
        }
    }

    private static MessageServer<String> server(Probe<String> probe, ExecutorService pool) throws IOException {
        var builder = MessageServer.builder(Codecs.lines())
                .listener(probe)
                .limits(Limits.builder()
                        .highWaterMarkBytes(SMALL_QUEUE)
                        .lowWaterMarkBytes(SMALL_QUEUE / 2)
                        .build());
        return (pool == null ? builder : builder.executor(pool)).bind(0);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable fault) throws T {
        throw (T) fault;
    }

    @Test
    void nothingMoreIsDeliveredToAListenerThatThrewOnAnExecutor() throws Exception {
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            throw new IllegalStateException("bug");
        };
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Reports reports = new Reports();
                var server = server(probe, pool);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("x\n".repeat(1000)).halfClose();
            probe.closed.take();
            assertThat(probe.calls.all()).containsExactly("onOpen", "onMessage", "onClose");
            assertThat(reports.all()).hasSize(1);
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void closingOthersThatWereResetInTheSameMomentIsNoError() throws Exception {
        Probe<String> probe = new Probe<>();
        Group<String> all = Group.named("all");
        probe.onOpen = all::add;
        CyclicBarrier barrier = new CyclicBarrier(2);
        probe.onMessage = (connection, line) -> {
            if (line.equals("hold")) {
                barrier.await();
                barrier.await(); // until all the others have sent: one select finds them all ready
            } else {
                all.members().forEach(Connection::abort);
            }
        };
        try (Reports reports = new Reports();
                var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .eventLoops(1)
                        .bind(0)) {
            for (int round = 0; round < 20; round++) {
                RawPeer[] peers = new RawPeer[20];
                for (int i = 0; i < peers.length; i++) {
                    peers[i] = RawPeer.connect(server.port());
                }
                Await.untilEqual("members", peers.length, all::size);
                peers[0].send("hold\n");
                barrier.await();
                peers[1].send("x\n");
                for (int i = 2; i < peers.length; i++) {
                    peers[i].reset();
                }
                barrier.await();
                Await.untilEqual("members", 0, all::size);
                for (RawPeer peer : peers) {
                    peer.close();
                }
            }
            probe.closed.await(400);
            assertThat(reports.all())
                    .extracting(line -> line.getLevel() + " " + line.getMessage())
                    .noneMatch(line -> line.startsWith("SEVERE"));
        }
    }

    @Test
    void aListenerThatInterruptsTheLoopHarmsNobody() throws Exception {
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            connection.send(line);
            if (line.equals("interrupt")) {
                Thread.currentThread().interrupt();
            }
        };
        try (Reports reports = new Reports();
                var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .eventLoops(1)
                        .bind(0);
                RawPeer a = RawPeer.connect(server.port());
                RawPeer b = RawPeer.connect(server.port())) {
            for (int i = 0; i < 10; i++) {
                a.send("interrupt\n");
                b.send("hello\n");
                assertThat(b.readLine()).isEqualTo("hello");
                assertThat(a.readLine()).isEqualTo("interrupt");
            }
            assertThat(reports.all()).isEmpty();
        }
    }

    @Test
    void everythingMayBeCalledFromInsideEveryCallback() throws Exception {
        Group<String> group = Group.named("g");
        Probe<String> probe = new Probe<>();
        Probe.OnConnection<String> everything = connection -> {
            group.add(connection);
            connection.send("x");
            group.broadcast("y");
            connection.flushed();
            connection.pauseReads();
            connection.resumeReads();
            assertThat(connection.toString()).isNotEmpty();
            connection.stats();
            group.remove(connection);
            group.add(connection);
        };
        probe.onOpen = everything;
        probe.onMessage = (connection, line) -> {
            everything.run(connection);
            connection.close();
            everything.run(connection);
            connection.abort();
            everything.run(connection);
        };
        probe.onClose = (connection, reason) -> everything.run(connection);
        try (Reports reports = new Reports();
                var server =
                        MessageServer.builder(Codecs.lines()).listener(probe).bind(0)) {
            for (int i = 0; i < 50; i++) {
                try (RawPeer peer = RawPeer.connect(server.port())) {
                    peer.send("go\ngo\n");
                    peer.awaitEnd();
                }
            }
            probe.closed.await(50);
            assertThat(group.size()).isZero();
            assertThat(reports.all()).isEmpty();
        }
    }
}
