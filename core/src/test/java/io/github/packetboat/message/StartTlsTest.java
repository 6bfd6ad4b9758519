package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS on a live connection: "STARTTLS", "ready", and from there on nothing in clear. */
class StartTlsTest {
    private static final SSLContext TRUSTING = Certificates.root().trustingContext();

    private final TlsOptions serverTls = Tls.server().build();
    private final TlsOptions clientTls = Tls.client().build();

    /** Answers STARTTLS, echoes the rest. */
    private Seen<String> upgrading() {
        return Seen.<String>only().onMessage((connection, line) -> {
            if (line.equals("STARTTLS")) {
                connection.startTls(serverTls, "ready");
            } else {
                connection.send(line);
            }
        });
    }

    /** Starts TLS on "ready", and then says "secret". */
    private Seen<String> asking() {
        return Seen.<String>only()
                .onOpen(connection -> connection.send("STARTTLS"))
                .onMessage((connection, line) -> {
                    if (line.equals("ready")) {
                        connection.startTls(clientTls);
                        connection.send("secret");
                    }
                });
    }

    private MessageServer<String> serve(MessageListener<String> listener) throws IOException {
        return MessageServer.builder(Codecs.lines())
                .listener(listener)
                .limits(Limits.builder().lingerTimeout(Duration.ofMillis(100)).build())
                .bind(Tls.anyPort());
    }

    @Test
    void bothRolesTurnALiveConnectionToTls() throws Exception {
        Seen<String> seen = asking();
        try (var server = serve(upgrading());
                var client =
                        MessageClient.builder(Codecs.lines()).listener(seen).connect(Tls.HOST, server.port())) {
            assertThat(seen.messages.await(2)).containsExactly("ready", "secret");
            SSLSession session = client.connection().tlsSession();
            assertThat(session.getProtocol()).isEqualTo("TLSv1.3");
            assertThat(session.getPeerCertificates()).hasSize(2);
            assertThat(server.connections().iterator().next().tlsSession()).isNotNull();
        }
    }

