package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.mail.RecipientResult.Status;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.ForeignServer;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Postfix's smtp-sink, which keeps mails as it got them. */
final class SmtpSinkTest extends ForeignServerContract {
    private static final String EIGHT_BIT = """
            From: alice@test.local
            To: bob@test.local
            Subject: in eight bits
            MIME-Version: 1.0
            Content-Type: text/plain; charset=UTF-8
            Content-Transfer-Encoding: 8bit

            größer 你好
            """;

    SmtpSinkTest() {
        super(ForeignServer.Kind.SMTP_SINK);
    }

    @Test
    void aServerWithoutStartTlsGetsNothingWhereItIsRequired() {
        MailServer required =
                address().toBuilder().tls(MailServer.Tls.STARTTLS_REQUIRED).build();
        try (Mailer mailer = Mailer.of(required)) {
            MailException failure = catchThrowableOfType(
                    MailException.class,
                    () -> mailer.send(Mail.builder()
                            .from("a@test.local")
                            .to("b@test.local")
                            .subject("in clear")
                            .text("t")
                            .build()));

            assertThat(failure.result().with(Status.DEFERRED)).hasSize(1);
            assertThat(failure).hasMessageContaining("does not offer STARTTLS, which is required");
        }
    }

    @Test
    void aServerWithout8BitMimeGetsOthersMailsInSevenBits() throws Exception {
        try (ForeignServer old = ForeignServer.start(ForeignServer.Kind.SMTP_SINK, "-8");
                Mailer mailer = Mailer.of(MailServer.smtp("127.0.0.1")
                        .port(old.port())
                        .tls(MailServer.Tls.NONE)
                        .build())) {
            mailer.send(new MimeMessage(
                    MimeMessages.session(), new ByteArrayInputStream(EIGHT_BIT.getBytes(StandardCharsets.UTF_8))));

            Await.until("the mail", () -> old.count() == 1);
            byte[] message = old.mails().get(0).message();
            assertThat(message).doesNotContain(0xC3, 0xE4);
            assertThat(Mail.parse(new ByteArrayInputStream(message)).text()).isEqualToIgnoringNewLines("größer 你好\n");
        }
    }
}
