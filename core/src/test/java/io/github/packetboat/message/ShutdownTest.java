package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Ending;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.Ports;
import io.github.packetboat.testkit.RawPeer;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a server ends: in good order, spread over a time, or at once. */
class ShutdownTest {
    @Test
    void closeWaitsUntilWhatWasSentHasArrivedAndEverybodyIsGone() throws Exception {
        List<String> lines =
                IntStream.range(0, 2000).mapToObj(i -> i + "x".repeat(500)).toList();
        Seen<String> seen = Seen.only();
        Seen<String> serving = Seen.only();
        var server = MessageServer.builder(Codecs.lines()).listener(serving).bind(Tls.anyPort());
        try (server;
                var client =
                        MessageClient.builder(Codecs.lines()).listener(seen).connect(Tls.HOST, server.port())) {
            Connection<String> connection = serving.opened.take();
            lines.forEach(connection::send);
            server.close();
            assertThat(serving.closed.all()).hasSize(1);
            assertThat(serving.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            assertThat(seen.messages.await(lines.size())).isEqualTo(lines);
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
            assertThat(server.stats().openConnections()).isZero();
            assertThat(client.isConnected()).isFalse();
            server.awaitClosed();
        }
    }

    /** Another endpoint keeps the shared loops alive, so that nothing but the server's own work can free the port. */
    @Test
    void thePortIsFreeWhenCloseHasReturned() throws Exception {
        try (var other = MessageServer.builder(Codecs.lines()).bind(Tls.anyPort())) {
            for (int round = 0; round < 100; round++) {
                int port = Ports.unused();
                MessageServer.builder(Codecs.lines())
                        .bind(new InetSocketAddress(Tls.HOST, port))
                        .close();
                assertThatThrownBy(() -> RawPeer.connect(port)).hasCauseInstanceOf(ConnectException.class);
                MessageServer.builder(Codecs.lines())
                        .bind(new InetSocketAddress(Tls.HOST, port))
                        .close();
            }
            assertThat(other.port()).isPositive();
        }
    }

    @Test
    void closeIsBoundedByTheLimitsWhateverPeersDo() throws Exception {
        Limits limits = Limits.builder()
                .closeFlushTimeout(Duration.ofMillis(200))
                .lingerTimeout(Duration.ofMillis(200))
                .build();
        Seen<String> serving = Seen.only();
        var server = MessageServer.builder(Codecs.lines())
                .listener(serving)
                .limits(limits)
                .bind(Tls.anyPort());
        try (server;
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer silent = RawPeer.connect(server.port());
                RawPeer stalled = RawPeer.connect(proxy.port())) {
            serving.opened.await(2);
            proxy.serverToClient().stall();
            server.everyone().broadcast("bye");
            for (Connection<String> connection : server.connections()) {
                while (connection.isWritable()) {
                    connection.send("x".repeat(50_000));
                }
            }
            long begin = System.nanoTime();
            server.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            assertThat(serving.closed.all()).hasSize(2);
            assertThat(silent.localAddress()).isNotEqualTo(stalled.localAddress());
        }
    }

    @Test
    void drainClosesEveryoneOneAfterTheOtherAndAcceptsNoMore() throws Exception {
        Seen<String> serving = Seen.only();
        var server = MessageServer.builder(Codecs.lines()).listener(serving).bind(Tls.anyPort());
        try (server) {
            List<Seen<String>> clients = new ArrayList<>();
            List<MessageClient<String>> open = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Seen<String> seen = Seen.only();
                clients.add(seen);
                open.add(MessageClient.builder(Codecs.lines()).listener(seen).connect(Tls.HOST, server.port()));
            }
            serving.opened.await(10);
            long begin = System.nanoTime();
            CompletableFuture<Void> drained = server.drain(Duration.ofMillis(500));
            serving.closed.await(1);
            assertThat(serving.closed.all()).hasSizeLessThan(10);
            drained.get(5, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(400));
            assertThat(serving.closed.await(10)).allMatch(reason -> reason.kind() == CloseReason.Kind.DRAINING);
            for (Seen<String> client : clients) {
                assertThat(client.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
            }
            int port = server.port();
            assertThatThrownBy(() -> RawPeer.connect(port)).hasCauseInstanceOf(ConnectException.class);
            for (MessageClient<String> client : open) {
                client.close();
            }
        }
    }

    @Test
    void drainOfAServerWithoutConnectionsIsDoneAtOnce() throws Exception {
        try (var server = MessageServer.builder(Codecs.lines()).bind(Tls.anyPort())) {
            server.drain(Duration.ofSeconds(30)).get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void abortResetsEveryPeer() throws Exception {
        Seen<String> serving = Seen.only();
        var server = MessageServer.builder(Codecs.lines()).listener(serving).bind(Tls.anyPort());
        try (server;
                RawPeer peer = RawPeer.connect(server.port())) {
            serving.opened.take();
            server.abort();
            assertThat(peer.awaitEnd()).isEqualTo(Ending.RST);
            assertThat(serving.closed.take().kind()).isEqualTo(CloseReason.Kind.ABORTED);
        }
    }

    @Test
    void aServerThatClosesDuringHandshakesLeavesNothing() throws Exception {
        for (int round = 0; round < 30; round++) {
            Seen<String> serving = Seen.only();
            List<RawPeer> peers = new ArrayList<>();
            List<Throwable> uncaught = new ArrayList<>();
            var before = Thread.getDefaultUncaughtExceptionHandler();
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
            try (var server = MessageServer.builder(Codecs.lines())
                    .listener(serving)
                    .tls(Tls.server().build())
                    .bind(Tls.anyPort())) {
                for (int i = 0; i < 5; i++) {
                    RawPeer peer = RawPeer.connect(server.port());
                    peer.send(TlsRefusalTest.clientHello(3, 3));
                    peers.add(peer);
                }
            } finally {
                peers.forEach(RawPeer::awaitEnd);
                peers.forEach(RawPeer::close);
                Thread.setDefaultUncaughtExceptionHandler(before);
            }
            assertThat(serving.opened.all()).isEmpty();
            assertThat(uncaught).isEmpty();
        }
    }

    @Test
    void aClosedServerCannotBindAgain() throws Exception {
        var server = MessageServer.builder(Codecs.lines()).bind(Tls.anyPort());
        server.close();
        server.close();
        assertThatThrownBy(() -> server.bind(0, Codecs.lines()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closing or closed");
    }
}
