package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.mail.Address;
import io.github.packetboat.mail.Attachment;
import io.github.packetboat.mail.Dkim;
import io.github.packetboat.mail.Dsn;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailBuilder;
import io.github.packetboat.mail.Priority;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.time.OffsetDateTime;
import java.util.Set;

/** A mail made with all that {@link MailBuilder} has, and what must be read of it. Stateless, thread-safe. */
final class EveryFeature {
    /** What {@link #mail} calls; {@code nullEnvelopeFrom} excludes {@code envelopeFrom} and has a mail of its own. */
    static final Set<String> CALLED = Set.of(
            "from",
            "sender",
            "replyTo",
            "to",
            "cc",
            "bcc",
            "envelopeFrom",
            "subject",
            "text",
            "html",
            "inline",
            "attach",
            "calendar",
            "priority",
            "header",
            "messageId",
            "date",
            "inReplyTo",
            "references",
            "listUnsubscribe",
            "dsn",
            "readReceiptTo",
            "charset",
            "dkim");

    static final String AUTHOR = "bob@test.local";
    static final String READER = "alice@test.local";
    static final String ENVELOPE_ID = "order-4711";

    private static final Charset CHARSET = Charset.forName("GB18030");
    private static final String TEXT = "你好\n.\n..dots\nFrom here on\n" + "long ".repeat(400) + "\nend 𝄞";
    private static final String HTML = "<p>你好 <img src=\"cid:logo\"></p>";
    private static final byte[] PHOTO = {(byte) 0xFF, (byte) 0xD8, 0, '\r', '\n', '.', '\r', '\n', 1};
    private static final String INVITATION = """
            BEGIN:VCALENDAR
            VERSION:2.0
            METHOD:REQUEST
            BEGIN:VEVENT
            UID:1@test.local
            SUMMARY:会议
            END:VEVENT
            END:VCALENDAR
            """;

    private EveryFeature() {}

