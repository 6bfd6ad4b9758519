package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.codec.Handshake;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's side of the opening handshake: RFC 6455 §4.2, T19, T21, P30, P31. */
final class ServerHandshakeTest {
    static final ServerWebSockets<String> CHAT = WebSockets.text("/chat")
            .alsoAt("/other")
            .page(
                    "/",
                    () -> Page.of("text/html; charset=utf-8", "<p>hi".getBytes(StandardCharsets.UTF_8))
                            .header("Content-Security-Policy", "default-src 'self'"))
            .page("/health", () -> Page.text("ok"));

    static Session.Outcome ask(ServerWebSockets<String> server, String request) {
        return Session.serve(server, Bytes.crlf(request).getBytes(StandardCharsets.ISO_8859_1));
    }

    static String with(String line) {
        return Bytes.REQUEST.replace("Host: example.org\n", "Host: example.org\n" + line + "\n");
    }

    static void assertRefused(ServerWebSockets<String> server, String request, int status) {
        Session.Outcome outcome = ask(server, request);
        assertThat(outcome.error()).contains("answered with " + status);
        assertThat(outcome.phase()).isEqualTo(Conversation.Phase.OPENING);
        assertThat(outcome.said()).startsWith("HTTP/1.1 " + status + " ").contains("\r\nConnection: close\r\n");
    }

    @Test
    void theExampleOfTheRfcIsAnsweredAsThere() {
        Session.Outcome outcome = ask(CHAT, Bytes.REQUEST);

        assertThat(outcome.said()).isEqualTo(Bytes.crlf(Bytes.SWITCHING));
        assertThat(outcome.phase()).isEqualTo(Conversation.Phase.OPEN);
        assertThat(outcome.error()).isNull();
    }

    @Test
    void framesRightBehindTheRequestAreRead() {
        Session.Outcome outcome = Session.serve(
                CHAT, Bytes.opened().masked(0x81, "one").masked(0x81, "two").toArray());

        assertThat(outcome.messages()).containsExactly("one", "two");
    }

    @Test
    void theHeadCanBeReadAfterwards() throws Exception {
        WebSocketConversation<String> conversation =
                (WebSocketConversation<String>) CHAT.subprotocols("v2", "v1").create();
        String request = with("Cookie: a=b\nX-Twice: 1\nx-twice: 2\nSec-WebSocket-Protocol: v0, v1, v2")
                .replace("/chat", "/other?x=1&y=2");
        conversation.decode(ByteBuffer.wrap(Bytes.crlf(request).getBytes(StandardCharsets.ISO_8859_1)));
        Handshake head = conversation.handshake();

        assertThat(head.path()).isEqualTo("/other");
        assertThat(head.query()).isEqualTo("x=1&y=2");
        assertThat(head.header("COOKIE")).isEqualTo("a=b");
        assertThat(head.headers("X-Twice")).containsExactly("1", "2");
        assertThat(head.header("absent")).isNull();
        assertThat(head.header("Sec-WebSocket-Key")).isNull();
        assertThat(head.subprotocol()).isEqualTo("v2");
        assertThat(head).hasToString("Handshake[/other, v2]");
        FrameBuffer out = FrameBuffer.allocate(64);
        conversation.reply(out);
        assertThat(new String(out.toByteArray(), StandardCharsets.ISO_8859_1))
                .contains("\r\nSec-WebSocket-Protocol: v2\r\n");
    }

