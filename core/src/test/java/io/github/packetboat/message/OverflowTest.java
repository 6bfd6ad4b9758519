package io.github.packetboat.message;

import static io.github.packetboat.message.SmallQueue.MAX;
import static io.github.packetboat.message.SmallQueue.SMALL_BUFFERS;
import static io.github.packetboat.message.SmallQueue.nextNumber;
import static io.github.packetboat.message.SmallQueue.numbered;
import static io.github.packetboat.message.SmallQueue.sendUntilRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a message for a full queue is the choice of whoever built the server or client. */
class OverflowTest {
    private final Probe<byte[]> probe = new Probe<>();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void underCloseTheConnectionEndsAndSaysHowMuchWasQueued(boolean onLoop) throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        if (onLoop) {
            probe.onMessage = (connection, message) -> accepted.set(sendUntilRefused(connection, 0));
        }
        try (var server = SmallQueue.server(probe, Overflow.CLOSE);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            if (onLoop) {
                peer.send(new byte[] {0, 0, 0, 0});
            } else {
                accepted.set(sendUntilRefused(connection, 0));
            }
            CloseReason reason = probe.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.OVERFLOW);
            assertThat(reason.detail())
                    .containsPattern("2[56]\\d{4} bytes queued .* would exceed maxQueuedBytes=262144")
                    .containsPattern("; \\d+ queued bytes were not sent");
            assertThat(reason.toString()).contains("peer=/127.0.0.1:");
            assertThat(connection.send(numbered(0))).isFalse();
            assertThat(connection.queuedBytes()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void underRefuseSendIsFalseAndExactlyTheAcceptedOnesArrive(boolean onLoop) throws Exception {
        AtomicInteger accepted = new AtomicInteger(-1);
        probe.onMessage = (connection, message) -> accepted.set(sendUntilRefused(connection, 0));
        try (var server = SmallQueue.server(probe, Overflow.REFUSE);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            if (onLoop) {
                peer.send(new byte[] {0, 0, 0, 0});
                Await.until("full", () -> accepted.get() >= 0);
            } else {
                accepted.set(sendUntilRefused(connection, 0));
            }
            for (int i = 0; i < accepted.get(); i++) {
                assertThat(nextNumber(peer)).isEqualTo(i);
            }
            Await.untilEqual("queued", 0L, connection::queuedBytes);
            assertThat(connection.isOpen()).isTrue();
            assertThat(connection.send(numbered(accepted.get()))).isTrue();
            assertThat(nextNumber(peer)).isEqualTo(accepted.get());
            assertThat(connection.stats().messagesSent()).isEqualTo(accepted.get() + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void underDropOldestTheNewestArriveInOrderAndTheLostOnesAreCounted(boolean onLoop) throws Exception {
        int total = 20_000;
        CountDownLatch done = new CountDownLatch(1);
        Probe.OnConnection<byte[]> flood = connection -> {
            for (int i = 0; i < total; i++) {
                assertThat(connection.send(numbered(i))).isTrue();
                // off the loop, the frame that is just changing hands may be counted by nobody for a moment
                assertThat(connection.queuedBytes()).isLessThanOrEqualTo(onLoop ? MAX : MAX + 1004L);
            }
            done.countDown();
        };
        probe.onMessage = (connection, message) -> flood.run(connection);
        try (var server = SmallQueue.server(probe, Overflow.DROP_OLDEST);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            if (onLoop) {
                peer.send(new byte[] {0, 0, 0, 0});
            } else {
                flood.run(connection);
            }
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            List<Integer> got = new ArrayList<>();
            do {
                got.add(nextNumber(peer));
            } while (got.get(got.size() - 1) < total - 1);
            assertThat(got).isSorted().doesNotHaveDuplicates();
            assertThat(got.subList(got.size() - 100, got.size()))
                    .containsExactlyElementsOf(java.util.stream.IntStream.range(total - 100, total)
                            .boxed()
                            .toList());
            assertThat(connection.stats().messagesDropped())
                    .isEqualTo(total - got.size())
                    .isPositive();
            assertThat(connection.stats().messagesSent()).isEqualTo(total);
            Await.untilEqual("queued", 0L, connection::queuedBytes);
        }
    }

    @Test
    void underDropOldestAQueueSmallerThanTheKernelsStillTakesTheNewest() throws Exception {
        Limits tiny = Limits.builder()
                .lowWaterMarkBytes(1000)
                .highWaterMarkBytes(2000)
                .maxQueuedBytes(20_000)
                .build();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                        .listener(probe)
                        .overflow(Overflow.DROP_OLDEST)
                        .limits(tiny)
                        .socketOptions(SMALL_BUFFERS)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            int total = 20_000;
            for (int i = 0; i < total; i++) {
                assertThat(connection.send(numbered(i))).isTrue();
            }
            int last;
            do {
                last = nextNumber(peer);
            } while (last < total - 1);
        }
    }

    @Test
    void underBlockAThreadWaitsUntilThereIsRoom() throws Exception {
        try (var server = SmallQueue.server(probe, Overflow.BLOCK);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            int total = 20_000;
            Thread sender = new Thread(() -> {
                for (int i = 0; i < total; i++) {
                    assertThat(connection.send(numbered(i))).isTrue();
                }
            });
            sender.start();
            Await.until("blocked", () -> sender.getState() == Thread.State.WAITING);
            SmallQueue.awaitStalled(connection);
            assertThat(connection.queuedBytes()).isLessThanOrEqualTo(MAX);
            for (int i = 0; i < total; i++) {
                assertThat(nextNumber(peer)).isEqualTo(i);
            }
            sender.join();
        }
    }

    @Test
    void underBlockManyThreadsAreAllWokenAgainAndAgain() throws Exception {
        try (var server = SmallQueue.server(probe, Overflow.BLOCK);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            int each = 1000;
            int large = 100_000;
            List<Thread> senders = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                int size = t == 0 ? large : 1000;
                senders.add(new Thread(() -> {
                    for (int i = 0; i < each * 1000 / size; i++) {
                        assertThat(connection.send(new byte[size])).isTrue();
                    }
                }));
            }
            senders.forEach(Thread::start);
            peer.readExactly(5 * each * 1004 + each * 1000 / large * (large + 4));
            for (Thread sender : senders) {
                sender.join(10_000);
                assertThat(sender.isAlive()).isFalse();
            }
        }
    }

    @Test
    void underBlockAClosingConnectionLetsTheWaitingThreadGo() throws Exception {
        try (var server = SmallQueue.server(probe, Overflow.BLOCK);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            Thread sender = new Thread(() -> sendUntilRefused(connection, 0));
            sender.start();
            Await.until("blocked", () -> sender.getState() == Thread.State.WAITING);
            peer.reset();
            sender.join(10_000);
            assertThat(sender.isAlive()).isFalse();
        }
    }

    @Test
    void underBlockAnInterruptEndsTheWaitAndTheMessageIsNotAccepted() throws Exception {
        try (var server = SmallQueue.server(probe, Overflow.BLOCK);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            AtomicInteger accepted = new AtomicInteger();
            AtomicBoolean interrupted = new AtomicBoolean();
            Thread sender = new Thread(() -> {
                accepted.set(sendUntilRefused(connection, 0));
                interrupted.set(Thread.currentThread().isInterrupted());
            });
            sender.start();
            Await.until("blocked", () -> sender.getState() == Thread.State.WAITING);
            sender.interrupt();
            sender.join();
            assertThat(interrupted).isTrue();
            for (int i = 0; i < accepted.get(); i++) {
                assertThat(nextNumber(peer)).isEqualTo(i);
            }
            assertThat(connection.send(numbered(4711))).isTrue();
            assertThat(nextNumber(peer)).isEqualTo(4711);
        }
    }

    @Test
    void underBlockABroadcastPassesByAMemberThatIsFull() throws Exception {
        try (var server = SmallQueue.server(probe, Overflow.BLOCK);
                RawPeer stalled = RawPeer.connect(server.port());
                RawPeer reading = RawPeer.connect(server.port())) {
            Connection<byte[]> first = probe.opened.take();
            probe.opened.take();
            Connection<byte[]> full = first.remoteAddress().equals(stalled.localAddress())
                    ? first
                    : probe.opened.all().get(1);
            Thread sender = new Thread(() -> sendUntilRefused(full, 0));
            sender.start();
            SmallQueue.awaitStalled(full);
            Await.until("blocked", () -> sender.getState() == Thread.State.WAITING);
            assertThat(server.everyone().broadcast(numbered(42))).isEqualTo(1);
            assertThat(nextNumber(reading)).isEqualTo(42);
            full.abort();
            sender.join();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void underBlockAnEventLoopIsToldThatItMustNotWait(boolean itsOwn) throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Connection<byte[]>> other = new AtomicReference<>();
        probe.onMessage = (connection, message) -> {
            try {
                sendUntilRefused(itsOwn ? connection : other.get(), 0);
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        };
        try (var server = SmallQueue.server(probe, Overflow.BLOCK);
                RawPeer peer = RawPeer.connect(server.port());
                RawPeer second = RawPeer.connect(server.port())) {
            other.set(probe.opened.take());
            probe.opened.take();
            peer.send(new byte[] {0, 0, 0, 0});
            second.send(new byte[] {0, 0, 0, 0});
            Await.until("thrown", () -> thrown.get() != null);
            assertThat(thrown.get()).hasMessageContaining("BLOCK").hasMessageContaining("event loop");
        }
    }
}
