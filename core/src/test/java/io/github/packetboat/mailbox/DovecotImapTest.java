package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mail.Mailer;
import io.github.packetboat.message.TlsOptions;
import io.github.packetboat.testkit.PostfixAndDovecot;
import io.github.packetboat.testkit.Recorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A mailbox over IMAP with Dovecot, where that is installed. */
final class DovecotImapTest extends ImapContract {
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
            io.github.packetboat.testkit.Await.until(
                    "connected", () -> !watch.watermark().equals(Watermark.NOW));
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
}
