package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.websocket.WebSockets;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the mail sink's page is given, without a browser: the list, and the mails. */
class MailSinkWebTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOSTILE = """
            From: "<b>Eve</b>" <eve@example.com>
            To: you@example.com
            Subject: <script>alert(1)</script>\u202E
            Message-ID: <1@example.com>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="m"

            --m
            Content-Type: multipart/related; boundary="r"

            --r
            Content-Type: text/html; charset=us-ascii

            <LINK rel=dns-prefetch href=//evil.example><img src="cid:logo"><img src="cid:logo2"><img src='cid:logo'>
            --r
            Content-Type: image/png
            Content-ID: <logo>
            Content-Transfer-Encoding: base64

            aGVsbG8=
            --r--
            --m
            Content-Type: text/html; name="../../../evil\\".html"
            Content-Disposition: attachment; filename="../../../evil\\".html"

            <script>alert(2)</script>
            --m
            Content-Type: text/plain; charset=utf-8
            Content-Disposition: attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A%0D%0AX-Evil:%20y.txt
            Content-Transfer-Encoding: base64

            5LiA
            --m--
            """.replace("\n", "\r\n");

    private final CaughtMails mails = new CaughtMails(3, 100_000);
    private MailSinkPage page;

    @BeforeEach
    void start() throws Exception {
        page = new MailSinkPage(0, mails);
    }

    @AfterEach
    void stop() {
        page.close();
    }

    private void take(String mail) {
        page.add(new MailSink.Taken(
                "sender@example.com", List.of("you@example.com"), mail.getBytes(StandardCharsets.UTF_8)));
    }

    private static String simple(String subject) {
        return "From: me@example.com\r\nSubject: " + subject + "\r\n\r\nhello\r\n";
    }

    private HttpURLConnection get(String path) throws IOException {
        return (HttpURLConnection)
                URI.create("http://localhost:" + page.port() + path).toURL().openConnection();
    }

    private JsonNode details(long number) throws IOException {
        return JSON.readTree(get("/mails/" + number).getInputStream());
    }

    @Test
    void whoWatchesIsToldOfAllThatIsKeptAndThenOfEachThatComes() throws Exception {
        for (int i = 1; i <= 5; i++) {
            take(simple("mail " + i));
        }
        BlockingQueue<JsonNode> told = new LinkedBlockingQueue<>();
        try (MessageClient<JsonNode> watcher = MessageClient.builder(
                        WebSockets.textClient("/watch").map(JSON::readTree, JsonNode::toString))
                .listener((connection, news) -> told.add(news))
                .connect("localhost", page.port())) {
            assertThat(next(told).get("all").asBoolean()).isTrue();
            for (int i = 3; i <= 5; i++) {
                assertThat(next(told).get("subject").asText()).isEqualTo("mail " + i);
            }
            take(HOSTILE);
            JsonNode news = next(told);
            assertThat(news.get("number").asLong()).isEqualTo(6);
            assertThat(news.get("oldest").asLong()).isEqualTo(4);
            assertThat(news.get("subject").asText()).isEqualTo("<script>alert(1)</script>\uFFFD");
            assertThat(news.get("from").asText()).contains("<b>Eve</b>", "eve@example.com");
            take(simple("x".repeat(100_000)));
            assertThat(next(told).get("subject").asText()).hasSize(201);
            assertThat(mails.all()).as("the last one is as large as all may be").hasSize(1);
            assertThat(watcher.isConnected()).isTrue();
        }
        assertThat(get("/mails/6").getResponseCode()).isEqualTo(404);
        assertThat(get("/mails/7").getResponseCode()).isEqualTo(200);
    }

    private static JsonNode next(BlockingQueue<JsonNode> told) throws InterruptedException {
        JsonNode news = told.poll(10, TimeUnit.SECONDS);
        assertThat(news).as("news").isNotNull();
        return news;
    }

    @Test
    void attachmentsAreFilesToBeSavedUnderSafeNames() throws Exception {
        take(HOSTILE);
        JsonNode files = details(1).get("files");
        assertThat(files.size()).isEqualTo(3);
        String first = files.get(0).get("name").asText();
        assertThat(first).endsWith(".html").doesNotContain("/", "\"", "\r");

        HttpURLConnection html = get("/mails/1/parts/0");
        assertThat(html.getContentType()).isEqualTo("application/octet-stream");
        assertThat(html.getHeaderField("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(html.getHeaderField("Content-Security-Policy")).startsWith("sandbox;");
        assertThat(html.getHeaderField("Content-Disposition"))
                .matches("attachment; filename=\"[\\w. -]+\\.html\"; filename\\*=UTF-8''[\\w.%-]+\\.html");
        assertThat(new String(html.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("<script>alert(2)</script>");

        HttpURLConnection text = get("/mails/1/parts/1");
        assertThat(text.getHeaderField("Content-Disposition")).contains("filename*=UTF-8''%E6%8A%A5%E5%91%8A");
        assertThat(text.getHeaderField("X-Evil")).isNull();
        assertThat(new String(text.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("一");

        HttpURLConnection source = get("/mails/1/source");
        assertThat(source.getHeaderField("Content-Disposition")).startsWith("attachment; filename=\"mail-1.eml\"");
        assertThat(source.getInputStream().readAllBytes()).isEqualTo(HOSTILE.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void htmlIsInASandboxWithItsOwnPicturesAndReachesNobody() throws Exception {
        take(HOSTILE);
        HttpURLConnection html = get("/mails/1/html");
        assertThat(html.getHeaderField("Content-Security-Policy"))
                .startsWith("sandbox; default-src 'none';")
                .doesNotContain("allow-", "script-src");
        assertThat(html.getHeaderField("X-DNS-Prefetch-Control")).isEqualTo("off");
        assertThat(new String(html.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("<x-LINK rel=dns-prefetch")
                .contains("<img src=\"data:image/png;base64,aGVsbG8=\"><img src=\"cid:logo2\">")
                .contains("<img src='data:image/png;base64,aGVsbG8='>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mails/",
                "/mails/x",
                "/mails/-1",
                "/mails/2",
                "/mails/1/",
                "/mails/1/x",
                "/mails/1/html/0",
                "/mails/1/parts",
                "/mails/1/parts/",
                "/mails/1/parts/3",
                "/mails/1/parts/-1",
                "/mails/1/parts/0/0",
                "/mails/99999999999999999999",
                "/mails/../mail-sink.css",
                "/watch/x"
            })
    void nothingElseIsThere(String path) throws Exception {
        take(HOSTILE);
        HttpURLConnection connection = get(path);
        assertThat(connection.getResponseCode()).isEqualTo(404);
        connection.disconnect();
    }

    @Test
    void aPageOfTheWebThatLetsItsNamePointHereIsTurnedAway() throws Exception {
        take(HOSTILE);
        try (Peer peer = Peer.connect(page.port())) {
            peer.send("GET /mails/1 HTTP/1.1\r\nHost: evil.example:" + page.port() + "\r\n\r\n");
            peer.expect("HTTP/1.1 421 .*");
        }
    }
}