    static Mail mail(String subject, Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("报告 2026.csv"), "1;2\r\n");
        return Mail.builder()
                .from(AUTHOR, "飞翔的代码")
                .sender(Address.of(READER, "In place of"))
                .replyTo("answers@test.local")
                .replyTo(Address.of("more@test.local", "更多"))
                .to(READER)
                .to(Address.of(READER, "Third, \"The\""))
                .cc(READER)
                .cc(Address.of(READER, "第四"))
                .bcc(AUTHOR)
                .bcc(Address.of(AUTHOR, "Unseen"))
                .envelopeFrom(AUTHOR)
                .subject(subject)
                .text(TEXT)
                .html(HTML)
                .inline("logo", Attachment.of("logo.png", ReceivedMailTest.LOGO))
                .attach(file)
                .attach(
                        Attachment.of("photo", () -> new ByteArrayInputStream(PHOTO))
                                .named("фото.jpg")
                                .typed("image/jpeg"),
                        Attachment.of("zeros.bin", new byte[100_000]))
                .calendar(INVITATION)
                .priority(Priority.HIGH)
                .header("X-Order", "订单 7")
                .header("List-Id", "<news.test.local>")
                .messageId("<every-feature-" + System.nanoTime() + "@test.local>")
                .date(OffsetDateTime.parse("2024-02-29T23:59:58+08:00"))
                .inReplyTo("<before@test.local>")
                .references("<first@test.local>", "<before@test.local>")
                .listUnsubscribe(URI.create("https://test.local/leave?id=7"), URI.create("mailto:leave@test.local"))
                .dsn(Dsn.on(Dsn.Event.SUCCESS).returnHeaders().envelopeId(ENVELOPE_ID))
                .readReceiptTo(Address.of("receipts@test.local"))
                .charset(CHARSET)
                .dkim(Dkim.of("test.local", "mail2026", key()))
                .build();
    }

    private static PrivateKey key() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Fails unless {@code mail} is what {@link #mail} has made, to the last byte. */
    static void assertRead(ReceivedMail mail, Mail sent) {
        assertAddresses(mail);
        assertHeaders(mail, sent);
        assertParts(mail);
        assertThat(mail.defects()).isEmpty();
        String raw = new String(mail.raw(), StandardCharsets.ISO_8859_1);
        assertThat(raw).endsWith(new String(ReceivedMailTest.bytes(sent), StandardCharsets.ISO_8859_1));
    }

    private static void assertAddresses(ReceivedMail mail) {
        assertThat(mail.from()).containsExactly(new ReceivedAddress("飞翔的代码", AUTHOR));
        assertThat(mail.header("Sender")).containsExactly("In place of <" + READER + ">");
        assertThat(mail.replyTo())
                .containsExactly(
                        new ReceivedAddress("", "answers@test.local"), new ReceivedAddress("更多", "more@test.local"));
        assertThat(mail.to())
                .containsExactly(new ReceivedAddress("", READER), new ReceivedAddress("Third, \"The\"", READER));
        assertThat(mail.cc()).containsExactly(new ReceivedAddress("", READER), new ReceivedAddress("第四", READER));
        assertThat(mail.header("Bcc")).isEmpty();
        assertThat(new String(mail.raw(), StandardCharsets.ISO_8859_1)).doesNotContain("Unseen");
        assertThat(mail.header("Disposition-Notification-To")).containsExactly("receipts@test.local");
    }

    private static void assertHeaders(ReceivedMail mail, Mail sent) {
        assertThat(mail.subject()).isEqualTo(sent.subject());
        assertThat(mail.messageId()).isEqualTo(sent.messageId());
        assertThat(mail.sentAt())
                .hasValue(OffsetDateTime.parse("2024-02-29T23:59:58+08:00").toInstant());
        assertThat(mail.inReplyTo()).isEqualTo("<before@test.local>");
        assertThat(mail.header("References")).containsExactly("<first@test.local> <before@test.local>");
        assertThat(mail.header("X-Priority")).containsExactly("1");
        assertThat(mail.header("Importance")).containsExactly("high");
        assertThat(mail.header("X-Order")).containsExactly("订单 7");
        assertThat(mail.header("List-Id")).containsExactly("<news.test.local>");
        assertThat(mail.header("List-Unsubscribe").get(0).replace(" ", ""))
                .isEqualTo("<https://test.local/leave?id=7>,<mailto:leave@test.local>");
        assertThat(mail.header("List-Unsubscribe-Post")).containsExactly("List-Unsubscribe=One-Click");
        assertThat(mail.header("DKIM-Signature")).singleElement().asString().contains("d=test.local", "s=mail2026");
    }

    private static void assertParts(ReceivedMail mail) {
        assertThat(mail.text().map(String::stripTrailing)).hasValue(TEXT);
        assertThat(mail.html().map(String::strip)).hasValue(HTML);
        assertThat(mail.inlines()).singleElement().satisfies(logo -> {
            assertThat(logo.contentId()).isEqualTo("logo");
            assertThat(logo.mediaType()).isEqualTo("image/png");
            assertThat(logo.bytes()).isEqualTo(ReceivedMailTest.LOGO);
        });
        assertThat(mail.attachments())
                .extracting(part -> part.mediaType() + " " + part.fileName())
                .containsExactly(
                        "text/calendar attachment-2.ics",
                        "text/csv 报告 2026.csv",
                        "image/jpeg фото.jpg",
                        "application/octet-stream zeros.bin");
        assertThat(new String(mail.attachments().get(0).bytes(), CHARSET).replace("\r\n", "\n"))
                .startsWith(INVITATION.stripTrailing());
        assertThat(mail.attachments().get(1).bytes()).isEqualTo("1;2\r\n".getBytes(StandardCharsets.UTF_8));
        assertThat(mail.attachments().get(2).bytes()).isEqualTo(PHOTO);
        assertThat(mail.attachments().get(3).bytes()).isEqualTo(new byte[100_000]);
    }
}
