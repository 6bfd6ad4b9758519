package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What peers have begun and not finished has a bound over all of them together. */
class InboundBudgetTest {
    private static final int LIMIT = 4 << 20;

    private final Probe<byte[]> probe = new Probe<>();

    private MessageServer<byte[]> server(Duration frameTimeout) throws Exception {
        return MessageServer.builder(Codecs.lengthPrefixed())
                .listener(probe)
                .limits(Limits.builder()
                        .inboundBudgetBytes(LIMIT)
                        .lingerTimeout(Duration.ofMillis(100))
                        .frameTimeout(frameTimeout)
                        .build())
                .bind(0);
    }

    private static byte[] header(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    @Test
    void manyUnfinishedFramesStopTheLargestReadersAndThenTheDoorAndBothOpenAgain() throws Exception {
        List<RawPeer> hoarders = new ArrayList<>();
        try (var server = server(Duration.ofSeconds(30))) {
            for (int i = 0; i < 30; i++) {
                hoarders.add(RawPeer.connect(server.port()));
            }
            probe.opened.await(30);
            List<Thread> senders = new ArrayList<>();
            for (RawPeer hoarder : hoarders) {
                Thread sender = new Thread(() -> {
                    try {
                        hoarder.send(header(1 << 20)).send(new byte[900_000]);
                    } catch (java.io.UncheckedIOException closedByTheTest) {
                        assertThat(closedByTheTest).hasMessageContaining("send");
                    }
                });
                senders.add(sender);
                sender.start();
            }
            Await.until("stopped", () -> {
                long before = server.stats().bytesReceived();
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                return before > LIMIT / 2 && server.stats().bytesReceived() == before;
            });
            assertThat(server.stats().bytesReceived()).isLessThan(2L * LIMIT);
            try (RawPeer late = RawPeer.connect(server.port())) {
                late.send(header(1)).send(new byte[1]);
                probe.messages.assertNothingMoreWithin(Duration.ofMillis(50));
                assertThat(probe.opened.all()).hasSize(30);
                hoarders.forEach(RawPeer::reset);
                probe.messages.await(1);
            }
            for (Thread sender : senders) {
                sender.join();
            }
            probe.closed.await(31);
        }
    }

    /** Each is far below its fair share, and there is no end of them. */
    @Test
    void howeverManyHoldALittleTogetherTheyHoldNoMoreThanTheBudgetAndAReadForEachLoop() throws Exception {
        int loops = 2;
        int peers = 100;
        byte[] unfinished = ByteBuffer.allocate(30_000).putInt(100_000).array();
        List<RawPeer> hoarders = new ArrayList<>();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                .listener(probe)
                .eventLoops(loops)
                .limits(Limits.builder()
                        .inboundBudgetBytes(LIMIT)
                        .lingerTimeout(Duration.ofMillis(100))
                        .build())
                .bind(0)) {
            for (int i = 0; i < peers; i++) {
                hoarders.add(RawPeer.connect(server.port()));
            }
            probe.opened.await(peers);
            for (RawPeer hoarder : hoarders) {
                hoarder.send(unfinished);
            }
            Await.until("stopped", () -> {
                long before = server.stats().bytesReceived();
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                return before > LIMIT / 4 && server.stats().bytesReceived() == before;
            });
            assertThat(server.inboundBytes()).isBetween(LIMIT / 2L, LIMIT + loops * 64 * 1024L);
            // those that hold a part of a frame make room, though they send nothing more
            probe.closed.await(peers / 3);
            assertThat(probe.closed.all()).allMatch(reason -> reason.kind() == CloseReason.Kind.OVERLOADED);
            hoarders.forEach(RawPeer::reset);
            probe.closed.await(peers);
            Await.untilEqual("held", 0L, server::inboundBytes);
            try (RawPeer after = RawPeer.connect(server.port())) {
                after.send(header(1)).send(new byte[1]);
                probe.messages.await(1);
            }
        } finally {
            hoarders.forEach(RawPeer::close);
        }
    }

    @Test
    void thoseThatFinishTheirFramesAreServedInTheEnd() throws Exception {
        int peers = 12;
        AtomicInteger refused = new AtomicInteger();
        try (var server = server(Duration.ofSeconds(1))) {
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < peers; i++) {
                Thread sender = new Thread(() -> {
                    try (RawPeer peer = RawPeer.connect(server.port())) {
                        for (int k = 0; k < 5; k++) {
                            peer.send(header(1_000_000));
                            for (int j = 0; j < 10; j++) {
                                peer.send(new byte[100_000]);
                            }
                        }
                        peer.halfClose();
                        peer.awaitEnd();
                    } catch (java.io.UncheckedIOException overloaded) {
                        refused.incrementAndGet();
                    }
                });
                senders.add(sender);
                sender.start();
            }
            for (Thread sender : senders) {
                sender.join();
            }
            probe.closed.await(peers);
            long overloaded = probe.closed.all().stream()
                    .filter(reason -> reason.kind() == CloseReason.Kind.OVERLOADED)
                    .count();
            long served = probe.closed.all().stream()
                    .filter(reason -> reason.kind() == CloseReason.Kind.PEER_CLOSED)
                    .count();
            assertThat(overloaded + served).isEqualTo(peers);
            assertThat(served).isPositive();
            try (RawPeer after = RawPeer.connect(server.port())) {
                int before = probe.messages.all().size();
                after.send(header(1)).send(new byte[1]);
                probe.messages.await(before + 1);
            }
        }
    }
}
