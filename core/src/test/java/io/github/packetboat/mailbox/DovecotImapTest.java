package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailBuilder;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mail.Mailer;
import io.github.packetboat.message.TlsOptions;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.PostfixAndDovecot;
import io.github.packetboat.testkit.Recorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mailbox over IMAP with Dovecot, where that is installed. */
final class DovecotImapTest extends ImapWatchContract {
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

    private static MailServer.Builder at(MailServer.Builder builder, int port) {
        return builder.port(port)
                .tlsOptions(TlsOptions.builder().trust(servers.certificate()).build())
                .credentials(Credentials.password(PostfixAndDovecot.ALICE, PostfixAndDovecot.PASSWORD));
    }

    @Override
    MailServer server(int port) {
        return at(MailServer.imap("127.0.0.1"), port == 0 ? port() : port)
                .tls(MailServer.Tls.IMPLICIT)
                .build();
    }

    @Override
    int port() {
        return servers.imapsPort();
    }

    /** What GreenMail does not know: parts of an address, and criteria within criteria. */
    @Test
    void theServerSearchesForPartsAndNestedCriteria() {
        appendThree();

        assertThat(found(Query.from("bob@"))).containsExactly("invoice 7", "holiday");
        assertThat(found(Query.to("alice"))).containsExactly("测试邮件");
        assertThat(found(Query.cc("alice"))).containsExactly("测试邮件");
        assertThat(found(Query.header("Subject", "INVOICE"))).containsExactly("invoice 7");
        assertThat(found(Query.from("bob").and(Query.not(Query.subject("holiday")))))
                .containsExactly("invoice 7");
        assertThat(found(Query.subject("holiday").or(Query.flag(Flag.FLAGGED).and(Query.larger(9)))))
                .containsExactly("测试邮件", "holiday");
    }

    @Test
    void startTls() {
        MailServer server = at(MailServer.imap("127.0.0.1"), servers.imapPort())
                .tls(MailServer.Tls.STARTTLS_REQUIRED)
                .build();
        try (Mailbox mailbox = Mailbox.of(server)) {
            assertThat(mailbox.folders()).contains(mailbox.inbox());
        }
        MailServer ifOffered =
                server.toBuilder().tls(MailServer.Tls.STARTTLS_IF_OFFERED).build();
        try (Mailbox mailbox = Mailbox.of(ifOffered)) {
            assertThat(mailbox.inbox().status().uidValidity()).isPositive();
        }
    }

    @Test
    void whatIsSentIsDeliveredAndReadBackEqual() throws IOException {
        MailServer smtp = at(MailServer.smtp("127.0.0.1"), servers.smtpsPort())
                .tls(MailServer.Tls.IMPLICIT)
                .build();
        MailServer pop3 = at(MailServer.pop3("127.0.0.1"), servers.pop3sPort())
                .tls(MailServer.Tls.IMPLICIT)
                .build();
        Mail sent = ReceivedMailTest.rich("寄出 " + System.nanoTime());
        Recorder<ReceivedMail> arrived = new Recorder<>();
        try (Mailbox imap = Mailbox.of(server(0));
                Mailer mailer = Mailer.of(smtp);
                Watch watch = imap.inbox().watch(mail -> {
                    mail.raw();
                    arrived.accept(mail);
                })) {
            Await.until("connected", () -> !watch.watermark().equals(Watermark.NOW));
            mailer.send(sent);
            ReceivedMail mail = arrived.take();
            ReceivedMailTest.assertRich(mail, sent);
            String raw = new String(mail.raw(), StandardCharsets.ISO_8859_1);
            assertThat(raw).endsWith(new String(ReceivedMailTest.bytes(sent), StandardCharsets.ISO_8859_1));

            try (Mailbox mailbox = Mailbox.of(pop3)) {
                List<ReceivedMail> found = mailbox.inbox()
                        .search(Query.header("Message-ID", sent.messageId()))
                        .toList();
                assertThat(found).singleElement().satisfies(each -> {
                    ReceivedMailTest.assertRich(each, sent);
                    assertThat(each.raw()).isEqualTo(mail.raw());
                });
                mailbox.inbox().delete(found);
            }
            assertThat(imap.inbox().message(mail.id())).isEmpty();
        }
    }

