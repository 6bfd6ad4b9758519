package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.Overflow;
import io.github.packetboat.message.SocketOptions;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Ending;
import io.github.packetboat.testkit.RawPeer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** WebSocket servers over real sockets: opening, answering, closing, and what peers do wrong. */
final class WebSocketServerTest {
    private static final ServerWebSockets<String> CHAT = WebSockets.text("/chat");

    private final Heard<String> heard = Heard.echoing();

    private MessageServer.Builder<String> server(ServerWebSockets<String> codec) {
        return MessageServer.builder(codec).listener(heard);
    }

    @Test
    void messagesAreEchoed() throws Exception {
        try (var server = server(CHAT).bind(0);
                Browser browser = Browser.at(server.port())) {
            assertThat(browser.send("hello").text()).isEqualTo("hello");
            browser.peer.sendSlowly(new Bytes().masked(0x81, "grüße").toArray());
            assertThat(browser.text()).isEqualTo("grüße");
            Connection<String> connection = heard.opened.take();
            assertThat(connection.handshake().path()).isEqualTo("/chat");
            assertThat(connection.handshake().header("host")).isEqualTo("example.org");
            assertThat(connection.stats().messagesReceived()).isEqualTo(2);
        }
    }

    @Test
    void whatIsSentInOnOpenComesAfterTheHandshake() throws Exception {
        var codec = CHAT;
        try (var server = MessageServer.builder(codec)
                        .listener(new io.github.packetboat.message.MessageListener<String>() {
                            @Override
                            public void onOpen(Connection<String> connection) {
                                connection.send("welcome");
                            }

                            @Override
                            public void onMessage(Connection<String> connection, String message) {}
                        })
                        .bind(0);
                Browser browser = Browser.at(server.port())) {
            assertThat(browser.text()).isEqualTo("welcome");
        }
    }

    @Test
    void largeMessagesAreCutIntoFrames() throws Exception {
        try (var server = server(CHAT.maxFrameBytes(1000)).bind(0);
                Browser browser = Browser.at(server.port())) {
            String text = "0123456789".repeat(250);
            browser.send(new Bytes()
                    .masked(0x01, text.substring(0, 1000))
                    .masked(0x00, text.substring(1000, 2000))
                    .masked(0x80, text.substring(2000)));
            assertThat(new String(browser.frame(0x01), StandardCharsets.UTF_8)
                            + new String(browser.frame(0x00), StandardCharsets.UTF_8)
                            + new String(browser.frame(0x80), StandardCharsets.UTF_8))
                    .isEqualTo(text);
        }
    }

