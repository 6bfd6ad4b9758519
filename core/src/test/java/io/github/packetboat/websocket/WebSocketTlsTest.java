package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.message.ConnectionClosedException;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.TlsOptions;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Identity;
import org.junit.jupiter.api.Test;

/** {@code wss://}: who the server is is checked before a word of the handshake is said. */
final class WebSocketTlsTest {
    private final Heard<String> atServer = Heard.echoing();
    private final Heard<String> atClient = new Heard<>();

    private MessageServer<String> server(Identity identity) throws Exception {
        return MessageServer.builder(WebSockets.text("/chat").deflate())
                .tls(TlsOptions.builder()
                        .certificate(identity.certificateFile(), identity.keyFile())
                        .build())
                .listener(atServer)
                .bind(0);
    }

    private MessageClient.Builder<String> client() {
        return MessageClient.builder(WebSockets.textClient("/chat").deflate())
                .tls(TlsOptions.builder()
                        .trust(Certificates.root().certificate())
                        .build())
                .listener(atClient);
    }

    @Test
    void messagesGoOverTls() throws Exception {
        try (var server = server(Certificates.server("localhost"));
                var client = client().connect("localhost", server.port())) {
            String large = "again and again ".repeat(10_000);
            client.send("hello");
            client.send(large);
            assertThat(atClient.messages.take()).isEqualTo("hello");
            assertThat(atClient.messages.take()).isEqualTo(large);
            assertThat(client.connection().tlsSession()).isNotNull();
            assertThat(atServer.opened.take().handshake().header("host")).isEqualTo("localhost:" + server.port());
        }
    }

    @Test
    void aServerOfAnotherNameIsRefusedThoughItsAuthorityIsTrusted() throws Exception {
        try (var server = server(Certificates.server("other.example", "127.0.0.1"))) {
            assertThatThrownBy(() -> client().connect("localhost", server.port()))
                    .isInstanceOf(ConnectionClosedException.class)
                    .hasMessageContaining(
                            "the server's certificate is for other.example, 127.0.0.1, not for localhost");
            Await.untilEqual("failed handshakes", 1L, () -> server.stats().failedHandshakes());
        }
        atServer.opened.assertNothingMore();
        atClient.opened.assertNothingMore();
    }
}
