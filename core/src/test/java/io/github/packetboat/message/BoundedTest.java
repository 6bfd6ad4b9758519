package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is queued for a peer has water marks and a bound, and what happens at the bound is the caller's choice. */
class BoundedTest {
    private static final int HIGH = 64 * 1024;
    private static final int LOW = 16 * 1024;
    private static final int MAX = 256 * 1024;
    private static final Limits SMALL = Limits.builder()
            .highWaterMarkBytes(HIGH)
            .lowWaterMarkBytes(LOW)
            .maxQueuedBytes(MAX)
            .build();
    /** So that the kernel holds little of what a peer does not read. */
    private static final SocketOptions SMALL_BUFFERS =
            SocketOptions.builder().sendBufferBytes(32 * 1024).build();

    private final Probe<byte[]> probe = new Probe<>();

    private MessageServer<byte[]> server(Overflow overflow) throws IOException {
        return MessageServer.builder(Codecs.lengthPrefixed())
                .listener(probe)
                .overflow(overflow)
                .limits(SMALL)
                .socketOptions(SMALL_BUFFERS)
                .bind(0);
    }

    /** Messages of 1,000 bytes that begin with their number, until the connection takes no more. */
    private static int sendUntilRefused(Connection<byte[]> connection, int from) {
        int number = from;
        while (connection.send(numbered(number))) {
            number++;
        }
        return number;
    }

    private static byte[] numbered(int number) {
        return ByteBuffer.allocate(1000).putInt(number).array();
    }

