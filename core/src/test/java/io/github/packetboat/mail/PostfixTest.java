package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.mail.RecipientResult.Status;
import io.github.packetboat.message.TlsOptions;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.PostfixAndDovecot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What somebody else's server thinks of what we say, with its checks of pipelining and bare newlines on. The many mails are
 * few unless asked for: {@code mvn -pl core test -Dtest=PostfixTest -DargLine=-Dpacketboat.postfix.mails=10000}.
 */
final class PostfixTest {
    private static final int MAILS = Integer.getInteger("packetboat.postfix.mails", 500);

    private static PostfixAndDovecot servers;

    @BeforeAll
    static void start() {
        Optional<String> missing = PostfixAndDovecot.missing();
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElse(""));
        servers = PostfixAndDovecot.start();
    }

    @AfterAll
    static void stop() {
        if (servers != null) {
            servers.close();
        }
    }

    private static MailServer.Builder server(int port) {
        return MailServer.smtp("127.0.0.1")
                .port(port)
                .localName("client.example")
                .tlsOptions(TlsOptions.builder().trust(servers.certificate()).build());
    }

    private static Mail mail(String subject, String text) {
        return Mail.builder()
                .from(PostfixAndDovecot.ALICE, "飞翔的代码")
                .to(PostfixAndDovecot.BOB)
                .subject(subject)
                .text(text)
                .build();
    }

    private static Mail received(String subject) throws IOException {
        for (Path file : servers.mails("bob")) {
            Mail mail = Mail.parse(file);
            if (mail.subject().equals(subject)) {
                return mail;
            }
        }
        throw new AssertionError("no mail with the subject " + subject);
    }

    private static void awaitDelivery(String subject) {
        Await.until(
                "delivery of " + subject,
                () -> servers.mails("bob").stream().anyMatch(file -> {
                    try {
                        return Mail.parse(file).subject().equals(subject);
                    } catch (IOException e) {
                        return false;
                    }
                }));
    }

    @ParameterizedTest
    @EnumSource(names = {"IMPLICIT", "STARTTLS_REQUIRED"})
    void aMailIsDeliveredAfterALoginOverTls(MailServer.Tls tls) throws IOException {
        int port = tls == MailServer.Tls.IMPLICIT ? servers.smtpsPort() : servers.submissionPort();
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        String subject = "测试邮件 " + tls;
        try (Mailer mailer = Mailer.builder(server(port)
                        .tls(tls)
                        .credentials(Credentials.password(PostfixAndDovecot.ALICE, PostfixAndDovecot.PASSWORD))
                        .build())
                .transcript(lines::add)
                .build()) {
            SendResult result = mailer.send(mail(subject, ".\r\n..\n.dots\n你好\n"));

            assertThat(result.isAccepted()).isTrue();
            assertThat(result.reply()).startsWith("250 2.0.0 Ok: queued as");
        }
        awaitDelivery(subject);
        assertThat(received(subject).text().replace("\r\n", "\n")).isEqualTo(".\n..\n.dots\n你好\n");
        assertThat(lines).anyMatch(line -> line.endsWith("C: AUTH SCRAM-SHA-256 ***"));
    }

    @Test
    void aWrongPasswordIsNotTriedAgainAndNotHeldAgainstTheRecipient() {
        try (Mailer mailer = Mailer.of(server(servers.smtpsPort())
                .tls(MailServer.Tls.IMPLICIT)
                .credentials(Credentials.password(PostfixAndDovecot.ALICE, "wrong-s3cr3t"))
                .build())) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("s", "t")));

            assertThat(failure.result().attempts()).isEqualTo(1);
            assertThat(failure.result().with(RecipientResult.Status.DEFERRED)).hasSize(1);
            assertThat(failure).hasMessageContaining("535 5.7.8").message().doesNotContain("wrong-s3cr3t");
        }
    }

    @Test
    void aRecipientElsewhereIsRefusedAndTheOthersAreServed() throws IOException {
        try (Mailer mailer = Mailer.of(
                server(servers.smtpPort()).tls(MailServer.Tls.STARTTLS_REQUIRED).build())) {
            SendResult result = mailer.send(Mail.builder()
                    .from("x@test.local")
                    .to(PostfixAndDovecot.BOB, "a@elsewhere.example", "nobody@test.local")
                    .subject("partly")
                    .text("t")
                    .build());

            assertThat(result.recipients())
                    .extracting(RecipientResult::status)
                    .containsExactly(Status.ACCEPTED, Status.REJECTED, Status.REJECTED);
            assertThat(result.recipients().get(1).enhancedStatus()).isEqualTo("5.7.1");
            assertThat(result.recipients().get(2).enhancedStatus()).isEqualTo("5.1.1");
        }
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES) // if they are many indeed
    void manyPipelinedMailsBreakNoRuleAndAreAllStored() throws Exception {
        int before = servers.mails("alice").size();
        try (Mailer mailer = Mailer.builder(server(servers.smtpPort())
                        .tls(MailServer.Tls.STARTTLS_REQUIRED)
                        .build())
                .maxConnections(2)
                .maxMailsPerConnection(200)
                .deadline(Duration.ofMinutes(15))
                .build()) {
            SendProgress progress = mailer.sendAll(
                    IntStream.range(0, MAILS)
                            .mapToObj(i -> Mail.builder()
                                    .from("sender" + i + "@test.local")
                                    .to(PostfixAndDovecot.ALICE)
                                    .subject("number " + i)
                                    .text("text of " + i + "\n.\nend\n")
                                    .build())
                            .toList(),
                    report -> {});

            assertThat(progress.accepted()).isEqualTo(MAILS);
        }
        for (int stored = 0; stored < MAILS; stored = servers.mails("alice").size() - before) {
            int known = stored;
            Await.until(
                    "delivery of more than " + known,
                    () -> servers.mails("alice").size() - before > known);
        }
        Set<Integer> seen = new TreeSet<>();
        for (Path file : servers.mails("alice")) {
            String text = Files.readString(file);
            String number = text.replaceAll("(?s).*\nSubject: number (\\d+)\r?\n.*", "$1");
            if (number.length() < text.length()) {
                assertThat(text)
                        .contains("Return-Path: <sender" + number + "@test.local>")
                        .containsPattern("text of " + number + "\r?\n\\.\r?\nend");
                seen.add(Integer.valueOf(number));
            }
        }
        assertThat(seen).hasSize(MAILS);
        assertThat(servers.log())
                .doesNotContain("improper command", "bare newline", "protocol error", "synchronization");
    }
}
