package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Direction;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Reports;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that comes back keeps what it could not send, in order and within its bound. */
class ReconnectTest {
    private static final Backoff FAST = Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(20));
    private static final SocketOptions SMALL_BUFFERS =
            SocketOptions.builder().sendBufferBytes(16 * 1024).build();

    @Test
    void orderIsKeptOverManyRestartsUnderContinuousSends() throws Exception {
        Probe<String> received = new Probe<>();
        // by connection: what the kernel held of the one before may be delivered beside what comes over the next one
        Map<Long, List<String>> byConnection = new ConcurrentSkipListMap<>();
        received.onMessage = (connection, message) -> byConnection
                .computeIfAbsent(connection.id(), id -> java.util.Collections.synchronizedList(new ArrayList<>()))
                .add(message);
        try (var server =
                        MessageServer.builder(Codecs.lines()).listener(received).bind(0);
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(Codecs.lines())
                        .reconnect(FAST)
                        .retain(1 << 20, 100_000, Overflow.BLOCK)
                        .connect(proxy.address())) {
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger sent = new AtomicInteger();
            Thread sender = new Thread(() -> {
                while (!stop.get()) {
                    assertThat(client.send("m" + sent.getAndIncrement())).isTrue();
                    if (sent.get() % 50 == 0) {
                        Thread.yield();
                    }
                }
            });
            sender.start();
            for (int i = 1; i <= 15; i++) {
                proxy.awaitConnections(i);
                int before = received.messages.all().size();
                Await.until("some messages", () -> received.messages.all().size() > before + 100);
                proxy.dropAll();
            }
            proxy.awaitConnections(16);
            stop.set(true);
            sender.join();
            client.send("the last one");
            Await.until("the last one", () -> received.messages.all().contains("the last one"));
            int last = -1;
            int lost = 0;
            List<String> inOrder =
                    byConnection.values().stream().flatMap(List::stream).toList();
            for (String message : inOrder) {
                if (message.equals("the last one")) {
                    continue;
                }
                int number = Integer.parseInt(message.substring(1));
                assertThat(number).isGreaterThan(last);
                lost += number - last - 1;
                last = number;
            }
            assertThat(last).isEqualTo(sent.get() - 1);
            assertThat(client.stats().connects()).isEqualTo(16);
            // what the kernels and the proxy held is lost; what was accepted while away is not
            assertThat(lost).isLessThan(sent.get());
        }
    }

    @Test
    void nothingAcceptedWhileAwayIsLost() throws Exception {
        try (RawServer server = RawServer.open();
                FaultProxy proxy = FaultProxy.to(server.port());
                var client =
                        MessageClient.builder(Codecs.lines()).reconnect(FAST).connect(proxy.address())) {
            for (int round = 0; round < 10; round++) {
                long opened = 2 * round + 1;
                try (RawPeer peer = server.accept()) {
                    // not before the client knows of this connection: else it is still away from the last one
                    Await.untilEqual("opened", opened, () -> client.stats().connects());
                    Await.until("back", client::isConnected);
                    proxy.refuse().dropAll();
                    assertThat(peer.awaitEnd()).isNotNull();
                }
                Await.until("away", () -> !client.isConnected());
                for (int i = 0; i < 100; i++) {
                    assertThat(client.send(round + " " + i)).isTrue();
                }
                assertThat(client.stats().retainedBytes()).isPositive();
                proxy.admit();
                RawPeer peer = server.accept();
                for (int i = 0; i < 100; i++) {
                    assertThat(peer.readLine()).isEqualTo(round + " " + i);
                }
                proxy.dropAll();
                peer.awaitEnd();
            }
            client.abort();
        }
    }

    @Test
    void aMessageOfWhichAPartWasWrittenIsSentAgainWhole() throws Exception {
        String large = "x".repeat(60_000);
        try (RawServer server = RawServer.open();
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(Codecs.lines())
                        .reconnect(FAST)
                        .socketOptions(SMALL_BUFFERS)
                        .connect(proxy.address())) {
            RawPeer first = server.accept();
            proxy.awaitConnections(1);
            proxy.clientToServer().stall();
            int count = 100;
            for (int i = 0; i < count; i++) {
                assertThat(client.send(i + large)).isTrue();
            }
            Connection<String> connection = client.connection();
            Await.until(
                    "stalled",
                    () -> connection.queuedBytes() > 0 && connection.stats().bytesSent() > 0);
            proxy.dropAll().clear();
            first.awaitEnd();
            Await.until("closed", () -> !connection.isOpen());
            // what the kernel has taken whole
            int whole = 0;
            long bytes = connection.stats().bytesSent();
            for (int length = (whole + large + "\n").length(); bytes >= length; bytes -= length) {
                length = (++whole + large + "\n").length();
            }
            PeerLines second = new PeerLines(server.accept());
            int next = -1;
            String line;
            do {
                line = second.next();
                int number = Integer.parseInt(line.substring(0, line.length() - large.length()));
                assertThat(line).isEqualTo(number + large);
                assertThat(number).isEqualTo(next == -1 ? whole : next);
                next = number + 1;
            } while (next < count);
            client.abort();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheKernelHasNotTakenWholeIsNeitherLostNorSentTwice(boolean tls) throws Exception {
        String filler = "x".repeat(tls ? 5_000 : 60_000);
        int count = tls ? 1200 : 100;
        Probe<String> received = new Probe<>();
        received.onOpen = connection -> {
            if (received.opened.all().isEmpty()) {
                connection.pauseReads(); // until the client has given this connection up
            }
        };
        var serverOptions = MessageServer.builder(Codecs.lines())
                .listener(received)
                .socketOptions(
                        SocketOptions.builder().receiveBufferBytes(16 * 1024).build());
        var clientOptions = MessageClient.builder(Codecs.lines())
                .reconnect(FAST)
                .limits(Limits.builder()
                        .writeStallTimeout(Duration.ofMillis(200))
                        .build())
                .socketOptions(SMALL_BUFFERS);
        if (tls) {
            serverOptions.tls(Tls.server().build());
            clientOptions.tls(Tls.client().build());
        }
        try (var server = serverOptions.bind(Tls.anyPort());
                var client = clientOptions.connect(Tls.HOST, server.port())) {
            for (int i = 0; i < count; i++) {
                assertThat(client.send(i + filler)).isTrue();
            }
            Await.untilEqual("came back", 2L, () -> client.stats().connects());
            Await.untilEqual("second", 2, () -> received.opened.all().size());
            received.opened.all().get(0).resumeReads();
            Await.untilEqual("closed", 1, () -> received.closed.all().size());
            Await.untilEqual("messages", count, () -> received.messages.all().size());
            assertThat(received.messages.all())
                    .as("those of the first connection and of the second")
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, count).mapToObj(i -> i + filler).toList());
            client.abort();
        }
    }

    @Test
    void whatIsSentOnceThePeerHasEndedGoesToTheNextConnection() throws Exception {
        String filler = "x".repeat(50_000);
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(Codecs.lines())
                        .reconnect(FAST)
                        .socketOptions(SMALL_BUFFERS)
                        .limits(Limits.builder()
                                .closeFlushTimeout(Duration.ofSeconds(8))
                                .maxQueuedBytes(16 << 20)
                                .highWaterMarkBytes(16 << 20)
                                .build())
                        .connect(server.address())) {
            RawPeer first = server.accept();
            for (int i = 0; i < 140; i++) {
                assertThat(client.send(filler)).isTrue();
            }
            Connection<String> old = client.connection();
            Await.until("some of it is on its way", () -> old.stats().bytesSent() > 0);
            first.halfClose();
            Await.until("noticed", () -> !old.isOpen());
            assertThat(client.send("after the end")).isTrue();
            // the old connection is flushed, but takes nothing new
            String all = new String(first.readUntilEof(), StandardCharsets.UTF_8);
            assertThat(all).endsWith("x\n").hasSizeLessThan(140 * 50_001);
            PeerLines second = new PeerLines(server.accept());
            String line;
            do {
                line = second.next();
            } while (!line.equals("after the end"));
            client.abort();
        }
    }

    @Test
    void theBoundHoldsAndItsPolicyDecides() throws Exception {
        for (Overflow policy : List.of(Overflow.REFUSE, Overflow.DROP_OLDEST)) {
            try (RawServer server = RawServer.open();
                    FaultProxy proxy = FaultProxy.to(server.port());
                    var client = MessageClient.builder(Codecs.lines())
                            .reconnect(FAST)
                            .retain(1000, 20, policy)
                            .connect(proxy.address())) {
                server.accept();
                proxy.awaitConnections(1);
                proxy.refuse().dropAll();
                Await.until("away", () -> !client.isConnected());
                List<Boolean> accepted = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    accepted.add(client.send("m" + i));
                }
                assertThatIllegalArgumentException().isThrownBy(() -> client.send("x".repeat(1000)));
                proxy.admit();
                RawPeer peer = server.accept();
                int first = policy == Overflow.REFUSE ? 0 : 10;
                for (int i = first; i < first + 20; i++) {
                    assertThat(peer.readLine()).isEqualTo("m" + i);
                }
                if (policy == Overflow.REFUSE) {
                    assertThat(accepted.subList(0, 20)).containsOnly(true);
                    assertThat(accepted.subList(20, 30)).containsOnly(false);
                } else {
                    assertThat(accepted).containsOnly(true);
                    assertThat(client.stats().droppedMessages()).isEqualTo(10);
                }
                Await.untilEqual("retained", 0L, () -> client.stats().retainedBytes());
                client.abort();
            }
        }
    }

    @Test
    void underBlockTheSenderWaitsForTheConnectionAndCloseLetsItGo() throws Exception {
        try (RawServer server = RawServer.open();
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(Codecs.lines())
                        .reconnect(FAST)
                        .retain(1000, 20, Overflow.BLOCK)
                        .connect(proxy.address())) {
            RawPeer first = server.accept();
            proxy.awaitConnections(1);
            proxy.refuse().dropAll();
            first.awaitEnd();
            Await.until("away", () -> !client.isConnected());
            AtomicInteger accepted = new AtomicInteger();
            Thread sender = new Thread(() -> {
                while (accepted.get() < 100 && client.send("m" + accepted.get())) {
                    accepted.incrementAndGet();
                }
            });
            sender.start();
            Await.until("blocked", () -> sender.getState() == Thread.State.WAITING);
            assertThat(accepted).hasValue(20);
            proxy.admit();
            RawPeer peer = server.accept();
            for (int i = 0; i < 100; i++) {
                assertThat(peer.readLine()).isEqualTo("m" + i);
            }
            sender.join();
            proxy.refuse().dropAll();
            Await.until("away", () -> !client.isConnected());
            Thread waiting = new Thread(() -> {
                while (client.send("x")) {
                    accepted.incrementAndGet();
                }
            });
            waiting.start();
            Await.until("blocked", () -> waiting.getState() == Thread.State.WAITING);
            try (Reports reports = new Reports()) {
                client.abort();
                waiting.join(10_000);
                assertThat(waiting.isAlive()).isFalse();
                assertThat(reports.await(1).get(0).getMessage()).contains("retained bytes unsent");
            }
        }
    }

    @Test
    void closeSendsEverythingThatWasRetained() throws Exception {
        Probe<String> received = new Probe<>();
        try (var server =
                MessageServer.builder(Codecs.lines()).listener(received).bind(0)) {
            for (int round = 0; round < 20; round++) {
                int before = received.messages.all().size();
                var client =
                        MessageClient.builder(Codecs.lines()).reconnect(FAST).connect("127.0.0.1", server.port());
                for (int i = 0; i < 4000; i++) {
                    assertThat(client.send("line " + i + "x".repeat(100))).isTrue();
                }
                client.close();
                received.closed.await(round + 1);
                assertThat(received.messages.all()).hasSize(before + 4000);
            }
        }
    }

    @Test
    void everyConnectionIsItsOwnToTheListener() throws Exception {
        Probe<String> probe = new Probe<>();
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(Codecs.lines())
                        .listener(probe)
                        .reconnect(FAST)
                        .connect(server.address())) {
            for (int i = 1; i <= 3; i++) {
                RawPeer peer = server.accept();
                probe.opened.await(i);
                peer.reset();
                probe.closed.await(i);
            }
            RawPeer last = server.accept();
            last.send("hello\n");
            probe.messages.await(1);
            assertThat(probe.calls.all())
                    .containsExactly(
                            "onOpen", "onClose", "onOpen", "onClose", "onOpen", "onClose", "onOpen", "onMessage");
            client.abort();
        }
        assertThat(probe.opened.all()).doesNotHaveDuplicates();
    }

    @Test
    void aConnectionCutAtAnyByteLosesNoOrder() throws Exception {
        for (int cut = 1; cut < 200; cut += 7) {
            try (RawServer server = RawServer.open();
                    FaultProxy proxy = FaultProxy.to(server.port())) {
                proxy.clientToServer().cutAfter(cut, Direction.Cut.RESET);
                var client =
                        MessageClient.builder(Codecs.lines()).reconnect(FAST).connect(proxy.address());
                for (int i = 0; i < 40; i++) {
                    client.send("message " + i);
                }
                RawPeer first = server.accept();
                first.awaitEnd();
                proxy.clear();
                RawPeer second = server.accept();
                client.send("end");
                String line = second.readLine();
                int last = -1;
                while (!line.equals("end")) {
                    int number = Integer.parseInt(line.substring("message ".length()));
                    assertThat(number).isGreaterThan(last);
                    last = number;
                    line = second.readLine();
                }
                client.abort();
            }
        }
    }
}