    @Test
    void aSubprotocolThatNobodySpeaksIsLeftOut() {
        Session.Outcome outcome = ask(CHAT.subprotocols("v9"), with("Sec-WebSocket-Protocol: v0"));

        assertThat(outcome.said()).isEqualTo(Bytes.crlf(Bytes.SWITCHING));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|X: y|400",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: c2hvcnQ=|400",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!|400",
                "Sec-WebSocket-Version: 13|Sec-WebSocket-Version: 12|426",
                "Sec-WebSocket-Version: 13|X: y|426",
                "Upgrade: websocket|X: y|426",
                "Upgrade: websocket|Upgrade: h2c|426",
                "Connection: Upgrade|Connection: keep-alive|400",
                "HTTP/1.1|HTTP/1.0|400",
                "HTTP/1.1|HTTP/2.0|400",
                "GET|POST|405",
                "GET|HEAD|405",
                "GET|get|405",
                "Host: example.org|X: y|400",
                "Host: example.org|Host: a, b|400",
                "Host: example.org|Host:|400",
                "Host: example.org|Host : example.org|400",
                "Host: example.org|: example.org|400",
                "Host: example.org|Host example.org|400",
                "/chat|chat|400",
                "/chat|ftp://example.org/chat|400",
                "/chat|example.org:80|400",
                "/chat|*|400",
                "/chat|http:///chat|400",
                "/chat|http://x@example.org/chat|400",
                "/chat|http://example.org/chat#x|400",
                "Host: example.org|Host: x@example.org|400",
                "Host: example.org|Host: example.org:80:80|400",
                "Host: example.org|Host: [::1|400",
                "GET|OPTIONS|405",
                "/chat|/chat#x|400",
                "/chat|/nowhere|404",
                "GET /chat|GET  /chat|400",
                "Upgrade: websocket|Content-Length: 5|400",
                "Upgrade: websocket|Transfer-Encoding: chunked|400",
            })
    void whatIsNoProperRequestIsRefused(String of, String by, int status) {
        String request = Bytes.REQUEST.replaceFirst(java.util.regex.Pattern.quote(of), by);

        assertRefused(CHAT, request, status);
    }

    @Test
    void twoHostsTwoKeysAndFoldedLinesAreRefused() {
        assertRefused(CHAT, with("Host: example.com"), 400);
        assertRefused(CHAT, with("Sec-WebSocket-Key: " + Bytes.KEY), 400);
        assertRefused(CHAT, with("X: y\n z"), 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET / HTTP/1.1\nHost: x", "\u0016\u0003\u0001\u0002", "GET /\r\rx", "a\u0000b", "\n", "\rx"})
    void whatIsNoHttpIsRefusedWithoutWaitingForMore(String bytes) {
        Session.Outcome outcome = Session.serve(CHAT, bytes.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(outcome.error()).contains("no HTTP: byte 0x").contains("answered with 400");
    }

    @Test
    void aHeadOver8KiBIsRefusedAt8KiB() {
        String head = "GET /chat HTTP/1.1\r\nX: " + "y".repeat(HttpHead.MAX_BYTES - 23);
        assertThat(head).hasSize(HttpHead.MAX_BYTES);
        Session.Outcome outcome = Session.serve(CHAT, head.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(outcome.error()).contains("8192").contains("answered with 431");
        assertThat(Session.serve(CHAT, head.substring(1).getBytes(StandardCharsets.ISO_8859_1))
                        .error())
                .isNull();
    }

    @Test
    void sixtyFourHeadersAreReadAndSixtyFiveAreNot() {
        assertThat(ask(CHAT, with("X: y\n".repeat(58) + "X: y")).phase()).isEqualTo(Conversation.Phase.OPEN);
        assertRefused(CHAT, with("X: y\n".repeat(59) + "X: y"), 431);
    }

    /** RFC 9112 §3.2.2: a server must accept it, and it outranks the Host header. */
    @Test
    void theTargetMayBeAWholeUri() {
        assertThat(ask(CHAT, Bytes.REQUEST.replace("/chat", "HTTP://example.org/chat?x"))
                        .phase())
                .isEqualTo(Conversation.Phase.OPEN);
        assertThat(ask(CHAT, "GET https://example.org/health HTTP/1.1\nHost: x\n\n")
                        .farewell())
                .isEqualTo("answered GET /health with 200");
        assertThat(ask(CHAT, "GET http://example.org:80?x HTTP/1.1\nHost: x\n\n")
                        .farewell())
                .isEqualTo("answered GET / with 200");

        String foreign = with("Origin: http://example.org");
        assertThat(ask(
                                CHAT,
                                foreign.replace("/chat", "http://example.org/chat")
                                        .replace("Host: example.org", "Host: y"))
                        .phase())
                .isEqualTo(Conversation.Phase.OPEN);
        assertRefused(CHAT, foreign.replace("/chat", "http://y/chat"), 403);
    }

    @Test
    void theApplicationMayRefuse() {
        ServerWebSockets<String> picky = CHAT.admit(head -> "secret".equals(head.header("Authorization")) ? 101 : 401);

        assertRefused(picky, Bytes.REQUEST, 401);
        assertThat(ask(picky, with("Authorization: secret")).phase()).isEqualTo(Conversation.Phase.OPEN);
    }

    @Test
    void anApplicationThatAnswersNonsenseIsAnError() throws Exception {
        Conversation<String> conversation =
                (Conversation<String>) CHAT.admit(head -> 200).create();
        ByteBuffer in = ByteBuffer.wrap(Bytes.opened().toArray());
        assertThatThrownBy(() -> conversation.decode(in))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("200");
        FrameBuffer out = FrameBuffer.allocate(64);
        conversation.close(Conversation.Ending.SELF_FAILED, 0, "", out);
        assertThat(new String(out.toByteArray(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 500 ");
    }

    @Test
    void aPageIsShownAndTheConnectionIsOver() {
        Session.Outcome outcome = ask(CHAT, "GET /?from=mail HTTP/1.1\nHost: example.org\n\n");

        assertThat(outcome.said()).isEqualTo(Bytes.crlf("""
                HTTP/1.1 200 OK
                Content-Type: text/html; charset=utf-8
                Content-Length: 5
                X-Content-Type-Options: nosniff
                Cache-Control: no-cache
                Connection: close
                Content-Security-Policy: default-src 'self'

                <p>hi"""));
        assertThat(outcome.phase()).isEqualTo(Conversation.Phase.OVER);
        assertThat(outcome.farewell()).isEqualTo("answered GET / with 200");
    }

    @Test
    void headGetsTheHeadOnly() {
        Session.Outcome outcome = ask(CHAT, "HEAD /health HTTP/1.1\nHost: example.org\n\n");

        assertThat(outcome.said()).contains("Content-Length: 2\r\n").endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/chat"})
    void aHeadThatIsRefusedGetsTheHeadOnly(String path) {
        Session.Outcome outcome = ask(CHAT, "HEAD " + path + " HTTP/1.1\nHost: example.org\n\n");

        assertThat(outcome.said())
                .startsWith("HTTP/1.1 40")
                .containsPattern("Content-Length: [1-9]")
                .endsWith("\r\n\r\n");
    }

    /** What HTTP clients say that would like HTTP/2; it may be ignored (RFC 9110 §7.8). */
    @Test
    void aPageIsShownToWhoOffersAnotherUpgrade() {
        String request = """
                GET /health HTTP/1.1
                Host: example.org
                Connection: Upgrade, HTTP2-Settings
                Upgrade: h2c
                HTTP2-Settings: AAEAAEAA

                """;

        assertThat(ask(CHAT, request).said()).startsWith("HTTP/1.1 200 OK\r\n");
        assertRefused(CHAT, request.replace("h2c", "h2c, WebSocket"), 404);
    }

    @Test
    void thePathOfAWebSocketIsNoPage() {
        assertRefused(CHAT, "GET /chat HTTP/1.1\nHost: example.org\n\n", 426);
        assertRefused(CHAT, "GET /favicon.ico HTTP/1.1\nHost: example.org\n\n", 404);
    }

    @Test
    void aServerThatGoesAwaySaysSo() {
        Conversation<String> conversation = (Conversation<String>) CHAT.create();
        FrameBuffer out = FrameBuffer.allocate(64);
        conversation.close(Conversation.Ending.GOING_AWAY, 0, "", out);

        assertThat(new String(out.toByteArray(), StandardCharsets.ISO_8859_1))
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate|",
                "permessage-deflate; client_max_window_bits|",
                "permessage-deflate; client_no_context_takeover; server_no_context_takeover|",
                "permessage-deflate; server_max_window_bits=10|; server_max_window_bits=10",
                "permessage-deflate; server_max_window_bits=\"9\"|; server_max_window_bits=9",
                "x-other, permessage-deflate; unknown, permessage-deflate|",
            })
    void deflateIsAgreedOnWhereItIsOn(String offer, String more) {
        String answer = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                + " client_no_context_takeover" + (more == null ? "" : more) + "\r\n";

        assertThat(ask(CHAT.deflate(), with("Sec-WebSocket-Extensions: " + offer))
                        .said())
                .contains(answer);
        assertThat(ask(CHAT, with("Sec-WebSocket-Extensions: " + offer)).said()).isEqualTo(Bytes.crlf(Bytes.SWITCHING));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-other",
                "permessage-deflate; unknown",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; server_max_window_bits=08",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; server_no_context_takeover=1",
            })
    void offersThatCannotBeMetAreLeft(String offer) {
        Session.Outcome outcome = ask(CHAT.deflate(), with("Sec-WebSocket-Extensions: " + offer));

        assertThat(outcome.said()).isEqualTo(Bytes.crlf(Bytes.SWITCHING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"permessage-deflate; a=b; a=c", "a b", "permessage-deflate; =8"})
    void malformedExtensionsAreRefused(String offer) {
        assertRefused(CHAT.deflate(), with("Sec-WebSocket-Extensions: " + offer), 400);
    }

    @Test
    void optionsThatMakeNoSenseAreRefusedByName() {
        assertThatThrownBy(() -> WebSockets.text("chat"))
                .hasMessageContaining("path")
                .hasMessageContaining("chat");
        assertThatThrownBy(() -> CHAT.subprotocols("a b")).hasMessageContaining("a b");
        assertThatThrownBy(() -> CHAT.maxFrameBytes(0)).hasMessageContaining("maxFrameBytes=0");
        assertThatThrownBy(() -> CHAT.maxMessageBytes(-1)).hasMessageContaining("maxMessageBytes=-1");
        assertThatThrownBy(() -> CHAT.maxFragments(0)).hasMessageContaining("maxFragments=0");
        assertThatThrownBy(() -> CHAT.maxMessageBytes(1000).create())
                .hasMessageContaining("maxFrameBytes=65536")
                .hasMessageContaining("maxMessageBytes=1000");
        assertThatThrownBy(() -> Page.text("x").header("A", "b\r\nC: d")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Page.of("text/html\r\n", new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Page.of("text/html", new byte[Page.MAX_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4194305")
                .hasMessageContaining("4194304");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "/chat?room=1", "/chat#x", "/a b", "/ä", ""})
    void pathsThatNoRequestHasAreRefused(String path) {
        assertThatThrownBy(() -> WebSockets.text(path)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CHAT.alsoAt(path)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CHAT.page(path, () -> Page.text("x"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nullIsRefusedByName() {
        assertThatThrownBy(() -> WebSockets.text(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("path must not be null");
        assertThatThrownBy(() -> WebSockets.textClient(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("target must not be null");
        assertThatThrownBy(() -> CHAT.page("/x", null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CHAT.admit(null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CHAT.origins((String) null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CHAT.hosts((String) null)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "connection", "Content-Type", "TRANSFER-ENCODING", "Upgrade"})
    void aPageSetsWhatTellsItsEndByItself(String name) {
        Page page = Page.text("x");
        assertThatThrownBy(() -> page.header(name, "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }
}