    @Test
    void aForeignPageIsRefusedBeforeTheListenerHearsOfIt() throws Exception {
        try (var server = server(CHAT).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(Bytes.crlf(Bytes.REQUEST.replace("Upgrade: w", "Origin: http://evil.example\nUpgrade: w")));
            assertThat(new String(peer.readUntilEof(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403 Forbidden\r\n");
            peer.halfClose();
            Await.untilEqual("failed handshakes", 1L, () -> server.stats().failedHandshakes());
        }
        heard.opened.assertNothingMore();
        heard.closed.assertNothingMore();
    }

    @Test
    void thePeersCloseIsAnsweredAfterWhatWasQueued() throws Exception {
        try (var server = server(CHAT).bind(0);
                Browser browser = Browser.at(server.port())) {
            browser.send(new Bytes().masked(0x81, "last").masked(0x88, new byte[] {0x0F, (byte) 0xA1, 'h', 'o'}));
            assertThat(browser.text()).isEqualTo("last");
            assertThat(browser.closeCode()).isEqualTo(4001);
            browser.peer.expectEof();
            browser.leave();
        }
        CloseReason reason = heard.closed.take();
        assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
        assertThat(reason.code()).isEqualTo(4001);
        assertThat(reason.detail()).isEqualTo("the peer closed the WebSocket with code 4001: ho");
        assertThat(reason.toString()).contains("code=4001");
    }

    @Test
    void closingWaitsForThePeersCloseAndSaysTheCode() throws Exception {
        try (var server = server(CHAT).bind(0);
                Browser browser = Browser.at(server.port())) {
            Connection<String> connection = heard.opened.take();
            connection.send("last");
            connection.close(4321, "so long");
            assertThat(connection.send("too late")).isFalse();
            assertThat(browser.text()).isEqualTo("last");
            assertThat(new String(browser.frame(0x88), StandardCharsets.ISO_8859_1))
                    .isEqualTo("\u0010\u00e1so long");
            browser.peer.expectNothing(Duration.ofMillis(50)); // no FIN before the peer has answered
            browser.send("nobody hears this").close(4321);
            browser.peer.expectEof();
            browser.leave();
            CloseReason reason = heard.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            assertThat(reason.code()).isEqualTo(4321);
        }
        assertThat(heard.messages.all()).isEmpty();
    }

    @Test
    void codesThatMayNotBeSentAreRefusedAtTheCall() throws Exception {
        try (var server = server(CHAT).bind(0);
                Browser browser = Browser.at(server.port())) {
            Connection<String> connection = heard.opened.take();
            assertThatThrownBy(() -> connection.close(1005, "x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1005");
            assertThatThrownBy(() -> connection.close(1000, null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> connection.startTls(
                            io.github.packetboat.message.TlsOptions.builder().build()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("handshake of its own");
            assertThat(browser.send("alive").text()).isEqualTo("alive");
        }
    }

    @Test
    void aServerThatClosesGoesAway() throws Exception {
        MessageServer<String> server = server(CHAT).bind(0);
        try (Browser browser = Browser.at(server.port())) {
            heard.opened.take();
            Thread closing = new Thread(server::close);
            closing.start();
            assertThat(browser.closeCode()).isEqualTo(1001);
            browser.close(1001);
            browser.peer.expectEof();
            browser.leave();
            closing.join();
        } finally {
            server.close();
        }
        assertThat(heard.closed.take().code()).isEqualTo(1001);
    }

    @Test
    void aPeerThatNeverAnswersTheCloseIsNotWaitedForLong() throws Exception {
        Limits limits = Limits.builder().lingerTimeout(Duration.ofMillis(100)).build();
        try (var server = server(CHAT).limits(limits).bind(0);
                Browser browser = Browser.at(server.port())) {
            heard.opened.take().close();
            assertThat(heard.closed.take().code()).isEqualTo(1000);
            assertThat(browser.closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void aStreamThatEndsWithoutACloseIsALostConnection() throws Exception {
        try (var server = server(CHAT).bind(0)) {
            Browser browser = Browser.at(server.port());
            heard.opened.take();
            browser.leave();
            CloseReason reason = heard.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.CONNECTION_LOST);
            assertThat(reason.code()).isZero();

            Browser cut = Browser.at(server.port());
            cut.send(new Bytes().masked(0x01, "half a message"));
            cut.leave();
            assertThat(heard.closed.take().kind()).isEqualTo(CloseReason.Kind.TRUNCATED_FRAME);
        }
    }

    @Test
    void aBrokenRuleIsToldThePeerAndTheListener() throws Exception {
        try (var server = server(CHAT).bind(0);
                Browser browser = Browser.at(server.port())) {
            browser.peer.send(new Bytes().plain(0x81, "no mask").toArray());
            assertThat(browser.closeCode()).isEqualTo(1002);
            browser.peer.expectEof();
            browser.leave();
            CloseReason reason = heard.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(reason.code()).isEqualTo(1002);
            assertThat(reason.detail()).contains("without a mask");
        }
    }

    @Test
    void aListenerThatThrowsClosesWithTheCodeForThat() throws Exception {
        Heard<String> throwing = new Heard<>((connection, message) -> {
            throw new IllegalStateException("on purpose");
        });
        try (var server = MessageServer.builder(CHAT).listener(throwing).bind(0);
                Browser browser = Browser.at(server.port())) {
            browser.send("x");
            assertThat(browser.closeCode()).isEqualTo(1011);
            browser.close(1011);
            assertThat(throwing.closed.take().kind()).isEqualTo(CloseReason.Kind.LISTENER_FAILED);
        }
    }

    @Test
    void aMessageThatCannotBeMappedIsInvalidData() throws Exception {
        var numbers = CHAT.map(Integer::valueOf, String::valueOf);
        Heard<Integer> seen = new Heard<>((connection, number) -> connection.send(number + 1));
        try (var server = MessageServer.builder(numbers).listener(seen).bind(0);
                Browser browser = Browser.at(server.port())) {
            assertThat(browser.send("41").text()).isEqualTo("42");
            assertThat(seen.opened.take().handshake().path()).isEqualTo("/chat");
            browser.send("x");
            assertThat(browser.closeCode()).isEqualTo(1007);
        }
    }

    @Test
    void slowHandshakesEndAtTheDeadline() throws Exception {
        Limits limits =
                Limits.builder().handshakeTimeout(Duration.ofMillis(200)).build();
        try (var server = server(CHAT).limits(limits).bind(0);
                RawPeer silent = RawPeer.connect(server.port());
                RawPeer slow = RawPeer.connect(server.port())) {
            slow.send("GET /chat HTTP/1.1\r\n");
            assertThat(silent.awaitEnd()).isEqualTo(Ending.FIN);
            assertThat(slow.awaitEnd()).isNotNull();
            Await.untilEqual("failed handshakes", 2L, () -> server.stats().failedHandshakes());
        }
        heard.opened.assertNothingMore();
    }

    @Test
    void slowMessagesEndAtTheDeadlineWhetherFramesOrFragmentsAreMissing() throws Exception {
        Limits limits = Limits.builder().frameTimeout(Duration.ofMillis(200)).build();
        try (var server = server(CHAT).limits(limits).bind(0);
                Browser frame = Browser.at(server.port());
                Browser fragments = Browser.at(server.port())) {
            frame.send(new Bytes().hex("818812345678"));
            fragments.send(new Bytes().masked(0x01, "begun"));
            assertThat(heard.closed.take().kind()).isEqualTo(CloseReason.Kind.FRAME_TIMEOUT);
            assertThat(heard.closed.take().kind()).isEqualTo(CloseReason.Kind.FRAME_TIMEOUT);
        }
    }

    @Test
    void silentPeersArePingedAndDeadOnesNoticed() throws Exception {
        try (var server = server(CHAT).heartbeat(Duration.ofMillis(100), 3).bind(0);
                Browser browser = Browser.at(server.port())) {
            for (int i = 0; i < 6; i++) {
                assertThat(browser.frame(0x89)).isEmpty();
                browser.send(new Bytes().masked(0x8A, ""));
            }
            heard.closed.assertNothingMore();
            CloseReason reason = heard.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HEARTBEAT_TIMEOUT);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Overflow.class,
            names = {"CLOSE", "DROP_OLDEST"})
    void aFloodOfPingsWhoseAnswersNobodyReadsIsBounded(Overflow overflow) throws Exception {
        Limits limits = Limits.builder()
                .highWaterMarkBytes(64 << 10)
                .lowWaterMarkBytes(16 << 10)
                .writeStallTimeout(Duration.ofMillis(500))
                .closeFlushTimeout(Duration.ofMillis(200))
                .build();
        try (var server = server(CHAT).limits(limits).overflow(overflow).bind(0);
                Browser browser = Browser.at(server.port())) {
            Connection<String> connection = heard.opened.take();
            Thread flood = floodOfPings(browser);
            Await.until("the server has had enough", () -> {
                assertThat(connection.queuedBytes()).isLessThan(512 << 10);
                return !heard.closed.all().isEmpty();
            });
            flood.join();
        }
        CloseReason reason = heard.closed.take();
        assertThat(reason.kind()).isEqualTo(CloseReason.Kind.WRITE_TIMEOUT);
        assertThat(reason.code()).isEqualTo(CloseCode.POLICY_VIOLATION);
        assertThat(reason.detail())
                .contains("the peer took none of", "writeStallTimeout=500 ms", "not all was written within");
    }

    private static Thread floodOfPings(Browser browser) {
        Bytes pings = new Bytes();
        for (int i = 0; i < 1000; i++) {
            pings.masked(0x89, "x".repeat(125));
        }
        byte[] thousand = pings.toArray();
        Thread flood = new Thread(() -> {
            try {
                for (int i = 0; i < 200; i++) {
                    browser.peer.send(thousand);
                }
            } catch (RuntimeException e) {
                // the server has had enough
            }
        });
        flood.start();
        return flood;
    }

    @Test
    void whoReadsOnAfterAllIsToldThatItTookTooLong() throws Exception {
        Limits limits = Limits.builder()
                .highWaterMarkBytes(64 << 10)
                .lowWaterMarkBytes(16 << 10)
                .writeStallTimeout(Duration.ofMillis(300))
                .closeFlushTimeout(Duration.ofSeconds(30))
                .build();
        SocketOptions small = SocketOptions.builder().sendBufferBytes(16 << 10).build();
        try (var server = server(CHAT).limits(limits).socketOptions(small).bind(0);
                Browser browser = Browser.at(server.port())) {
            Connection<String> connection = heard.opened.take();
            Thread flood = floodOfPings(browser);
            Await.until("the server has had enough", () -> !connection.isOpen());
            byte[] header = browser.peer.readExactly(2);
            while ((header[0] & 0xFF) == 0x8A) {
                browser.peer.readExactly(header[1]);
                header = browser.peer.readExactly(2);
            }
            assertThat(header).containsExactly(0x88, 2);
            assertThat(browser.peer.readExactly(2)).containsExactly(1008 >> 8, 1008 & 0xFF);
            flood.join();
            browser.close(CloseCode.POLICY_VIOLATION);
            CloseReason reason = heard.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.WRITE_TIMEOUT);
            assertThat(reason.code()).isEqualTo(CloseCode.POLICY_VIOLATION);
            assertThat(reason.detail()).doesNotContain("not sent");
        }
    }

    @Test
    void listenersOnAnExecutorSeeTheSame() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try (var server = server(CHAT).executor(pool).bind(0);
                Browser browser = Browser.at(server.port())) {
            for (int i = 0; i < 100; i++) {
                browser.send("m" + i);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(browser.text()).isEqualTo("m" + i);
            }
            browser.close(1000);
            assertThat(browser.closeCode()).isEqualTo(1000);
            assertThat(heard.closed.take().code()).isEqualTo(1000);
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void controlFramesAreNeverDroppedOrKeptForLater() throws Exception {
        try (var server = server(CHAT).overflow(Overflow.DROP_OLDEST).bind(0);
                Browser browser = Browser.at(server.port())) {
            browser.send(new Bytes().masked(0x89, "a").masked(0x81, "m").masked(0x89, "b"));
            assertThat(browser.frame(0x8A)).containsExactly('a');
            browser.send("n");
            // the echo goes through the queue that drops, the pong does not: only each kind's own order is promised
            byte[] rest = browser.peer.readExactly(3 + 3 + 3);
            assertThat(new String(rest, StandardCharsets.ISO_8859_1))
                    .contains("\u008a\u0001b", "\u0081\u0001m", "\u0081\u0001n");
            heard.opened.take().close();
            assertThat(browser.closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void aServerCodecIsRefusedByAClientAndTheOtherWayRound() {
        assertThatThrownBy(() ->
                        MessageServer.builder(WebSockets.textClient("/chat")).bind(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client's");
        assertThatThrownBy(() ->
                        io.github.packetboat.message.MessageClient.builder(CHAT).connect("127.0.0.1", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("server's");
        assertThatThrownBy(() -> MessageServer.builder(CHAT.heartbeat("beat")).bind(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("heartbeats of its own");
    }
}
