package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    @Test
    void pagesBelowAPrefixAreMadeAsTheyAreAskedFor() throws Exception {
        var codec = CHAT.page("/mails/all", () -> Page.text("all of them"))
                .pagesBelow("/mails/", rest -> rest.endsWith("7") ? Page.text("mail " + rest) : null)
                .pagesBelow("/mails/deep/", rest -> Page.text("deep <" + rest + ">"))
                .pagesBelow("/broken/", rest -> {
                    throw new IllegalStateException("on purpose");
                });
        try (var server = MessageServer.builder(codec).listener(heard).bind(0)) {
            assertThat(get(server.port(), "/mails/17?x=/y")).isEqualTo("200 mail 17");
            assertThat(get(server.port(), "/mails/../%2e%2E/7")).isEqualTo("200 mail ../%2e%2E/7");
            assertThat(get(server.port(), "/mails/all")).isEqualTo("200 all of them");
            assertThat(get(server.port(), "/mails/deep/")).isEqualTo("200 deep <>");
            assertThat(get(server.port(), "/mails/deep/er/7")).isEqualTo("200 deep <er/7>");
            assertThat(get(server.port(), "/mails/18")).startsWith("404 ");
            assertThat(get(server.port(), "/mails")).startsWith("404 ");
            assertThat(get(server.port(), "/broken/7")).startsWith("500 ");
        }
        heard.opened.assertNothingMore();
        assertThatThrownBy(() -> CHAT.pagesBelow("/mails", rest -> null)).hasMessageContaining("slash at its end");
        assertThatThrownBy(() -> CHAT.pagesBelow("mails/", rest -> null)).hasMessageContaining("path");
        assertThatThrownBy(() -> CHAT.pagesBelow("/", null)).hasMessageContaining("pages");
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
