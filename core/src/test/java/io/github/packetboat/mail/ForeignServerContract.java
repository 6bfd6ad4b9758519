package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.mail.RecipientResult.Status;
import io.github.packetboat.message.TlsOptions;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.ForeignServer;
import io.github.packetboat.testkit.PostfixAndDovecot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is sent arrives, whoever's server it is; each offers something else, and gets what it can take. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ForeignServerContract {
    private static final int MAILS = 200;
    private static final Pattern NUMBER = Pattern.compile("(?m)^Subject: number (\\d+)\r?$");

    private final ForeignServer.Kind kind;
    private ForeignServer server;

    ForeignServerContract(ForeignServer.Kind kind) {
        this.kind = kind;
    }

    @BeforeAll
    final void start() {
        Optional<String> missing = ForeignServer.missing(kind);
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElse(""));
        server = ForeignServer.start(kind);
    }

    @AfterAll
    final void stop() {
        if (server != null) {
            server.close();
        }
    }

    final ForeignServer server() {
        return server;
    }

    /** STARTTLS is required wherever there is such a thing. */
    final MailServer address() {
        boolean secure = kind.offers("STARTTLS");
        MailServer.Builder builder = MailServer.smtp("127.0.0.1")
                .port(server.port())
                .localName("client.example")
                .tls(secure ? MailServer.Tls.STARTTLS_REQUIRED : MailServer.Tls.NONE);
        return secure
                ? builder.tlsOptions(
                                TlsOptions.builder().trust(server.certificate()).build())
                        .build()
                : builder.build();
    }

    private static MailBuilder mail(String subject) {
        return Mail.builder()
                .from(PostfixAndDovecot.ALICE, "飞翔的代码")
                .to(PostfixAndDovecot.BOB)
                .subject(subject);
    }

    final ForeignServer.Stored stored(String subject) {
        List<ForeignServer.Stored> found = new ArrayList<>();
        Await.until("delivery of " + subject, () -> {
            server.mails().stream()
                    .filter(each -> parse(each).subject().equals(subject))
                    .forEach(found::add);
            return !found.isEmpty();
        });
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static Mail parse(ForeignServer.Stored stored) {
        try {
            return Mail.parse(new ByteArrayInputStream(stored.message()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> said(List<String> transcript, String by) {
        return transcript.stream()
                .map(line -> line.replaceFirst("^\\[\\d+] ", ""))
                .filter(line -> line.startsWith(by))
                .map(line -> line.substring(by.length()))
                .toList();
    }

    @Test
    void aMailArrivesAsItWasSent() throws IOException {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        byte[] pdf = new OddText(3).bytes(200_000);
        try (Mailer mailer = Mailer.builder(address()).transcript(lines::add).build()) {
            SendResult result = mailer.send(mail("测试邮件")
                    .text(".\r\n..\n.dots\n你好\n")
                    .html("<p>größer</p>")
                    .attach(Attachment.of("报告.pdf", pdf))
                    .build());

            assertThat(result.isAccepted()).isTrue();
        }
        ForeignServer.Stored stored = stored("测试邮件");
        Mail mail = parse(stored);
        assertThat(stored.sender()).isEqualTo(PostfixAndDovecot.ALICE);
        assertThat(stored.recipients()).containsExactly(PostfixAndDovecot.BOB);
        assertThat(mail.from()).isEqualTo(Address.of(PostfixAndDovecot.ALICE, "飞翔的代码"));
        assertThat(mail.text().replace("\r\n", "\n")).isEqualTo(".\n..\n.dots\n你好\n");
        assertThat(mail.html()).isEqualTo("<p>größer</p>");
        assertThat(mail.attachments().get(0).name()).isEqualTo("报告.pdf");
        assertThat(mail.attachments().get(0).open()).hasBinaryContent(pdf);
        if (kind.offers("STARTTLS")) {
            assertThat(said(lines, "C: ")).containsSubsequence("STARTTLS", "EHLO client.example");
            assertThat(said(lines, "S: ")).contains("(TLS: TLSv1.3)");
        }
    }

    @Test
    void manyMailsAreAllStoredOnceWithTheirEnvelopes() throws InterruptedException {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        int before = server.count();
        try (Mailer mailer = Mailer.builder(address())
                .maxConnections(2)
                .maxMailsPerConnection(MAILS / 4)
                .transcript(lines::add)
                .build()) {
            SendProgress progress = mailer.sendAll(
                    IntStream.range(0, MAILS)
                            .mapToObj(i -> Mail.builder()
                                    .from("sender" + i + "@test.local")
                                    .to(i % 2 == 0 ? PostfixAndDovecot.ALICE : PostfixAndDovecot.BOB)
                                    .subject("number " + i)
                                    .text("text of " + i + "\n.\nend\n")
                                    .build())
                            .toList(),
                    report -> {});

            assertThat(progress.accepted()).isEqualTo(MAILS);
        }
        for (int stored = 0; stored < MAILS; stored = server.count() - before) {
            int known = stored;
            Await.until("delivery of more than " + known, () -> server.count() - before > known);
        }
        TreeMap<Integer, Integer> seen = new TreeMap<>();
        for (ForeignServer.Stored stored : server.mails()) {
            String text = new String(stored.message(), StandardCharsets.UTF_8);
            Matcher matcher = NUMBER.matcher(text);
            if (matcher.find()) {
                int number = Integer.parseInt(matcher.group(1));
                assertThat(stored.sender()).isEqualTo("sender" + number + "@test.local");
                assertThat(stored.recipients())
                        .containsExactly(number % 2 == 0 ? PostfixAndDovecot.ALICE : PostfixAndDovecot.BOB);
                assertThat(text).containsPattern("text of " + number + "\r?\n\\.\r?\nend");
                seen.merge(number, 1, Integer::sum);
            }
        }
        assertThat(seen)
                .hasSize(MAILS)
                .allSatisfy((number, times) -> assertThat(times).isEqualTo(1));
        assertThat(isPipelined(lines)).isEqualTo(kind.offers("PIPELINING"));
        assertThat(server.log()).doesNotContainIgnoringCase("synchroni", "pipelin", "protocol error", "panic");
    }

    /** Whether the end of a mail and the beginning of the next were said in one breath. */
    private static boolean isPipelined(List<String> transcript) {
        for (int i = 1; i < transcript.size(); i++) {
            String[] words = transcript.get(i).split(" ", 3);
            if (words[2].startsWith("MAIL FROM")
                    && transcript.get(i - 1).matches(Pattern.quote(words[0]) + " C: .* \\.")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void oneBadRecipientDoesNotBlockTheOthers() {
        assumeTrue(kind != ForeignServer.Kind.SMTP_SINK, "smtp-sink takes every recipient");
        try (Mailer mailer = Mailer.of(address())) {
            SendResult result = mailer.send(Mail.builder()
                    .from(PostfixAndDovecot.ALICE)
                    .to(PostfixAndDovecot.ALICE, "stranger@test.local", PostfixAndDovecot.BOB)
                    .subject("partly")
                    .text("t")
                    .build());

            assertThat(result.recipients())
                    .extracting(RecipientResult::status)
                    .containsExactly(Status.ACCEPTED, Status.REJECTED, Status.ACCEPTED);
            assertThat(result.recipients().get(1).code()).isEqualTo(550);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Await.until(
                "delivery to both",
                () -> List.of(PostfixAndDovecot.ALICE, PostfixAndDovecot.BOB)
                        .equals(server.mails().stream()
                                .filter(each -> parse(each).subject().equals("partly"))
                                .flatMap(each -> each.recipients().stream())
                                .sorted()
                                .toList()));
    }

    @Test
    void textInEightBitsIsNotEncoded() throws IOException {
        try (Mailer mailer = Mailer.of(address())) {
            mailer.send(mail("so that the server is known").text("t").build());
            mailer.send(mail("in eight bits").text("größer 你好\n").build());
        }

        assertThat(new String(stored("in eight bits").message(), StandardCharsets.UTF_8))
                .containsPattern("Content-Transfer-Encoding: 8bit\r?\n\r?\ngrößer 你好\r?\n");
    }

    @Test
    void anAddressInUtf8GoesToWhoTakesIt() throws IOException {
        Mail mail = mail("测试 UTF-8").from("用户@test.local").text("t").build();
        try (Mailer mailer = Mailer.of(address())) {
            if (kind.offers("SMTPUTF8")) {
                assertThat(mailer.send(mail).isAccepted()).isTrue();
                assertThat(stored("测试 UTF-8").sender()).isEqualTo("用户@test.local");
                assertThat(new String(stored("测试 UTF-8").message(), StandardCharsets.UTF_8))
                        .contains("Subject: 测试 UTF-8");
            } else {
                MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail));

                assertThat(failure.result().with(Status.REJECTED)).hasSize(1);
                assertThat(failure).hasMessageContaining("127.0.0.1:" + server.port() + " does not offer SMTPUTF8");
            }
        }
    }
}
