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
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing waits for ever: each wait ends in its time with a reason, and nobody who keeps up is punished. */
class TimeoutsTest {
    private static MessageServer<String> serve(Limits limits, MessageListener<String> listener) throws IOException {
        return MessageServer.builder(Codecs.lines())
                .listener(listener)
                .limits(limits)
                .bind(Tls.anyPort());
    }

    private static Limits frameTimeout(int millis) {
        return Limits.builder().frameTimeout(Duration.ofMillis(millis)).build();
    }

    @Test
    void aFrameThatDripsIsClosedAtTheFrameTimeout() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = serve(frameTimeout(200), seen);
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            proxy.clientToServer().slice(1, Duration.ofMillis(10));
            peer.send("x".repeat(10_000));
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.FRAME_TIMEOUT);
            assertThat(reason.detail()).contains("frameTimeout=200 ms").contains("bytes have come");
        }
    }

    @Test
    void aPeerThatIsNeverBetweenFramesButKeepsCompletingThemIsNotPunished() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = serve(frameTimeout(150), seen);
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            // 60 lines of 4 bytes, each segment the end of one and the begin of the next, for 4 times as long as one
            // may take
            proxy.clientToServer().slice(4, Duration.ofMillis(10));
            peer.send("a\n" + "bcd\n".repeat(59) + "ef");
            seen.messages.await(60);
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.FRAME_TIMEOUT);
            assertThat(seen.messages.all()).hasSize(60);
        }
    }

    @Test
    void theTimeInWhichThisSideDoesNotReadIsNotThePeersFault() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = serve(frameTimeout(100), seen);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = seen.opened.take();
            peer.send("beg");
            Await.until("the begin is there", () -> connection.stats().bytesReceived() == 3);
            connection.pauseReads();
            peer.send("un\n");
            seen.closed.assertNothingMoreWithin(Duration.ofMillis(300));
            connection.resumeReads();
            assertThat(seen.messages.take()).isEqualTo("begun");
            // and the timeout is still there
            peer.send("never");
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.FRAME_TIMEOUT);
        }
    }

    @Test
    void theFrameTimeoutHoldsAfterAPauseToo() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = serve(frameTimeout(100), seen);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = seen.opened.take();
            peer.send("beg");
            Await.until("the begin is there", () -> connection.stats().bytesReceived() == 3);
            connection.pauseReads();
            seen.closed.assertNothingMoreWithin(Duration.ofMillis(250));
            long resumed = System.nanoTime();
            connection.resumeReads();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.FRAME_TIMEOUT);
            // and it begins anew: the peer had no chance before
            assertThat(Duration.ofNanos(System.nanoTime() - resumed)).isGreaterThan(Duration.ofMillis(90));
        }
    }

    @Test
    void aTlsRecordThatDripsIsClosedAtTheFrameTimeout() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .limits(frameTimeout(200))
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())
                        .startTls(Certificates.root().trustingContext(), "localhost")) {
            peer.send("hello\n");
            seen.messages.take();
            seen.closed.assertNothingMoreWithin(Duration.ofMillis(300));
            proxy.clientToServer().slice(1, Duration.ofMillis(10));
            peer.send("x".repeat(5000) + "\n");
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.FRAME_TIMEOUT);
        }
    }

    @Test
    void aPeerThatIsSilentForTheIdleTimeoutIsClosedInGoodOrder() throws Exception {
        Seen<String> seen = Seen.<String>only().onOpen(connection -> connection.send("hello"));
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .idleTimeout(Duration.ofMillis(200))
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            assertThat(peer.readLine()).isEqualTo("hello");
            peer.expectEof();
            peer.halfClose();
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.IDLE_TIMEOUT);
            assertThat(reason.detail()).contains("idleTimeout=200 ms");
        }
    }

    @Test
    void aPeerThatSaysSomethingNowAndThenIsNotIdle() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .idleTimeout(Duration.ofMillis(250))
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            proxy.clientToServer().slice(2, Duration.ofMillis(50));
            peer.send("x\n".repeat(15));
            seen.messages.await(15);
            assertThat(seen.closed.all()).isEmpty();
        }
    }

    private static Limits stall(int millis) {
        return Limits.builder().writeStallTimeout(Duration.ofMillis(millis)).build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatTakesNothingIsClosedAtTheWriteStallTimeout(boolean tls) throws Exception {
        Seen<String> seen = Seen.<String>only().onMessage((connection, line) -> {
            while (connection.isWritable()) {
                connection.send("x".repeat(50_000));
            }
        });
        var builder = MessageServer.builder(Codecs.lines()).listener(seen).limits(stall(300));
        if (tls) {
            builder.tls(Tls.server().build());
        }
        try (var server = builder.bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            if (tls) {
                peer.startTls(Certificates.root().trustingContext(), "localhost");
            }
            proxy.serverToClient().stall();
            peer.send("go\n");
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.WRITE_TIMEOUT);
            assertThat(reason.detail()).contains("writeStallTimeout=300 ms").contains("queued bytes");
        }
    }

    /** It takes seconds for the whole, but never half a second for nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatTakesLittleByLittleIsNotStalled(boolean tls) throws Exception {
        String line = "x".repeat(300_000);
        Seen<String> seen = Seen.<String>only().onMessage((connection, request) -> connection.send(line));
        var builder = MessageServer.builder(Codecs.lines().maxLineBytes(400_000))
                .listener(seen)
                .socketOptions(SocketOptions.builder().sendBufferBytes(8 * 1024).build())
                .limits(stall(500));
        if (tls) {
            builder.tls(Tls.server().build());
        }
        try (var server = builder.bind(Tls.anyPort());
                SocketChannel channel = SocketChannel.open()) {
            channel.socket().setReceiveBufferSize(8 * 1024);
            channel.connect(new InetSocketAddress(Tls.HOST, server.port()));
            Socket socket = channel.socket();
            if (tls) {
                SSLSocket secured = (SSLSocket) Certificates.root()
                        .trustingContext()
                        .getSocketFactory()
                        .createSocket(socket, "localhost", 1, true);
                secured.startHandshake();
                socket = secured;
            }
            socket.getOutputStream().write('\n');
            byte[] piece = new byte[8 * 1024];
            int left = line.length() + 1;
            while (left > 0) {
                int n = socket.getInputStream().read(piece);
                assertThat(n).isPositive();
                left -= n;
                seen.closed.assertNothingMoreWithin(Duration.ofMillis(40));
            }
        }
    }

    /** Two halves of frames that are too much together: the budget stops both, and the frame timeout ends that. */
    @Test
    void unfinishedFramesOverTheBudgetAreClosedAndThenOthersAreServedAgain() throws Exception {
        Limits limits = Limits.builder()
                .inboundBudgetBytes(1 << 20)
                .frameTimeout(Duration.ofMillis(500))
                .build();
        Seen<byte[]> seen = Seen.only();
        byte[] most = new byte[4 + 900_000];
        ByteBuffer.wrap(most).putInt(1_000_000);
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                        .listener(seen)
                        .limits(limits)
                        .bind(Tls.anyPort());
                RawPeer greedy = RawPeer.connect(server.port());
                RawPeer modest = RawPeer.connect(server.port())) {
            Thread sender = new Thread(() -> {
                try {
                    greedy.send(most);
                } catch (UncheckedIOException closed) {
                    // as it should be
                }
            });
            sender.start();
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.OVERLOADED);
            assertThat(reason.detail()).contains("inboundBudgetBytes=1048576");
            modest.send(new byte[] {0, 0, 0, 1, 7});
            assertThat(seen.messages.take()).containsExactly(7);
            sender.join();
            try (RawPeer next = RawPeer.connect(server.port())) {
                next.send(new byte[] {0, 0, 0, 1, 8});
                assertThat(seen.messages.take()).containsExactly(8);
            }
        }
    }

    @Test
    void aPeerThatDoesNotReadDelaysACloseNoLongerThanTheFlushTimeout() throws Exception {
        Limits limits =
                Limits.builder().closeFlushTimeout(Duration.ofMillis(200)).build();
        Seen<String> seen = Seen.<String>only().onMessage((connection, line) -> {
            while (connection.isWritable()) {
                connection.send("x".repeat(50_000));
            }
            connection.close();
        });
        try (var server = serve(limits, seen);
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            proxy.serverToClient().stall();
            peer.send("go\n");
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            assertThat(reason.detail()).contains("queued bytes were not sent").contains("closeFlushTimeout=200 ms");
        }
    }

    @Test
    void aPeerThatDoesNotCloseIsWaitedForNoLongerThanTheLingerTimeout() throws Exception {
        Limits limits = Limits.builder().lingerTimeout(Duration.ofMillis(100)).build();
        Seen<String> seen = Seen.<String>only().onOpen(Connection::close);
        try (var server = serve(limits, seen);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.expectEof();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
        }
    }

    /** A listener whose backlog is full lets a SYN go unanswered, as an address behind a firewall does. */
    @Test
    void anAddressThatDoesNotAnswerIsGivenUpAtTheConnectTimeout() throws Exception {
        List<SocketChannel> filling = new ArrayList<>();
        try (ServerSocketChannel full = ServerSocketChannel.open()) {
            full.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            for (int i = 0; i < 8; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(full.getLocalAddress());
                filling.add(channel);
            }
            assertThatThrownBy(() -> MessageClient.builder(Codecs.lines())
                            .connectTimeout(Duration.ofMillis(300))
                            .connect(full.getLocalAddress()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("within connectTimeout=300 ms")
                    .hasMessageContaining("no answer");
        } finally {
            for (SocketChannel channel : filling) {
                channel.close();
            }
        }
    }

    @Test
    void noTimerIsLeftToFireOnAConnectionThatIsGone() throws Exception {
        Seen<String> seen = Seen.only();
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(BeatingLines.CODEC)
                        .listener(seen)
                        .heartbeat(Duration.ofMillis(50), 1)
                        .connect(server.address())) {
            server.accept().reset();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.CONNECTION_LOST);
            seen.closed.assertNothingMoreWithin(Duration.ofMillis(200));
            assertThat(client.isConnected()).isFalse();
        }
    }
}
