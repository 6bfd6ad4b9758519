package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.mail.Address;
import io.github.packetboat.mail.Attachment;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Good mail is read as it was meant. */
final class ReceivedMailTest {
    static final byte[] LOGO = {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2, 3};

    /** A mail with every kind of part. */
    static Mail rich(String subject) {
        return Mail.builder()
                .from("alice@test.local", "飞翔的代码")
                .to("bob@test.local", "alice@test.local")
                .cc(Address.of("alice@test.local", "Smith, Jo"))
                .subject(subject)
                .text("你好\n.\n..dots\nend")
                .html("<p>你好 <img src=\"cid:logo\"></p>")
                .inline("logo", Attachment.of("logo.png", LOGO))
                .attach(Attachment.of("报告 2026.csv", "1;2\n".getBytes(StandardCharsets.UTF_8)))
                .attach(Attachment.of("zeros.bin", new byte[100_000]))
                .build();
    }

    static byte[] bytes(Mail mail) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            mail.writeTo(out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    /** Fails unless {@code mail} is what {@link #rich} has made. */
    static void assertRich(ReceivedMail mail, Mail sent) {
        assertThat(mail.subject()).isEqualTo(sent.subject());
        assertThat(mail.from()).containsExactly(new ReceivedAddress("飞翔的代码", "alice@test.local"));
        assertThat(mail.to())
                .extracting(ReceivedAddress::address)
                .containsExactly("bob@test.local", "alice@test.local");
        assertThat(mail.cc()).containsExactly(new ReceivedAddress("Smith, Jo", "alice@test.local"));
        assertThat(mail.messageId()).isEqualTo(sent.messageId());
        assertThat(mail.sentAt()).hasValue(sent.date().toInstant().truncatedTo(ChronoUnit.SECONDS));
        assertThat(mail.text().map(String::stripTrailing)).hasValue("你好\n.\n..dots\nend");
        assertThat(mail.html().map(String::strip)).hasValue("<p>你好 <img src=\"cid:logo\"></p>");
        assertThat(mail.inlines()).singleElement().satisfies(logo -> {
            assertThat(logo.contentId()).isEqualTo("logo");
            assertThat(logo.mediaType()).isEqualTo("image/png");
            assertThat(logo.bytes()).isEqualTo(LOGO);
        });
        assertThat(mail.attachments()).extracting(ReceivedPart::fileName).containsExactly("报告 2026.csv", "zeros.bin");
        assertThat(mail.attachments().get(0).bytes()).isEqualTo("1;2\n".getBytes(StandardCharsets.UTF_8));
        assertThat(mail.attachments().get(1).bytes()).isEqualTo(new byte[100_000]);
        assertThat(mail.defects()).isEmpty();
    }

    @Test
    void everyPartOfARichMail() {
        Mail sent = rich("测试邮件");

        assertRich(ReceivedMail.parse(bytes(sent)), sent);
    }

    @Test
    void everyFeatureOfTheMailer(@TempDir Path folder) throws IOException {
        Mail sent = EveryFeature.mail("测试邮件", folder);

        EveryFeature.assertRead(ReceivedMail.parse(bytes(sent)), sent);
    }

    /** Whoever adds a feature adds it to {@link EveryFeature}, which is sent through real servers. */
    @Test
    void everyFeatureIsEveryMethodOfTheBuilder() {
        Set<String> methods = Arrays.stream(MailBuilder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .collect(Collectors.toSet());

        methods.removeAll(Set.of("build", "nullEnvelopeFrom"));
        assertThat(methods).isEqualTo(EveryFeature.CALLED);
    }

    @Test
    void jakartaMailReadsTheSame() throws Exception {
        Mail sent = rich("测试邮件");
        ReceivedMail mail = ReceivedMail.parse(bytes(sent));

        assertThat(mail.toMimeMessage().getSubject()).isEqualTo(mail.subject());
        assertThat(mail.toMimeMessage().getMessageID()).isEqualTo(mail.messageId());
    }

    @Test
    void attachmentsAreSavedAndNeverOverwritten(@TempDir Path folder) throws IOException {
        ReceivedPart part = ReceivedMail.parse(bytes(rich("x"))).attachments().get(0);
        Files.createSymbolicLink(folder.resolve("报告 2026.csv"), folder.resolve("elsewhere"));

        assertThat(part.saveIn(folder)).isEqualTo(folder.resolve("报告 2026 (2).csv"));
        assertThat(part.saveIn(folder)).isEqualTo(folder.resolve("报告 2026 (3).csv"));
        assertThat(folder.resolve("报告 2026 (3).csv")).hasBinaryContent(part.bytes());
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void aMailInsideAMailIsAnAttachmentAndAMail() {
        byte[] inner = bytes(rich("inner"));
        byte[] outer = MalformedMails.lines(
                "Content-Type: multipart/mixed; boundary=b",
                "",
                "--b",
                "Content-Type: message/rfc822",
                "",
                new String(inner, StandardCharsets.ISO_8859_1),
                "--b--");

        ReceivedMail mail = ReceivedMail.parse(outer);

        assertThat(mail.text()).isEmpty();
        assertThat(mail.attachments().get(0).fileName()).isEqualTo("attachment-1.eml");
        assertThat(mail.attachments().get(0).toMail().subject()).isEqualTo("inner");
    }
}
