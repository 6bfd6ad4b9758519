package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.Backoff;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.ConnectionClosedException;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSocket clients: ours against ours, ours against servers that misbehave, and Java's own against ours. */
final class WebSocketClientTest {
    private static final ClientWebSockets<String> CLIENT = WebSockets.textClient("/chat?x=1");
    private static final Backoff FAST = Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(20));

    private final Heard<String> atServer = Heard.echoing();
    private final Heard<String> atClient = new Heard<>();

    private MessageServer<String> server(ServerWebSockets<String> codec) throws Exception {
        return MessageServer.builder(codec).listener(atServer).bind(0);
    }

    @Test
    void clientAndServerTalk() throws Exception {
        var chat = WebSockets.text("/chat").subprotocols("v1");
        try (var server = server(chat);
                var client = MessageClient.builder(
                                CLIENT.subprotocols("v2", "v1").header("X-User", "ann"))
                        .listener(atClient)
                        .connect("localhost", server.port())) {
            client.send("hello");
            client.send("grüße " + "x".repeat(100_000));
            assertThat(atClient.messages.take()).isEqualTo("hello");
            assertThat(atClient.messages.take()).isEqualTo("grüße " + "x".repeat(100_000));
            Connection<String> accepted = atServer.opened.take();
            assertThat(accepted.handshake().header("Host")).isEqualTo("localhost:" + server.port());
            assertThat(accepted.handshake().header("X-User")).isEqualTo("ann");
            assertThat(accepted.handshake().query()).isEqualTo("x=1");
            assertThat(client.connection().handshake().subprotocol()).isEqualTo("v1");
            client.connection().close(CloseCode.NORMAL, "bye");
            assertThat(atClient.closed.take().code()).isEqualTo(1000);
            assertThat(atServer.closed.take().detail()).endsWith("code 1000: bye");
        }
    }

    @Test
    void theServersCodeReachesTheClient() throws Exception {
        try (var server = server(WebSockets.text("/chat"));
                var client = MessageClient.builder(CLIENT).listener(atClient).connect("localhost", server.port())) {
            atServer.opened.take().close(4999, "enough");
            CloseReason reason = atClient.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
            assertThat(reason.code()).isEqualTo(4999);
            assertThat(reason.detail()).endsWith("enough");
            assertThat(client.isConnected()).isFalse();
        }
    }

    @Test
    void whatIsSentWhileAwayComesAfterTheNextHandshakeInOrder() throws Exception {
        try (var server = server(WebSockets.text("/chat"));
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(CLIENT)
                        .listener(atClient)
                        .reconnect(FAST)
                        .connect(proxy.address())) {
            client.send("first");
            assertThat(atServer.messages.take()).isEqualTo("first");
            for (int round = 0; round < 3; round++) {
                proxy.dropAll();
                int before = round + 1;
                Await.until(
                        "the client knows",
                        () -> !client.isConnected() || client.stats().connects() > before);
                List<String> sent = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    sent.add("round " + round + " message " + i);
                    assertThat(client.send(sent.get(i))).isTrue();
                }
                Await.until("all have come", () -> atServer.messages.all().containsAll(sent));
                assertThat(atServer.messages.all().stream()
                                .filter(sent::contains)
                                .distinct())
                        .containsExactlyElementsOf(sent);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 302 Found;Location: http://evil.example/|answered 302 Found, which is not followed, to http://evil",
                "HTTP/1.1 403 Forbidden|answered 403 Forbidden",
                "HTTP/1.1 200 OK|answered 200 OK",
                "HTTP/1.0 101 Switching Protocols|speaks HTTP/1.0",
                "SSH-2.0-x|not answer with proper HTTP",
                "HTTP/1.1 101 S;Upgrade: h2c;Connection: Upgrade;Sec-WebSocket-Accept: @|does not upgrade",
                "HTTP/1.1 101 S;Upgrade: websocket;Connection: close;Sec-WebSocket-Accept: @|does not upgrade",
                "HTTP/1.1 101 S;Upgrade: websocket;Connection: Upgrade|Sec-WebSocket-Accept is wrong",
                "HTTP/1.1 101 S;Upgrade: websocket;Connection: Upgrade;Sec-WebSocket-Accept: x|Accept is wrong",
                "HTTP/1.1 101 S;Upgrade: websocket;Connection: Upgrade;Sec-WebSocket-Accept: @;"
                        + "Sec-WebSocket-Protocol: v1|chose subprotocol [v1]",
                "HTTP/1.1 101 S;Upgrade: websocket;Connection: Upgrade;Sec-WebSocket-Accept: @;"
                        + "Sec-WebSocket-Extensions: permessage-deflate|chose extensions",
            })
    void aServerThatDoesNotUpgradeFailsTheConnect(String answer, String because) throws Exception {
        try (RawServer server = RawServer.open()) {
            Thread answering = new Thread(() -> {
                try (RawPeer peer = server.accept()) {
                    String key = "";
                    String line = peer.readLine();
                    while (!line.isEmpty()) {
                        key = line.startsWith("Sec-WebSocket-Key: ") ? line.substring(19) : key;
                        line = peer.readLine();
                    }
                    peer.send(answer.replace("@", Opening.accept(key)).replace(";", "\r\n") + "\r\n\r\n");
                    peer.awaitEnd();
                }
            });
            answering.start();
            assertThatThrownBy(() ->
                            MessageClient.builder(CLIENT).listener(atClient).connect("127.0.0.1", server.port()))
                    .isInstanceOf(ConnectionClosedException.class)
                    .hasMessageContaining(because)
                    .hasMessageContaining("HANDSHAKE_FAILED");
            answering.join();
        }
        atClient.opened.assertNothingMore();
        atClient.closed.assertNothingMore();
    }

    @Test
    void aMaskedFrameOfAServerIsRefused() throws Exception {
        try (RawServer server = RawServer.open()) {
            Thread answering = new Thread(() -> {
                try (RawPeer peer = server.accept()) {
                    String key = "";
                    String line = peer.readLine();
                    while (!line.isEmpty()) {
                        key = line.startsWith("Sec-WebSocket-Key: ") ? line.substring(19) : key;
                        line = peer.readLine();
                    }
                    peer.send(Bytes.crlf(Bytes.SWITCHING).replace(Bytes.ACCEPT, Opening.accept(key)));
                    peer.send(
                            new Bytes().plain(0x81, "good").masked(0x81, "bad").toArray());
                    peer.awaitEnd();
                }
            });
            answering.start();
            try (var client = MessageClient.builder(CLIENT).listener(atClient).connect("127.0.0.1", server.port())) {
                assertThat(atClient.messages.take()).isEqualTo("good");
                CloseReason reason = atClient.closed.take();
                assertThat(reason.detail()).contains("a masked frame from a server");
                assertThat(reason.code()).isEqualTo(1002);
                client.awaitClosed();
            }
            answering.join();
        }
    }

    @Test
    void keysDifferFromFrameToFrame() throws Exception {
        var codec = CLIENT.create();
        List<String> frames = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            var out = io.github.packetboat.codec.FrameBuffer.allocate(16);
            codec.encode("same", out);
            frames.add(java.util.HexFormat.of().formatHex(out.toByteArray(), 2, 6));
        }
        assertThat(frames).doesNotHaveDuplicates();
    }

    @Test
    void headersThatWouldForgeTheHandshakeAreRefused() {
        assertThatThrownBy(() -> CLIENT.header("X", "a\r\nY: b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CLIENT.header("X\r\n", "a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CLIENT.header("sec-websocket-key", "a")).hasMessageContaining("sec-websocket-key");
        assertThatThrownBy(() -> WebSockets.textClient("chat")).hasMessageContaining("target");
        assertThatThrownBy(() -> WebSockets.textClient("/a b")).hasMessageContaining("target");
    }

    @Test
    void javasOwnClientIsServed() throws Exception {
        var got = new io.github.packetboat.testkit.Recorder<String>();
        try (var server = server(WebSockets.text("/chat"))) {
            WebSocket socket =
                    newJavaSocket(URI.create("ws://localhost:" + server.port() + "/chat"), new WebSocket.Listener() {
                        private final StringBuilder text = new StringBuilder();

                        @Override
                        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                            text.append(data);
                            if (last) {
                                got.accept(text.toString());
                                text.setLength(0);
                            }
                            from.request(1);
                            return null;
                        }

                        @Override
                        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                            got.accept("closed " + code + " " + reason);
                            return null;
                        }
                    });
            socket.sendText("hello ", false).get(10, TimeUnit.SECONDS);
            socket.sendText("world", true).get(10, TimeUnit.SECONDS);
            assertThat(got.take()).isEqualTo("hello world");
            String large = "ä".repeat(30_000);
            socket.sendText(large, true).get(10, TimeUnit.SECONDS);
            assertThat(got.take()).isEqualTo(large);
            atServer.opened.take().close(4000, "bye");
            assertThat(got.take()).isEqualTo("closed 4000 bye");
            assertThat(atServer.closed.take().code()).isEqualTo(4000);
        }
        awaitNoHttpClient();
    }

    private static WebSocket newJavaSocket(URI uri, WebSocket.Listener listener) throws Exception {
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(uri, listener)
                .get(10, TimeUnit.SECONDS);
    }

    /** In Java 17 an HTTP client ends its threads only when it is garbage. */
    static void awaitNoHttpClient() {
        Await.until("the HTTP client's threads have ended", () -> {
            System.gc();
            return Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("HttpClient-"));
        });
    }
}
