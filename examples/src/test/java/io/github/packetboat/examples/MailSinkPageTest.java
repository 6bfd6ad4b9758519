package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.mail.Attachment;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailBuilder;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mail.Mailer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The mail sink's page in a real browser, with mails that come over SMTP. */
@Timeout(120)
class MailSinkPageTest {
    @TempDir
    private Path folder;

    private Chromium chromium;
    private Terminal terminal;
    private int port;
    private String url;

    @BeforeEach
    void start() throws Exception {
        chromium = Chromium.start();
        terminal = new Terminal();
        terminal.start(MailSink::main, "0", folder.toString(), "0");
        url = terminal.await("for browsers: (http://localhost:\\d+/)").group(1);
        port = Integer.parseInt(
                terminal.await("taking mails at port (\\d+) of .*").group(1));
    }

    @AfterEach
    void stop() throws Exception {
        if (terminal != null) {
            terminal.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private void send(MailBuilder mail) throws Exception {
        MailServer server =
                MailServer.smtp("127.0.0.1").port(port).tls(MailServer.Tls.NONE).build();
        try (Mailer mailer = Mailer.of(server)) {
            mailer.send(mail.from("ann@example.com").to("you@example.com").build());
        }
    }

    private Chromium.Tab open() throws Exception {
        Chromium.Tab page = chromium.open(url);
        page.await("document.getElementById('status').textContent === 'connected'");
        return page;
    }

    private static String text(String id) {
        return "document.getElementById('" + id + "').textContent";
    }

    private static void awaitSubjects(Chromium.Tab page, String expected) throws Exception {
        page.await("[...document.querySelectorAll('#mails b')].map(each => each.textContent).join('|') === "
                + Chromium.Tab.quoted(expected));
    }

    @Test
    void aMailThatArrivesIsListedAndItsPartsAreShown() throws Exception {
        Chromium.Tab page = open();
        assertThat(page.evaluate(text("count"))).isEqualTo("no mails yet");
        send(Mail.builder()
                .subject("测试邮件")
                .text("plain words")
                .html("<p>rich <b>words</b></p>")
                .attach(Attachment.of("报告.txt", "attached words".getBytes(StandardCharsets.UTF_8))));
        awaitSubjects(page, "测试邮件");
        send(Mail.builder().subject("second").text("more"));
        awaitSubjects(page, "second|测试邮件");
        assertThat(page.evaluate(text("count"))).isEqualTo("2 mails");

        page.enter("#mails li:last-child a");
        page.await("document.activeElement.id === 'subject' && " + text("subject") + " === '测试邮件'");
        assertThat(page.evaluate(text("text"))).startsWith("plain words");
        assertThat(page.evaluate(text("from"))).isEqualTo("ann@example.com");

        page.enter("button[data-view=html]");
        page.awaitFrame("rich ");
        page.enter("button[data-view=headers]");
        page.await(
                "[...document.querySelectorAll('#headers tr')].some(row => row.firstChild.textContent === 'Message-ID')");
        page.await("!document.getElementById('headers').hidden && document.getElementById('html').hidden");

        page.enter("button[data-view=files]");
        assertThat(page.evaluate(text("files"))).isEqualTo("报告.txt text/plain, 14 bytes");
        page.evaluate(
                "window.file = '', fetch(document.querySelector('#files a').href)"
                        + ".then(answer => answer.text().then(body => file = answer.headers.get('Content-Disposition') + ' ' + body))");
        page.await("file !== ''");
        assertThat(page.evaluate("file"))
                .startsWith("attachment; ")
                .contains("filename*=UTF-8''%E6%8A%A5%E5%91%8A.txt")
                .endsWith(" attached words");

        page.evaluate("history.back()");
        page.await("document.getElementById('mail').hidden && document.activeElement.textContent.startsWith('测试邮件')");
    }

    @Test
    void whatStrangersWriteIsNotRunAndLoadsNothing() throws Exception {
        try (ServerSocket trap = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String there = "http://localhost:" + trap.getLocalPort() + "/";
            String attack = "<img src=" + there + "1 onerror=\"top.document.title='run'\">";
            Chromium.Tab page = open();
            send(Mail.builder()
                    .subject(attack)
                    .header("X-Attack", attack)
                    .html("<html><head><link rel=stylesheet href=" + there + "2><link rel=preconnect href=" + there
                            + "><base href=" + there + "><meta http-equiv=refresh content='0;url=" + there
                            + "3'><style>"
                            + "@import url(" + there + "4); body { background: url(" + there
                            + "5) }</style></head><body "
                            + "onload=\"fetch('" + there + "6')\">" + attack + "<script>top.document.title='run';"
                            + "top.location='" + there + "7'</script><iframe src=" + there + "8></iframe><video src="
                            + there + "9 autoplay></video><object data=" + there + "10></object><svg><image href="
                            + there + "11 /></svg><p>the last words</p></body></html>"));
            awaitSubjects(page, attack);
            page.enter("#mails a");
            page.await(text("subject") + " === " + Chromium.Tab.quoted(attack));
            page.awaitFrame("the last words");
            page.enter("button[data-view=headers]");
            page.await("[...document.querySelectorAll('#headers tr')].some(row => row.textContent === "
                    + Chromium.Tab.quoted("X-Attack" + attack) + ")");
            page.enter("button[data-view=html]");
            page.awaitFrame("the last words");

            assertThat(page.evaluate(
                            "document.querySelectorAll('img, script:not([src]), #html iframe[sandbox=\"\"]').length"))
                    .as("the frame, and nothing of the mail beside it")
                    .isEqualTo("1");
            assertThat(page.evaluate("document.querySelector('#html iframe').contentDocument"))
                    .as("it is of no origin")
                    .isEqualTo("null");
            assertThat(whoComesTo(trap)).isEqualTo("nobody");
            assertThat(page.evaluate("document.title")).isEqualTo("Packetboat mail sink");
            assertThat(page.evaluate("location.href")).startsWith(url);
        }
    }

    /** A connection is too much, even if nothing is asked for over it. */
    private static String whoComesTo(ServerSocket trap) throws IOException {
        trap.setSoTimeout(500);
        try (Socket socket = trap.accept()) {
            socket.setSoTimeout(500);
            StringBuilder said = new StringBuilder("somebody: ");
            try {
                int b = socket.getInputStream().read();
                while (b >= ' ') {
                    said.append((char) b);
                    b = socket.getInputStream().read();
                }
            } catch (SocketTimeoutException e) {
                return said + "(silence)";
            }
            return said.toString();
        } catch (SocketTimeoutException e) {
            return "nobody";
        }
    }

    @Test
    void thePageFitsAPhoneByDayAndByNight() throws Exception {
        send(Mail.builder().subject("one_word".repeat(30)).text("another_word".repeat(30)));
        Chromium.Tab page = open();
        page.resize(360, 640);
        page.await("innerWidth === 360");
        page.enter("#mails a");
        page.await("getComputedStyle(document.getElementById('list')).display === 'none'");
        page.await("document.getElementById('text').innerText.startsWith('another_word')");
        assertThat(page.evaluate("document.documentElement.scrollWidth <= 360")).isEqualTo("true");
        page.enter("#back a");
        page.await("document.getElementById('mail').hidden");
        assertThat(page.evaluate("document.documentElement.scrollWidth <= 360")).isEqualTo("true");

        page.dark(false);
        page.await("getComputedStyle(document.body).color === 'rgb(0, 0, 0)'");
        page.dark(true);
        page.await("getComputedStyle(document.body).color === 'rgb(255, 255, 255)'");
    }

    @Test
    void thePageComesBackByItselfAndShowsWhatIsKept() throws Exception {
        send(Mail.builder().subject("kept by nobody").text("x"));
        Chromium.Tab page = open();
        awaitSubjects(page, "kept by nobody");
        String webPort = url.replaceAll("\\D", "");
        terminal.close();
        page.await("document.getElementById('status').className === 'away'");
        terminal = new Terminal();
        terminal.start(MailSink::main, "0", folder.toString(), webPort);
        port = Integer.parseInt(
                terminal.await("taking mails at port (\\d+) of .*").group(1));
        page.await("document.getElementById('status').textContent === 'connected'");
        awaitSubjects(page, "");
        send(Mail.builder().subject("after the restart").text("x"));
        awaitSubjects(page, "after the restart");
    }
}