    private static int nextNumber(RawPeer peer) {
        assertThat(ByteBuffer.wrap(peer.readExactly(4)).getInt()).isEqualTo(1000);
        return ByteBuffer.wrap(peer.readExactly(1000)).getInt();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionIsNotWritableFromTheHighMarkToTheLowOneAndReadsNothingMeanwhile(boolean onLoop) throws Exception {
        CountDownLatch filled = new CountDownLatch(1);
        Probe.OnConnection<byte[]> fill = connection -> {
            while (connection.isWritable()) {
                connection.send(numbered(0));
            }
            assertThat(connection.queuedBytes()).isBetween(onLoop ? HIGH + 1L : 0L, HIGH + 1004L);
            filled.countDown();
        };
        AtomicBoolean once = new AtomicBoolean();
        probe.onMessage = (connection, message) -> {
            if (onLoop && once.compareAndSet(false, true)) {
                fill.run(connection);
            }
        };
        // whatever the kernel takes is sent again, until it takes no more
        AtomicBoolean refill = new AtomicBoolean(true);
        probe.onWritable = connection -> {
            assertThat(connection.isWritable()).isTrue();
            assertThat(connection.queuedBytes()).isLessThanOrEqualTo(LOW);
            while (refill.get() && connection.isWritable()) {
                connection.send(numbered(0));
            }
        };
        try (var server = server(Overflow.REFUSE);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            assertThat(connection.isWritable()).isTrue();
            peer.send(new byte[] {0, 0, 0, 1, 7});
            if (!onLoop) {
                fill.run(connection);
            }
            filled.await();
            Await.until("stalled", () -> !connection.isWritable());
            probe.messages.await(1);
            Stalled.await(connection);
            refill.set(false);
            peer.send(new byte[] {0, 0, 0, 1, 8});
            int called = probe.writable.all().size();
            assertThat(probe.messages.take()).containsExactly(7);
            probe.messages.assertNothingMoreWithin(Duration.ofMillis(40));
            Thread reader = new Thread(peer::awaitEnd);
            reader.start();
            probe.messages.await(2);
            Await.until("writable", connection::isWritable);
            assertThat(probe.writable.await(called + 1)).hasSize(called + 1);
            assertThat(connection.queuedBytes()).isLessThanOrEqualTo(LOW);
            connection.close();
            reader.join();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSenderThatStopsWhenNotWritableIsAlwaysCalledAgain(boolean onLoop) throws Exception {
        int total = 3000;
        AtomicInteger sent = new AtomicInteger();
        Probe.OnConnection<byte[]> more = connection -> {
            while (sent.get() < total && connection.isWritable()) {
                connection.send(numbered(sent.getAndIncrement()));
            }
        };
        CountDownLatch outside = new CountDownLatch(1);
        probe.onOpen = onLoop ? more : connection -> {};
        probe.onWritable = connection -> {
            if (onLoop) {
                more.run(connection);
            } else {
                outside.countDown();
            }
        };
        try (var server = server(Overflow.CLOSE);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            if (onLoop) {
                for (int i = 0; i < total; i++) {
                    assertThat(nextNumber(peer)).isEqualTo(i);
                }
            } else {
                while (connection.isWritable()) {
                    connection.send(numbered(0));
                }
                peer.readExactly(1004);
                Thread reader = new Thread(() -> {
                    while (outside.getCount() > 0) {
                        peer.readSome();
                    }
                });
                reader.start();
                assertThat(outside.await(10, TimeUnit.SECONDS)).isTrue();
                connection.send(numbered(0));
                reader.join();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void underCloseTheConnectionEndsAndSaysHowMuchWasQueued(boolean onLoop) throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        if (onLoop) {
            probe.onMessage = (connection, message) -> accepted.set(sendUntilRefused(connection, 0));
        }
        try (var server = server(Overflow.CLOSE);
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
        try (var server = server(Overflow.REFUSE);
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
        try (var server = server(Overflow.DROP_OLDEST);
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
        try (var server = server(Overflow.BLOCK);
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
            Stalled.await(connection);
            assertThat(connection.queuedBytes()).isLessThanOrEqualTo(MAX);
            for (int i = 0; i < total; i++) {
                assertThat(nextNumber(peer)).isEqualTo(i);
            }
            sender.join();
        }
    }

    @Test
    void underBlockManyThreadsAreAllWokenAgainAndAgain() throws Exception {
        try (var server = server(Overflow.BLOCK);
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
        try (var server = server(Overflow.BLOCK);
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
        try (var server = server(Overflow.BLOCK);
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
        try (var server = server(Overflow.BLOCK);
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

    @Test
    void underBlockABroadcastPassesByAMemberThatIsFull() throws Exception {
        try (var server = server(Overflow.BLOCK);
                RawPeer stalled = RawPeer.connect(server.port());
                RawPeer reading = RawPeer.connect(server.port())) {
            Connection<byte[]> first = probe.opened.take();
            probe.opened.take();
            Connection<byte[]> full = first.remoteAddress().equals(stalled.localAddress())
                    ? first
                    : probe.opened.all().get(1);
            Thread sender = new Thread(() -> sendUntilRefused(full, 0));
            sender.start();
            Stalled.await(full);
            Await.until("blocked", () -> sender.getState() == Thread.State.WAITING);
            assertThat(server.everyone().broadcast(numbered(42))).isEqualTo(1);
            assertThat(nextNumber(reading)).isEqualTo(42);
            full.abort();
            sender.join();
        }
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void aMessageThatCouldNeverBeQueuedIsTheCallersBug(Overflow overflow) throws Exception {
        AtomicReference<Throwable> onLoop = new AtomicReference<>();
        probe.onMessage = (connection, message) -> {
            try {
                connection.send(new byte[100_000]);
            } catch (IllegalArgumentException e) {
                onLoop.set(e);
            }
            connection.send(new byte[1]);
        };
        Limits limits = Limits.builder()
                .lowWaterMarkBytes(1000)
                .highWaterMarkBytes(2000)
                .maxQueuedBytes(50_000)
                .build();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                        .listener(probe)
                        .overflow(overflow)
                        .limits(limits)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> connection.send(new byte[100_000]))
                    .withMessage("a message of 100004 bytes can never be queued: maxQueuedBytes=50000");
            peer.send(new byte[] {0, 0, 0, 0});
            assertThat(peer.readExactly(5)).containsExactly(0, 0, 0, 1, 0);
            assertThat(onLoop.get()).hasMessage("a message of 100004 bytes can never be queued: maxQueuedBytes=50000");
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void noMemberOfAGroupThatStallsHoldsACopyOfItsOwn() throws Exception {
        int members = 200;
        byte[] large = new byte[64 * 1024];
        Limits limits = Limits.builder()
                .maxQueuedBytes(64 << 20)
                .highWaterMarkBytes(64 << 20)
                .build();
        CountDownLatch told = new CountDownLatch(1);
        Group<byte[]> group = Group.named("stalled");
        probe.onOpen = group::add;
        probe.onMessage = (connection, message) -> {
            for (int i = 0; i < message[0]; i++) {
                group.broadcast(large);
            }
            told.countDown();
        };
        List<RawPeer> peers = new ArrayList<>();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                .listener(probe)
                .limits(limits)
                .socketOptions(SMALL_BUFFERS)
                .eventLoops(1)
                .bind(0)) {
            for (int i = 0; i < members; i++) {
                peers.add(RawPeer.connect(server.port()));
            }
            probe.opened.await(members);
            // the kernel's part first
            for (int i = 0; i < 80; i++) {
                group.broadcast(large);
            }
            Await.until("all stalled", () -> group.members().stream().allMatch(each -> each.queuedBytes() > 0));
            long before = usedHeap();
            for (int i = 0; i < 40; i++) {
                group.broadcast(large);
            }
            peers.get(0).send(new byte[] {0, 0, 0, 1, 40});
            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
            long queued =
                    group.members().stream().mapToLong(Connection::queuedBytes).sum();
            long more = usedHeap() - before;
            assertThat(queued).isGreaterThan(members * 80L * 64 * 1024);
            assertThat(more).isLessThan(100L << 20);
            peers.forEach(RawPeer::close);
        } finally {
            peers.forEach(RawPeer::close);
        }
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void sendingNothingIsTheCallersBug() throws Exception {
        try (var server = server(Overflow.CLOSE);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> connection.send(null))
                    .withMessage("message is null");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.everyone().broadcast(null));
            assertThat(connection.isOpen()).isTrue();
            assertThat(peer.localAddress()).isNotNull();
        }
    }

    @Test
    void onALoopThatIsNotItsOwnEvenConnectingMustNotWait() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        probe.onMessage = (connection, message) -> {
            try {
                MessageClient.builder(Codecs.lengthPrefixed())
                        .connect("127.0.0.1", 1)
                        .close();
            } catch (Throwable e) {
                thrown.set(e);
            }
            connection.close();
        };
        try (var server = server(Overflow.CLOSE);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(new byte[] {0, 0, 0, 0});
            peer.expectEof();
            assertThatIllegalStateException()
                    .isThrownBy(() -> {
                        throw thrown.get();
                    })
                    .withMessageContaining("connectInBackground");
        }
    }

    /** Waits until a connection's queue does not change any more, since the kernel takes nothing. */
    private static final class Stalled {
        static void await(Connection<?> connection) {
            long[] last = {-1, 0};
            Await.until("stalled", () -> {
                long now = connection.stats().bytesSent();
                last[1] = now == last[0] ? last[1] + 1 : 0;
                last[0] = now;
                return last[1] > 300;
            });
        }
    }
}
