package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PacketboatTransportTest {

    private static Session session(int port) {
        Properties properties = new Properties();
        properties.put("mail.transport.protocol", "packetboat");
        properties.put("mail.smtp.host", "127.0.0.1");
        properties.put("mail.smtp.port", Integer.toString(port));
        properties.put("mail.smtp.starttls.enable", false);
        return Session.getInstance(properties);
    }

    private static MimeMessage message(Session session, String... to) throws MessagingException {
        MimeMessage message = new MimeMessage(session);
        message.setFrom("me@example.com");
        for (String each : to) {
            message.addRecipient(jakarta.mail.Message.RecipientType.TO, new InternetAddress(each));
        }
        message.setSubject("hello");
        message.setText("text");
        return message;
    }

    @Test
    void onePropertyMakesAnApplicationUseThisEngine() throws Exception {
        try (FakeServer server = FakeServer.open()) {
            Session session = session(server.port());
            MimeMessage message = message(session, "a@x.org", "b@x.org");
            message.saveChanges();
            try (Transport transport = session.getTransport()) {
                transport.connect();
                transport.sendMessage(message, message.getAllRecipients());
                transport.sendMessage(message, new InternetAddress[] {new InternetAddress("c@x.org")});
            }
            try (Transport transport = session.getTransport()) {
                transport.connect();
                transport.sendMessage(message, message.getAllRecipients());
            }

            assertThat(server.mails).hasSize(3);
            assertThat(server.mails.get(0).recipients()).containsExactly("a@x.org", "b@x.org");
            assertThat(server.mails.get(1).recipients()).containsExactly("c@x.org");
            assertThat(server.mails.get(0).text()).contains("Subject: hello");
            assertThat(server.connections).hasValue(1);
        }
    }

    @Test
    void whoDidNotGetItIsNamed() throws Exception {
        try (FakeServer server = FakeServer.open(to -> to.startsWith("bad") ? "550 no" : "250 fine")) {
            Session session = session(server.port());
            MimeMessage message = message(session, "a@x.org", "bad@x.org");
            message.saveChanges();
            try (Transport transport = session.getTransport()) {
                transport.connect();

                SendFailedException failure = catchThrowableOfType(
                        SendFailedException.class, () -> transport.sendMessage(message, message.getAllRecipients()));

                assertThat(failure.getValidSentAddresses())
                        .extracting(Object::toString)
                        .containsExactly("a@x.org");
                assertThat(failure.getInvalidAddresses())
                        .extracting(Object::toString)
                        .containsExactly("bad@x.org");
                assertThat(failure).hasMessageContaining("550");
            }
        }
    }

    @Test
    void aPasswordDoesNotGoInClear() {
        Session session = session(1);

        assertThatThrownBy(() -> {
                    try (Transport transport = session.getTransport()) {
                        transport.connect("127.0.0.1", 1, "me", "s3cr3t");
                    }
                })
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("in clear")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cr3t"));
    }

    @ParameterizedTest
    @CsvSource({
        ",,,             STARTTLS_REQUIRED, 587",
        "465,,,          IMPLICIT,          465",
        ",true,,         IMPLICIT,          465",
        "25,,true,       STARTTLS_IF_OFFERED, 25",
        "25,,false,      NONE,              25"
    })
    void propertiesSayHowTheServerIsReached(String port, String ssl, String startTls, MailServer.Tls tls, int actual) {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "mail.example.com");
        if (port != null) {
            properties.setProperty("mail.smtp.port", port);
        }
        if (ssl != null) {
            properties.setProperty("mail.smtp.ssl.enable", ssl);
        }
        if (startTls != null) {
            properties.setProperty("mail.smtp.starttls.enable", startTls);
        }

        MailServer server = MailServer.of(properties);

        assertThat(server.tls()).isEqualTo(tls);
        assertThat(server.port()).isEqualTo(actual);
    }

    @Test
    void angusIsADeliveryMethodToo() throws Exception {
        try (FakeServer server = FakeServer.open(to -> to.startsWith("bad") ? "550 no" : "250 fine")) {
            Properties properties = new Properties();
            properties.setProperty("mail.smtp.host", "127.0.0.1");
            properties.setProperty("mail.smtp.port", Integer.toString(server.port()));
            properties.setProperty("mail.smtp.sendpartial", "true");
            try (Mailer mailer = Mailer.builder(DeliveryMethod.transport(Session.getInstance(properties), "smtp"))
                    .build()) {
                SendResult result = mailer.send(Mail.builder()
                        .from("me@example.com")
                        .to("a@x.org", "bad@x.org")
                        .subject("s")
                        .text("t")
                        .build());

                assertThat(result.recipients())
                        .extracting(RecipientResult::status)
                        .containsExactly(RecipientResult.Status.ACCEPTED, RecipientResult.Status.REJECTED);
                Await.untilEqual("mails", 1, server.mails::size);
            }
        }
    }

    private static Mailer throughAngus(FakeServer server) {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", Integer.toString(server.port()));
        return Mailer.builder(DeliveryMethod.transport(Session.getInstance(properties), "smtp"))
                .build();
    }

    private static MailBuilder mail(String... to) {
        return Mail.builder().from("me@example.com").to(to).subject("s").text("t");
    }

    @Test
    void whatAnotherTransportCannotTellIsUnknown() {
        try (FakeServer server = FakeServer.ending(mail -> null);
                Mailer mailer = throughAngus(server)) {
            MailException failure = catchThrowableOfType(
                    MailException.class, () -> mailer.send(mail("a@x.org").build()));

            assertThat(failure.isUnknown()).isTrue();
            assertThat(failure.isTemporary()).isFalse();
        }
    }

    @Test
    void whatAnotherTransportCannotConnectForIsDeferred() {
        FakeServer gone = FakeServer.open();
        gone.close();
        try (Mailer mailer = throughAngus(gone)) {
            MailException failure = catchThrowableOfType(
                    MailException.class, () -> mailer.send(mail("a@x.org").build()));

            assertThat(failure.isTemporary()).isTrue();
        }
    }

    @Test
    void anotherTransportGetsTheEnvelopeSender() throws Exception {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = throughAngus(server)) {
            mailer.send(mail("a@x.org").envelopeFrom("bounces@example.com").build());
            mailer.send(mail("a@x.org", "b@x.org")
                    .envelopeFrom("b+{recipient}@example.com")
                    .build());

            Await.untilEqual("mails", 3, server.mails::size);
            assertThat(server.mails)
                    .extracting(FakeServer.Taken::sender)
                    .containsExactly("bounces@example.com", "b+a=x.org@example.com", "b+b=x.org@example.com");
            assertThat(server.mails.get(0).text()).contains("From: me@example.com");
        }
    }

    @Test
    void theEnvelopeSenderOfTheSessionOrTheMessageIsTaken() throws Exception {
        try (FakeServer server = FakeServer.open()) {
            Session session = session(server.port());
            session.getProperties().setProperty("mail.smtp.from", "bounces@example.com");
            SMTPMessage own = new SMTPMessage(session);
            own.setFrom("me@example.com");
            own.setText("text");
            own.setEnvelopeFrom("<>");
            own.saveChanges();
            MimeMessage other = message(session, "a@x.org");
            other.saveChanges();
            try (Transport transport = session.getTransport()) {
                transport.connect();
                transport.sendMessage(other, other.getAllRecipients());
                transport.sendMessage(own, other.getAllRecipients());
            }
            assertThat(server.mails).extracting(FakeServer.Taken::sender).containsExactly("bounces@example.com", "");
        }
    }

    @Test
    void onlyAServersNoMakesAnAddressInvalid() throws Exception {
        try (RawServer refusing = RawServer.serving(Script.say("554 you are on a list\r\n"), Script.untilEnd());
                FakeServer dying = FakeServer.ending(mail -> null)) {
            SendFailedException refused = failure(refusing.port());
            SendFailedException unknown = failure(dying.port());

            assertThat(refused.getInvalidAddresses()).isEmpty();
            assertThat(refused.getValidUnsentAddresses()).hasSize(1);
            assertThat(unknown.getInvalidAddresses()).isEmpty();
            assertThat(unknown.getValidUnsentAddresses()).isEmpty();
            assertThat(unknown).hasMessageContaining("UNKNOWN");
        }
    }

    private static SendFailedException failure(int port) throws MessagingException {
        Session session = session(port);
        MimeMessage message = message(session, "a@x.org");
        message.saveChanges();
        try (Transport transport = session.getTransport()) {
            transport.connect();
            return catchThrowableOfType(
                    SendFailedException.class, () -> transport.sendMessage(message, message.getAllRecipients()));
        }
    }
}
