package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.mail.RecipientResult.Status;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a {@code MimeMessage} with 8-bit text where the server may not take such (RFC 6152 §3). */
final class EightBitMessageTest {
    private static final String PARTS = """
            From: me@example.com
            To: a@example.com
            Subject: s
            MIME-Version: 1.0
            Date: Sun, 22 Nov 2026 10:00:00 +0000
            Message-ID: <1@example.com>
            Content-Type: multipart/mixed; boundary="outer"
            Content-Transfer-Encoding: 8bit

            --outer
            Content-Type: text/plain; charset=UTF-8
            Content-Transfer-Encoding: 8bit

            größer = . as this goes on in plain letters
            .
            --outer
            Content-Type: text/html; charset=UTF-8
            Content-Transfer-Encoding: 8bit

            你好你好你好
            --outer
            Content-Type: text/x-log; charset=US-ASCII
            Content-Transfer-Encoding: 7bit

            as  it is=20
            --outer--
            """;
    private static final String SIGNED = PARTS.replace(
            "multipart/mixed;", "multipart/signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\";");
    private static final String DKIM = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from; bh=x; b=x\n";

    private static MimeMessage message(String text) throws MessagingException {
        return new MimeMessage(MimeMessages.session(), new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    @Test
    void whereTheServerTakesItItGoesAsItIs() throws Exception {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.of(server.server())) {
            mailer.send(message(PARTS));
            mailer.send(message(DKIM + SIGNED));

            assertThat(server.mails.get(0).text()).isEqualTo(crlf(PARTS));
            assertThat(server.mails.get(1).text()).isEqualTo(crlf(DKIM + SIGNED));
        }
    }

    @Test
    void whereItDoesNotThePartsThatNeedItAreEncoded() throws Exception {
        try (FakeServer server = FakeServer.without8BitMime();
                Mailer mailer = Mailer.of(server.server())) {
            mailer.send(message(PARTS)); // nobody knows the server yet
            mailer.send(message(PARTS));

            String text = server.mails.get(0).text();
            assertThat(text)
                    .isEqualTo(server.mails.get(1).text())
                    .isEqualTo(crlf(PARTS.replace(
                                    "boundary=\"outer\"\nContent-Transfer-Encoding: 8bit",
                                    "boundary=\"outer\"\nContent-Transfer-Encoding: 7bit")
                            .replace("8bit\n\ngrößer = .", "quoted-printable\n\ngr=C3=B6=C3=9Fer =3D .")
                            .replace("8bit\n\n你好你好你好\n", "base64\n\n5L2g5aW95L2g5aW95L2g5aW9\n\n")));
            AngusView view = AngusView.of(text.getBytes(StandardCharsets.US_ASCII));
            assertThat(view.text("text/plain")).isEqualTo("größer = . as this goes on in plain letters\r\n.");
            assertThat(view.text("text/html")).isEqualTo("你好你好你好");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/signed", "DKIM-Signature"})
    void whatIsSignedIsRejectedRatherThanChanged(String signature) throws Exception {
        MimeMessage message = message(signature.equals("DKIM-Signature") ? DKIM + PARTS : SIGNED);
        try (FakeServer server = FakeServer.without8BitMime();
                Mailer mailer = Mailer.of(server.server())) {
            for (int i = 0; i < 2; i++) { // the second time the server is known
                MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(message));

                assertThat(failure.result().with(Status.REJECTED)).hasSize(1);
                assertThat(failure)
                        .hasMessageContaining("the mail has 8-bit text, 127.0.0.1:" + server.port()
                                + " does not offer 8BITMIME, and nothing may encode it: it is signed (" + signature);
            }
            assertThat(server.mails).isEmpty();
        }
    }

    @Test
    void whatIsSignedGoesToTheNextServerThatTakesIt() throws Exception {
        try (FakeServer old = FakeServer.without8BitMime();
                FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.builder(old.server(), server.server()).build()) {
            assertThat(mailer.send(message(SIGNED)).isAccepted()).isTrue();

            assertThat(old.mails).isEmpty();
            assertThat(server.mails.get(0).text()).isEqualTo(crlf(SIGNED));
        }
    }

    @Test
    void whatTheMailerSignsIsPutIntoSevenBitsBefore() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.builder(server.server())
                        .dkim(Dkim.of("example.com", "mail", keys.getPrivate()))
                        .build()) {
            mailer.send(message(PARTS));

            String text = server.mails.get(0).text();
            assertThat(text).startsWith("DKIM-Signature: ").contains("quoted-printable\r\n\r\ngr=C3=B6");
            assertThat(Jdkim.verify(text.getBytes(StandardCharsets.US_ASCII), Jdkim.record("mail", keys.getPublic())))
                    .isEqualTo("pass: mail");
        }
    }

    @Test
    void whereNobodyKnowsTheServerItIsKeptAsItIs() throws IOException, MessagingException {
        CapturedMails captured = DeliveryMethod.capture();
        try (Mailer mailer = Mailer.builder(captured).build()) {
            mailer.send(message(PARTS));
        }
        assertThat(new String(captured.mails().get(0).bytes(), StandardCharsets.UTF_8))
                .isEqualTo(crlf(PARTS));
    }
}
