package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.internal.mime.Form;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

final class MimeMessagesTest {
    private static final Session SESSION = Session.getInstance(new Properties());

    private static MimeMessage message() throws Exception {
        MimeMessage message = new MimeMessage(SESSION);
        message.setFrom(new InternetAddress("me@126.com", "飞翔的代码", "UTF-8"));
        message.setRecipients(Message.RecipientType.TO, "a@example.com, Bob <b@example.com>");
        message.setRecipients(Message.RecipientType.BCC, "secret@example.com, a@example.com");
        message.setSubject("测试", "UTF-8");
        message.setText("你好\n", "UTF-8");
        return message;
    }

    private static String wire(Outgoing outgoing) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        outgoing.render(Form.SEVEN_BIT, List.of()).writeTo(out);
        Wire.checkLines(out.toByteArray());
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void aMailBecomesAMimeMessageThatKeepsItsIdWhenSaved() throws Exception {
        Mail mail = Mail.builder()
                .from("me@126.com", "飞翔的代码")
                .to("a@x")
                .bcc("secret@x")
                .subject("测试")
                .text("你好")
                .attach(Attachment.of("报告.pdf", new byte[] {1}))
                .build();

        MimeMessage message = mail.toMimeMessage();
        message.saveChanges();
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        message.writeTo(saved);

        assertThat(message.getMessageID()).isEqualTo(mail.messageId());
        AngusView view = AngusView.of(saved.toByteArray());
        assertThat(view.subject()).isEqualTo("测试");
        assertThat(view.text("text/plain")).isEqualTo("你好");
        assertThat(view.leaves.get(1).fileName()).isEqualTo("报告.pdf");
        assertThat(saved.toString()).doesNotContain("secret");
    }

    @Test
    void aMailWithUtf8AddressesBecomesOneToo() throws Exception {
        MimeMessage message = Mail.builder()
                .from("飞@例子.测试", "飞")
                .to("a@x")
                .subject("测试")
                .build()
                .toMimeMessage();

        assertThat(((InternetAddress) message.getFrom()[0]).getAddress()).isEqualTo("飞@例子.测试");
        assertThat(message.getSubject()).isEqualTo("测试");
    }

    @Test
    void aMimeMessageGoesOutAsItIsWithoutItsBcc() throws Exception {
        Outgoing outgoing = MimeMessages.outgoing(message(), List.of(), null);

        assertThat(outgoing.sender(Address.of("a@x"))).isEqualTo(Address.of("me@126.com"));
        assertThat(outgoing.recipients())
                .extracting(Address::address)
                .containsExactly("a@example.com", "b@example.com", "secret@example.com");
        String wire = wire(outgoing);
        assertThat(wire)
                .doesNotContain("secret")
                .containsOnlyOnce("\r\nMessage-ID: ")
                .containsOnlyOnce("Date: ")
                .contains("Message-ID: " + outgoing.messageId());
        assertThat(AngusView.of(wire.getBytes(StandardCharsets.ISO_8859_1)).text("text/plain"))
                .isEqualTo("你好\n");
        assertThat(wire(outgoing)).isEqualTo(wire);
    }

    @Test
    void otherRecipientsMayBeGiven() throws Exception {
        assertThat(MimeMessages.outgoing(message(), List.of(Address.of("x@y")), null)
                        .recipients())
                .containsExactly(Address.of("x@y"));
    }

    /** Angus writes these as they are (facts-mail.md §0.7). */
    @Test
    void headersThatForgeOthersAreRefused() throws Exception {
        MimeMessage header = message();
        header.setHeader("X-Foo", "v\r\nBcc: evil@example.com");
        assertThatThrownBy(() -> MimeMessages.outgoing(header, List.of(), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("header X-Foo holds a line break");

        MimeMessage bare = message();
        bare.setHeader("X-Foo", "v\rBcc: evil@example.com");
        assertThatThrownBy(() -> MimeMessages.outgoing(bare, List.of(), null))
                .isInstanceOf(IllegalArgumentException.class);

        MimeBodyPart part = new MimeBodyPart();
        part.setText("x");
        part.setHeader("Content-Disposition", "attachment; filename=\"a.txt\r\nX-Evil: 1\"");
        MimeMessage nested = message();
        nested.setContent(new MimeMultipart(part));
        assertThatThrownBy(() -> MimeMessages.outgoing(nested, List.of(), null))
                .hasMessageStartingWith("header Content-Disposition");

        MimeMessage folded = message();
        folded.setHeader("X-Foo", "v\r\n w");
        assertThat(wire(MimeMessages.outgoing(folded, List.of(), null))).contains("X-Foo: v\r\n w\r\n");
    }

    @Test
    void bareLineBreaksBecomeCrlf() throws Exception {
        MimeMessage message = new MimeMessage(
                SESSION,
                new ByteArrayInputStream(
                        "From: me@x\nTo: a@x\nSubject: s\n\na\rb\n.\r\nc".getBytes(StandardCharsets.US_ASCII)));

        assertThat(wire(MimeMessages.outgoing(message, List.of(), null)))
                .startsWith("Date: ")
                .endsWith("\r\n\r\na\r\nb\r\n.\r\nc\r\n");
    }

    @Test
    void withoutSenderOrRecipientThereIsNothingToSend() throws Exception {
        MimeMessage nobody = message();
        nobody.removeHeader("From");
        assertThatThrownBy(() -> MimeMessages.outgoing(nobody, List.of(), null)).hasMessage("message must have a From");
        MimeMessage nowhere = message();
        nowhere.removeHeader("To");
        nowhere.removeHeader("Bcc");
        assertThatThrownBy(() -> MimeMessages.outgoing(nowhere, List.of(), null))
                .hasMessageStartingWith("message must have a recipient");
        MimeMessage odd = message();
        odd.setHeader("To", "a@b> SIZE=1");
        assertThatThrownBy(() -> MimeMessages.outgoing(odd, List.of(), null))
                .isInstanceOfAny(IllegalArgumentException.class, java.io.IOException.class);
    }
}