    @Test
    void aGoAheadWithoutRoomClosesTheConnectionOnce() throws Exception {
        Limits limits = Limits.builder()
                .lowWaterMarkBytes(1024)
                .highWaterMarkBytes(2048)
                .maxQueuedBytes(4096)
                .build();
        Seen<String> seen = Seen.<String>only().onMessage((connection, line) -> {
            while (connection.queuedBytes() < 4000) {
                connection.send("x".repeat(99));
            }
            connection.startTls(serverTls, "r".repeat(200));
        });
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .limits(limits)
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port());
                RawPeer next = RawPeer.connect(server.port())) {
            peer.send("STARTTLS\r\n");
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.OVERFLOW);
            next.send("STARTTLS\r\n");
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.OVERFLOW);
        }
        seen.closed.assertNothingMore();
    }

    @Test
    void theUpgradeWorksHoweverTheBytesAreCut() throws Exception {
        Seen<String> seen = asking();
        try (var server = serve(upgrading());
                FaultProxy proxy = FaultProxy.to(server.port())) {
            proxy.clientToServer().slice(1, Duration.ofNanos(50_000));
            proxy.serverToClient().slice(1);
            try (var client =
                    MessageClient.builder(Codecs.lines()).listener(seen).connect(proxy.address())) {
                assertThat(seen.messages.await(2)).containsExactly("ready", "secret");
                assertThat(client.connection().tlsSession()).isNotNull();
            }
        }
    }

    @Test
    void listenersOnAnExecutorMayStartTlsToo() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        Seen<String> seen = asking();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(upgrading())
                        .executor(executor)
                        .bind(Tls.anyPort());
                var client = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .executor(executor)
                        .connect(Tls.HOST, server.port())) {
            assertThat(seen.messages.await(2)).containsExactly("ready", "secret");
            assertThat(client.connection().tlsSession()).isNotNull();
        } finally {
            executor.shutdown();
            assertThat(executor.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aServerUpgradesForAPeerThatIsNotOurs() throws Exception {
        try (var server = serve(upgrading());
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("in clear\r\n");
            assertThat(peer.readLine()).isEqualTo("in clear");
            peer.send("STARTTLS\r\n");
            assertThat(peer.readLine()).isEqualTo("ready");
            peer.startTls(TRUSTING, "localhost").send("hidden\r\n");
            assertThat(peer.readLine()).isEqualTo("hidden");
            peer.closeNotify().expectEof();
        }
    }

    @Test
    void aClientUpgradesWithAServerThatIsNotOurs() throws Exception {
        Seen<String> seen = asking();
        try (RawServer server = RawServer.open();
                var client =
                        MessageClient.builder(Codecs.lines()).listener(seen).connect(server.address())) {
            assertThat(client.isConnected()).isTrue();
            RawPeer peer = server.accept();
            assertThat(peer.readLine()).isEqualTo("STARTTLS");
            peer.send("ready\n");
            peer.acceptTls(Certificates.server("localhost", Tls.HOST).context());
            assertThat(peer.readLine()).isEqualTo("secret");
            peer.closeNotify();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
        }
    }

    /** The attack on STARTTLS: what somebody appended in clear must never pass as what came encrypted. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void plaintextBehindTheGoAheadIsRefusedAndNeverDelivered(boolean onExecutor) throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Seen<String> seen = asking();
        var builder = MessageClient.builder(Codecs.lines()).listener(seen);
        if (onExecutor) {
            builder.executor(executor);
        }
        try (RawServer server = RawServer.open();
                var client = builder.connect(server.address())) {
            RawPeer peer = server.accept();
            peer.readLine();
            peer.send("ready\ninjected\n");
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(reason.detail()).contains("in clear after the message that starts TLS");
            assertThat(seen.messages.all()).doesNotContain("injected");
            assertThat(client.isConnected()).isFalse();
        } finally {
            executor.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS\nRCPT TO:<x>\n", "STARTTLS\nRCPT"})
    void aServerRefusesPlaintextThatIsPipelinedBehindTheWishForTls(String text) throws Exception {
        Seen<String> seen = upgrading();
        try (var server = serve(seen);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(text);
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(seen.messages.all()).containsExactly("STARTTLS");
            peer.awaitEnd();
        }
    }

    @Test
    void plaintextInThePlaceOfTheHandshakeIsRefused() throws Exception {
        Seen<String> seen = upgrading();
        try (var server = serve(seen);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("STARTTLS\n");
            assertThat(peer.readLine()).isEqualTo("ready");
            peer.send("MAIL FROM:<x>\n");
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HANDSHAKE_FAILED);
            assertThat(reason.detail()).contains("does not speak TLS").contains("MAIL FROM");
            assertThat(seen.messages.all()).containsExactly("STARTTLS");
            peer.awaitEnd();
        }
    }

    /** More than the high water mark waits, and reads pause for that: the handshake must go on. */
    @Test
    void whatIsSentDuringTheHandshakeGoesEncryptedHoweverMuchItIs() throws Exception {
        List<String> lines =
                IntStream.range(0, 3000).mapToObj(i -> i + "x".repeat(1000)).toList();
        Seen<String> seen = upgrading();
        inMidHandshake(seen, (connection, proxy) -> {
            lines.forEach(connection::send);
            Await.until("the queue is full", () -> !connection.isWritable());
            proxy.serverToClient().resume();
            assertThat(seen.messages.await(1 + lines.size()).subList(1, 1 + lines.size()))
                    .isEqualTo(lines);
            assertThat(connection.tlsSession()).isNotNull();
        });
    }

    @Test
    void pausingAndResumingReadsDuringTheHandshakeDoesNotStopIt() throws Exception {
        Seen<String> seen = upgrading();
        inMidHandshake(seen, (connection, proxy) -> {
            connection.pauseReads();
            connection.resumeReads();
            connection.pauseReads();
            proxy.serverToClient().resume();
            connection.send("while paused");
            assertThat(seen.messages.await(2)).containsExactly("STARTTLS", "while paused");
            connection.resumeReads();
        });
    }

    private interface MidHandshake {
        void play(Connection<String> connection, FaultProxy proxy) throws Exception;
    }

    /** Plays on a client's connection whose ClientHello is out and whose server's answer waits in the stalled proxy. */
    private void inMidHandshake(Seen<String> serving, MidHandshake then) throws Exception {
        try (var server = serve(serving);
                FaultProxy proxy = FaultProxy.to(server.port())) {
            Seen<String> asking = Seen.<String>only()
                    .onOpen(connection -> connection.send("STARTTLS"))
                    .onMessage((connection, line) -> {
                        if (line.equals("ready")) {
                            proxy.serverToClient().stall();
                            connection.startTls(clientTls);
                        }
                    });
            try (var client =
                    MessageClient.builder(Codecs.lines()).listener(asking).connect(proxy.address())) {
                Await.until(
                        "the ClientHello is out",
                        () -> proxy.clientToServer().bytesForwarded() > "STARTTLS\n".length());
                then.play(client.connection(), proxy);
            }
        }
    }

    @Test
    void closingDuringTheHandshakeStillSendsWhatWasAccepted() throws Exception {
        Seen<String> seen = upgrading();
        Seen<String> asking = Seen.<String>only()
                .onOpen(connection -> connection.send("STARTTLS"))
                .onMessage((connection, line) -> {
                    if (line.equals("ready")) {
                        connection.startTls(clientTls);
                        connection.send("last words");
                        connection.close();
                    }
                });
        try (var server = serve(seen);
                var client =
                        MessageClient.builder(Codecs.lines()).listener(asking).connect(Tls.HOST, server.port())) {
            assertThat(seen.messages.await(2)).containsExactly("STARTTLS", "last words");
            assertThat(asking.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
            assertThat(client.isConnected()).isFalse();
        }
    }

    @Test
    void tlsCanBeStartedOnlyOnce() throws Exception {
        CompletableFuture<SSLSession> second = new CompletableFuture<>();
        Seen<String> asking = Seen.<String>only()
                .onOpen(connection -> connection.send("STARTTLS"))
                .onMessage((connection, line) -> {
                    if (line.equals("ready")) {
                        connection.startTls(clientTls);
                        connection.startTls(clientTls).whenComplete((session, failure) -> {
                            second.completeExceptionally(failure);
                        });
                        connection.send("x");
                    }
                });
        try (var server = serve(upgrading());
                var client =
                        MessageClient.builder(Codecs.lines()).listener(asking).connect(Tls.HOST, server.port())) {
            asking.messages.await(2);
            assertThatThrownBy(() -> second.get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("being started already");
            Connection<String> connection = client.connection();
            assertThatThrownBy(() -> connection.startTls(clientTls))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("uses TLS already");
            assertThat(client.send("still there")).isTrue();
            asking.messages.await(3);
        }
    }

    @Test
    void aFailingUpgradeFailsTheFutureAndClosesWithTheReason() throws Exception {
        CompletableFuture<SSLSession> done = new CompletableFuture<>();
        Seen<String> asking = Seen.<String>only()
                .onOpen(connection -> connection.send("STARTTLS"))
                .onMessage((connection, line) -> connection
                        .startTls(TlsOptions.builder().build())
                        .whenComplete((session, failure) -> done.completeExceptionally(failure)));
        Seen<String> serving = upgrading();
        try (var server = serve(serving);
                var client =
                        MessageClient.builder(Codecs.lines()).listener(asking).connect(Tls.HOST, server.port())) {
            CloseReason reason = asking.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HANDSHAKE_FAILED);
            assertThat(reason.detail()).contains("unknown CA");
            assertThatThrownBy(() -> done.get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ConnectionClosedException.class)
                    .hasMessageContaining("unknown CA");
            CloseReason atServer = serving.closed.take();
            assertThat(atServer.kind()).isEqualTo(CloseReason.Kind.HANDSHAKE_FAILED);
            assertThat(atServer.detail()).contains("the client refused");
            assertThat(client.isConnected()).isFalse();
        }
    }

    @Test
    void anUpgradeThatTheOtherSideNeverBeginsIsClosedInTime() throws Exception {
        Seen<String> seen = upgrading();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .limits(Limits.builder()
                                .handshakeTimeout(Duration.ofMillis(200))
                                .build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("STARTTLS\n");
            peer.readLine();
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HANDSHAKE_TIMEOUT);
            assertThat(reason.detail()).contains("handshakeTimeout=200 ms");
            peer.awaitEnd();
        }
    }

    /** The go-ahead must be out before the first encrypted byte, so there is nothing to start TLS behind. */
    @Test
    void tlsIsNotStartedBehindPlaintextThatThePeerDoesNotRead() throws Exception {
        CompletableFuture<SSLSession> done = new CompletableFuture<>();
        Seen<String> seen = Seen.<String>only().onMessage((connection, line) -> {
            for (int i = 0; connection.isWritable(); i++) {
                connection.send(i + "x".repeat(50_000));
            }
            connection.startTls(serverTls).whenComplete((session, failure) -> done.completeExceptionally(failure));
        });
        try (var server = serve(seen);
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            proxy.serverToClient().stall();
            peer.send("fill\n");
            assertThat(seen.closed.take().detail()).contains("queued in clear: wait for flushed() first");
            assertThatThrownBy(() -> done.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(ConnectionClosedException.class);
        }
    }

    @Test
    void aConnectionThatIsClosedCannotStartTls() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = serve(seen);
                var client = MessageClient.builder(Codecs.lines()).connect(Tls.HOST, server.port())) {
            Connection<String> connection = client.connection();
            connection.close();
            Await.until("closed", () -> !client.isConnected());
            assertThatThrownBy(() -> connection.startTls(clientTls).get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ConnectionClosedException.class);
        }
    }
}
