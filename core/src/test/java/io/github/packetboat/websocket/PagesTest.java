package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.message.MessageServer;
import io.github.packetboat.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Pages beside WebSockets, shown to HTTP clients over real sockets. */
final class PagesTest {
    private static final ServerWebSockets<String> CHAT = WebSockets.text("/chat");

    private final Heard<String> heard = Heard.echoing();

    @Test
    void pagesAreShownToOrdinaryHttpClients() throws Exception {
        byte[] large = "x".repeat(3_000_000).getBytes(StandardCharsets.US_ASCII);
        try (var server = MessageServer.builder(CHAT.page("/", () -> Page.of("text/html; charset=utf-8", large))
                        .page("/health", () -> Page.text("ok")))
                .listener(heard)
                .bind(0)) {
            assertThat(get(server.port(), "/")).isEqualTo("200 " + "x".repeat(3_000_000));
            assertThat(get(server.port(), "/health")).isEqualTo("200 ok");
            assertThat(get(server.port(), "/nowhere")).startsWith("404 ");
            Await.untilEqual("failed handshakes", 1L, () -> server.stats().failedHandshakes());
        }
        heard.opened.assertNothingMore();
    }

    /** Unless told otherwise it asks for an upgrade to h2c with each request that is not encrypted. */
    @Test
    void pagesAreShownToJavasHttpClient() throws Exception {
        try (var server = MessageServer.builder(CHAT.page("/health", () -> Page.text("ok")))
                .listener(heard)
                .bind(0)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/health"))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            HttpResponse<String> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("ok");
        }
        WebSocketClientTest.awaitNoHttpClient();
    }

    private static String get(int port, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://localhost:" + port + path).toURL().openConnection();
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return status + " " + new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