    private static Mailer mailer() {
        return Mailer.of(at(MailServer.smtp("127.0.0.1"), servers.smtpsPort())
                .tls(MailServer.Tls.IMPLICIT)
                .build());
    }

    private static MailServer imapOf(String user) {
        return at(MailServer.imap("127.0.0.1"), servers.imapsPort())
                .tls(MailServer.Tls.IMPLICIT)
                .credentials(Credentials.password(user, PostfixAndDovecot.PASSWORD))
                .build();
    }

    /** The only mail that the query finds, as soon as it is there. */
    private static ReceivedMail arrival(Mailbox mailbox, Query query) {
        List<ReceivedMail> found = new ArrayList<>();
        Await.until("a mail arrives", () -> {
            found.addAll(mailbox.inbox().search(query).toList());
            return !found.isEmpty();
        });
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void everyFeatureOfTheMailerArrivesAtEveryRecipient(@TempDir Path folder) throws IOException {
        Mail sent = EveryFeature.mail("每个功能 " + System.nanoTime(), folder);
        Query query = Query.header("Message-ID", sent.messageId());
        try (Mailer mailer = mailer();
                Mailbox reader = Mailbox.of(imapOf(EveryFeature.READER));
                Mailbox author = Mailbox.of(imapOf(EveryFeature.AUTHOR))) {
            mailer.send(sent);

            for (Mailbox each : List.of(reader, author)) { // in To and Cc, and in Bcc
                ReceivedMail mail = arrival(each, query);
                EveryFeature.assertRead(mail, sent);
                assertThat(mail.header("Return-Path")).containsExactly("<" + EveryFeature.AUTHOR + ">");
            }
            ReceivedMail notification = arrival(
                    author,
                    Query.text(EveryFeature.ENVELOPE_ID)
                            .and(Query.from("MAILER-DAEMON"))
                            .and(Query.text(sent.messageId())));
            assertThat(new String(notification.raw(), StandardCharsets.UTF_8))
                    .contains("Original-Envelope-Id: " + EveryFeature.ENVELOPE_ID)
                    .contains("Action: delivered");
        }
    }

    @Test
    void theSenderOnTheEnvelopeArrives() throws IOException {
        UnaryOperator<MailBuilder> own = mail -> mail.envelopeFrom("bounces+{recipient}@test.local");
        Map<String, UnaryOperator<MailBuilder>> senders =
                Map.of("<bounces+alice=test.local@test.local>", own, "<>", MailBuilder::nullEnvelopeFrom);
        try (Mailer mailer = mailer();
                Mailbox reader = Mailbox.of(imapOf(PostfixAndDovecot.ALICE))) {
            for (Map.Entry<String, UnaryOperator<MailBuilder>> each : senders.entrySet()) {
                Mail sent = each.getValue()
                        .apply(Mail.builder()
                                .from(PostfixAndDovecot.BOB)
                                .to(PostfixAndDovecot.ALICE)
                                .text("x"))
                        .build();
                mailer.send(sent);
                assertThat(arrival(reader, Query.header("Message-ID", sent.messageId()))
                                .header("Return-Path"))
                        .containsExactly(each.getKey());
            }
        }
    }

    @Test
    void anAddressBeyondAsciiArrives() throws IOException {
        String subject = "国际 " + System.nanoTime();
        Mail sent = Mail.builder()
                .from("用户@test.local", "Üser")
                .envelopeFrom(PostfixAndDovecot.BOB)
                .to(PostfixAndDovecot.ALICE)
                .subject(subject)
                .text("x")
                .build();
        try (Mailer mailer = mailer();
                Mailbox reader = Mailbox.of(imapOf(PostfixAndDovecot.ALICE))) {
            mailer.send(sent);

            ReceivedMail mail = arrival(reader, Query.header("Message-ID", sent.messageId()));
            assertThat(mail.from()).containsExactly(new ReceivedAddress("Üser", "用户@test.local"));
            assertThat(mail.subject()).isEqualTo(subject);
            assertThat(mail.defects()).isEmpty();
        }
    }
}
