package io.github.packetboat.message;

import static io.github.packetboat.message.SmallQueue.HIGH;
import static io.github.packetboat.message.SmallQueue.LOW;
import static io.github.packetboat.message.SmallQueue.SMALL_BUFFERS;
import static io.github.packetboat.message.SmallQueue.nextNumber;
import static io.github.packetboat.message.SmallQueue.numbered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
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
    private final Probe<byte[]> probe = new Probe<>();

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
        try (var server = SmallQueue.server(probe, Overflow.REFUSE);
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
            SmallQueue.awaitStalled(connection);
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
        try (var server = SmallQueue.server(probe, Overflow.CLOSE);
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
        try (var server = SmallQueue.server(probe, Overflow.CLOSE);
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
        try (var server = SmallQueue.server(probe, Overflow.CLOSE);
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
}
