package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Ending;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Reports;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** close() hands over everything that was accepted, whatever the peer has sent meanwhile; and every end is told once. */
class LastMessageTest {
    private static final Duration SHORT = Duration.ofMillis(150);

    @Test
    void closeWithUnreadInputAtBothEndsLosesNothing() throws Exception {
        String tail = "t".repeat(1000);
        Probe<String> probe = new Probe<>();
        probe.onOpen = connection -> {
            connection.pauseReads();
            for (int i = 0; i < 200; i++) {
                connection.send(tail);
            }
            connection.send("the last one");
            connection.close();
        };
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0)) {
            for (int round = 0; round < 200; round++) {
                try (RawPeer peer = RawPeer.connect(server.port())) {
                    peer.send("x".repeat(3000) + "\n");
                    String all = new String(peer.readUntilEof(), StandardCharsets.UTF_8);
                    assertThat(all).hasSize(200 * 1001 + 13).endsWith("the last one\n");
                }
            }
            assertThat(probe.closed.await(200)).allMatch(reason -> reason.kind() == CloseReason.Kind.LOCAL_CLOSE);
        }
    }

    @Test
    void whatAnotherThreadSentBeforeCloseArrivesHoweverMuchTheLoopHasCollectedForOthers() throws Exception {
        Probe<String> probe = new Probe<>();
        String filler = "x".repeat(999);
        probe.onMessage = (connection, line) -> {
            Connection<String> other = probe.opened.all().get(0);
            for (int i = 0; i < 132; i++) { // just over half of the outbox: the next to need room there flushes it
                other.send(filler);
            }
            Thread sender = new Thread(() -> connection.send("the last one"));
            sender.start();
            sender.join();
            connection.close();
        };
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .eventLoops(1)
                        .bind(0);
                RawPeer other = RawPeer.connect(server.port())) {
            probe.opened.await(1);
            try (RawPeer peer = RawPeer.connect(server.port())) {
                peer.send("go\n");
                assertThat(new String(peer.readUntilEof(), StandardCharsets.UTF_8))
                        .isEqualTo("the last one\n");
            }
            assertThat(other.readLine()).isEqualTo(filler);
        }
    }

    @Test
    void twoEndsThatCloseAtOnceWithFullQueuesBothGetEverything() throws Exception {
        byte[] large = new byte[1 << 20];
        int count = 7;
        Probe<byte[]> ofServer = new Probe<>();
        Probe<byte[]> ofClient = new Probe<>();
        AtomicInteger dropped = new AtomicInteger();
        Probe.OnConnection<byte[]> fillAndClose = connection -> {
            for (int i = 0; i < count; i++) {
                if (!connection.send(large)) {
                    dropped.incrementAndGet();
                }
            }
        };
        ofServer.onOpen = fillAndClose;
        ofClient.onOpen = fillAndClose;
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                .listener(ofServer)
                .bind(0)) {
            var client = MessageClient.builder(Codecs.lengthPrefixed())
                    .listener(ofClient)
                    .connect("127.0.0.1", server.port());
            Connection<byte[]> there = ofServer.opened.take();
            there.close();
            client.close();
            for (CloseReason reason : List.of(ofServer.closed.take(), ofClient.closed.take())) {
                assertThat(reason.detail()).doesNotContain("not sent").doesNotContain("Timeout");
            }
        }
        assertThat(dropped).hasValue(0);
    }

    @Test
    void whatAnotherThreadSentBehindALargeMessageIsNotCutOffByClose() throws Exception {
        Probe<String> probe = new Probe<>();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        probe.onMessage = (connection, line) -> {
            held.countDown();
            goOn.await();
        };
        try (var server = MessageServer.builder(Codecs.lines().maxLineBytes(1 << 20))
                        .listener(probe)
                        .eventLoops(1)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            peer.send("hold\n");
            held.await();
            connection.send("x".repeat(400_000));
            connection.send("the last one");
            connection.close();
            goOn.countDown();
            assertThat(new String(peer.readUntilEof(), StandardCharsets.UTF_8)).endsWith("x\nthe last one\n");
        }
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void exactlyWhatWasAcceptedArrivesWhenManySendWhileCloseRuns(Overflow overflow) throws Exception {
        for (int round = 0; round < 8; round++) {
            Probe<String> probe = new Probe<>();
            try (var server = MessageServer.builder(Codecs.lines().maxLineBytes(300_000))
                            .listener(probe)
                            .overflow(overflow)
                            .limits(Limits.builder().maxQueuedBytes(16 << 20).build())
                            .bind(0);
                    RawPeer peer = RawPeer.connect(server.port())) {
                Connection<String> connection = probe.opened.take();
                AtomicInteger accepted = new AtomicInteger();
                List<Thread> threads = new ArrayList<>();
                CountDownLatch running = new CountDownLatch(8);
                for (int t = 0; t < 8; t++) {
                    String large = "x".repeat(t == 0 ? 200_000 : 10);
                    threads.add(new Thread(() -> {
                        for (int i = 0; connection.isOpen(); i++) {
                            if (!connection.isWritable()) {
                                Thread.yield();
                            } else if (connection.send(i % 50 == 0 ? large : "small")) {
                                accepted.incrementAndGet();
                            }
                            if (i == 20) {
                                running.countDown();
                            }
                        }
                    }));
                }
                threads.forEach(Thread::start);
                Thread closer = new Thread(() -> {
                    try {
                        running.await();
                        connection.close();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                closer.start();
                peer.send("unread\n".repeat(100));
                byte[] all = peer.readUntilEof();
                for (Thread thread : threads) {
                    thread.join();
                }
                closer.join();
                int lines = 0;
                for (byte each : all) {
                    lines += each == '\n' ? 1 : 0;
                }
                assertThat(lines).isEqualTo(accepted.get());
            }
        }
    }

    @Test
    void closeGivesUpAfterTheFlushTimeoutAndSaysWhatWasLost() throws Exception {
        Probe<byte[]> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed().maxFrameBytes(16 << 20))
                        .listener(probe)
                        .limits(Limits.builder()
                                .maxQueuedBytes(32 << 20)
                                .closeFlushTimeout(SHORT)
                                .build())
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            connection.send(new byte[16 << 20]);
            connection.close();
            CloseReason reason = probe.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            assertThat(reason.detail())
                    .contains("closed by this side")
                    .contains("closeFlushTimeout=150 ms")
                    .containsPattern("\\d+ queued bytes were not sent");
            assertThat(connection.queuedBytes()).isZero();
            assertThat(peer.remoteAddress()).isNotNull();
        }
    }

    @Test
    void closeWaitsForAPeerThatDoesNotEndItsSideNoLongerThanTheLingerTimeout() throws Exception {
        Probe<String> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .limits(Limits.builder().lingerTimeout(SHORT).build())
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            connection.send("bye");
            connection.close();
            assertThat(peer.readLine()).isEqualTo("bye");
            peer.expectEof();
            assertThat(probe.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
        }
    }

    @Test
    void closeLingersUntilThePeerEndsAndThrowsAwayWhatItStillSends() throws Exception {
        Probe<String> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .limits(Limits.builder()
                                .lingerTimeout(Duration.ofSeconds(9))
                                .build())
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            connection.close();
            peer.expectEof();
            peer.send("x\n".repeat(200_000));
            probe.closed.assertNothingMore();
            peer.halfClose();
            assertThat(probe.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            assertThat(probe.messages.all()).isEmpty();
        }
    }

    @Test
    void abortResetsThePeer() throws Exception {
        Probe<String> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            connection.abort();
            assertThat(connection.send("late")).isFalse();
            assertThat(peer.awaitEnd()).isEqualTo(Ending.RST);
            assertThat(probe.closed.take().kind()).isEqualTo(CloseReason.Kind.ABORTED);
        }
    }

    @Test
    void theEndOfTheStreamInsideAFrameIsTruncationAndNoMessage() throws Exception {
        Probe<String> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("whole\nhalf");
            peer.halfClose();
            CloseReason reason = probe.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.TRUNCATED_FRAME);
            assertThat(reason.detail()).contains("4 bytes");
            assertThat(probe.messages.all()).containsExactly("whole");
        }
    }

    @Test
    void aPeerThatEndsItsSideFirstStillGetsTheAnswers() throws Exception {
        Probe<String> probe = new Probe<>();
        probe.onMessage = Connection::send;
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            String text = "0123456789\n".repeat(100_000);
            Thread sender = new Thread(() -> {
                peer.send(text);
                peer.halfClose();
            });
            sender.start();
            assertThat(new String(peer.readUntilEof(), StandardCharsets.UTF_8)).isEqualTo(text);
            sender.join();
            assertThat(probe.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
        }
    }

    /** What both sides do, one after the other: f = peer's FIN, r = peer's reset, c = close(), a = abort(), s = send. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "f", "r", "c", "a", "fc", "cf", "rc", "cr", "fr", "cfr", "crf", "fcr", "fa", "af", "ra", "ar", "ca",
                "ac", "cc", "aa", "sfc", "scf", "scr", "src", "sfr", "sa", "csf", "fsc", "cafr", "fcca"
            })
    void everyOrderOfEndsIsOneOnClose(String order) throws Exception {
        Probe<String> probe = new Probe<>();
        try (Reports reports = new Reports()) {
            playAndClose(order, probe);
            assertThat(probe.calls.all()).containsExactly("onOpen", "onClose");
            assertThat(reports.all()).isEmpty();
        }
    }

    private static void playAndClose(String order, Probe<String> probe) throws Exception {
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .limits(Limits.builder().lingerTimeout(SHORT).build())
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            for (char step : order.toCharArray()) {
                switch (step) {
                    case 'f' -> endOrBeReset(order, peer::halfClose);
                    case 'r' -> endOrBeReset(order, peer::reset);
                    case 'c' -> connection.close();
                    case 'a' -> connection.abort();
                    default -> connection.send("x".repeat(1000));
                }
            }
            probe.closed.await(1);
        }
    }

    private static void endOrBeReset(String order, Runnable end) {
        try {
            end.run();
        } catch (java.io.UncheckedIOException goneBefore) {
            assertThat(order).containsAnyOf("a", "r");
        }
    }

    @Test
    void aConnectionCutWhileItClosesIsStillToldOnce() throws Exception {
        Probe<byte[]> probe = new Probe<>();
        try (RawServer target = RawServer.open();
                FaultProxy proxy = FaultProxy.to(target.port())) {
            var client = MessageClient.builder(Codecs.lengthPrefixed().maxFrameBytes(32 << 20))
                    .listener(probe)
                    .limits(Limits.builder().maxQueuedBytes(33 << 20).build())
                    .connect(proxy.address());
            try (RawPeer there = target.accept()) {
                proxy.awaitConnections(1);
                Connection<byte[]> connection = probe.opened.take();
                connection.send(new byte[32 << 20]);
                connection.close();
                Await.until("closing", () -> connection.toString().contains("CLOSING"));
                there.readExactly(1000);
                proxy.dropAll();
                CloseReason reason = probe.closed.take();
                assertThat(reason.kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
                assertThat(reason.detail()).contains("were not sent");
            }
            client.close();
            assertThat(probe.calls.all()).containsExactly("onOpen", "onClose");
        }
    }

    @Test
    void sendAfterCloseIsNotAccepted() throws Exception {
        Probe<String> probe = new Probe<>();
        CyclicBarrier held = new CyclicBarrier(2);
        probe.onOpen = connection -> {
            probe.opened.accept(connection);
            held.await(); // so that close() is not carried out before the send that follows it
        };
        probe.onClose = (connection, reason) -> probe.messages.accept("" + connection.send("late"));
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            connection.close();
            assertThat(connection.send("late")).isFalse();
            assertThat(connection.isOpen()).isFalse();
            held.await();
            peer.halfClose();
            probe.closed.take();
            assertThat(connection.send("later")).isFalse();
            assertThat(probe.messages.all()).containsExactly("false");
            assertThat(connection.flushed()).isCompletedExceptionally();
            connection.close();
            connection.abort();
        }
        assertThat(probe.calls.all()).containsExactly("onOpen", "onClose");
    }
}
