package io.github.packetboat.websocket;

import static io.github.packetboat.websocket.ServerHandshakeTest.CHAT;
import static io.github.packetboat.websocket.ServerHandshakeTest.ask;
import static io.github.packetboat.websocket.ServerHandshakeTest.assertRefused;
import static io.github.packetboat.websocket.ServerHandshakeTest.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Conversation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose pages may connect, and by what name: RFC 6455 §10.2. */
final class OriginsTest {
    private static final Conversation.Line SECURE = new Conversation.Line(null, 0, true);

    @ParameterizedTest
    @ValueSource(strings = {"http://example.org", "https://example.org", "HTTP://EXAMPLE.org", "http://example.org:80"})
    void pagesOfTheSameHostMayConnect(String origin) {
        assertThat(ask(CHAT, with("Origin: " + origin)).phase()).isEqualTo(Conversation.Phase.OPEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "https://example.org.evil.example",
                "http://example.org:81",
                "https://example.org:80",
                "null",
                "file://",
                "http://x@example.org",
                "http://example.org/",
                "example.org",
                "http://example.org http://example.org",
                "ftp://example.org",
                "http://",
                "",
            })
    void otherPagesMayNot(String origin) {
        assertRefused(CHAT, with("Origin: " + origin), 403);
    }

    /** They are no names of the DNS, but browsers and the networks of containers use them all the same. */
    @Test
    void pagesOfAHostWithAnUnderscoreMayConnect() {
        String request = with("Origin: http://chat_server:8080").replace("example.org", "chat_server:8080");

        assertThat(ask(CHAT, request).phase()).isEqualTo(Conversation.Phase.OPEN);
        assertRefused(CHAT, request.replace("http://chat_server", "http://chat-server"), 403);
    }

    @Test
    void whereTlsEndsHereOnlySecurePagesOfTheSameHostMayConnect() {
        byte[] plain = Bytes.crlf(with("Origin: http://example.org")).getBytes(StandardCharsets.ISO_8859_1);
        byte[] secure = Bytes.crlf(with("Origin: https://example.org")).getBytes(StandardCharsets.ISO_8859_1);

        assertThat(Session.play(CHAT, SECURE, secure).phase()).isEqualTo(Conversation.Phase.OPEN);
        assertThat(Session.play(CHAT, SECURE, plain).error()).contains("https://example.org", "answered with 403");
        assertThat(Session.play(CHAT.origins("http://example.org"), SECURE, plain)
                        .phase())
                .isEqualTo(Conversation.Phase.OPEN);
        assertThat(ask(CHAT, with("Origin: http://example.org")).phase()).isEqualTo(Conversation.Phase.OPEN);
    }

    /** DNS rebinding: the page of evil.example, which now points here, is of the same origin as this server. */
    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example"})
    void hostsThatTheServerDoesNotAnswerToAreRefusedPagesIncluded(String host) {
        String request = with("Origin: http://" + host).replace("Host: example.org", "Host: " + host);
        String page = "GET /health HTTP/1.1\nHost: " + host + "\n\n";

        assertThat(ask(CHAT, request).phase()).isEqualTo(Conversation.Phase.OPEN);
        assertRefused(CHAT.hosts(), request, 421);
        assertRefused(CHAT.hosts("example.org"), request, 421);
        assertRefused(CHAT.hosts("example.org"), page, 421);
        assertRefused(CHAT.hosts(), "GET http://" + host + "/health HTTP/1.1\nHost: localhost\n\n", 421);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.org", "EXAMPLE.org:8080", "app_1", "localhost:80", "127.0.0.1:80", "[::1]", "[::1]:80"})
    void hostsThatTheServerAnswersToAreServed(String host) {
        ServerWebSockets<String> server = CHAT.hosts("Example.org").hosts("app_1");

        assertThat(ask(server, Bytes.REQUEST.replace("example.org", host)).phase())
                .isEqualTo(Conversation.Phase.OPEN);
    }

    @Test
    void twoOriginsAreRefused() {
        assertRefused(CHAT, with("Origin: http://example.org\nOrigin: http://example.org"), 403);
    }

    @Test
    void originsCanBeAllowedAndRequired() {
        ServerWebSockets<String> listed = CHAT.origins("https://App.example", "null");
        assertThat(ask(listed, with("Origin: https://app.example")).phase()).isEqualTo(Conversation.Phase.OPEN);
        assertThat(ask(listed, with("Origin: null")).phase()).isEqualTo(Conversation.Phase.OPEN);
        assertRefused(listed, with("Origin: http://app.example"), 403);

        assertThat(ask(CHAT.insecureAnyOrigin(), with("Origin: http://evil.example"))
                        .phase())
                .isEqualTo(Conversation.Phase.OPEN);
        assertRefused(CHAT.requireOrigin(), Bytes.REQUEST, 403);
        assertRefused(
                CHAT.insecureAnyOrigin().requireOrigin(),
                with("Origin: http://a.example\nOrigin: http://a.example"),
                403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org:80", "http://example.org", "a b", "", "[::1]:80"})
    void whatIsNoHostNameIsRefused(String name) {
        assertThatThrownBy(() -> CHAT.hosts(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + name + "\"");
    }
}
