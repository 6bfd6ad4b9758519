package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MailParseTest {
    private static Mail parse(String text) throws IOException {
        return Mail.parse(new ByteArrayInputStream(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void everyFieldComesBack(@TempDir Path folder) throws IOException {
        Mail mail = Mail.builder()
                .from("me@126.com", "飞翔的代码")
                .sender(Address.of("robot@126.com"))
                .replyTo(Address.of("help@126.com", "Help, Desk"))
                .to(Address.of("a@example.com", "A"), Address.of("b@example.com"))
                .cc("c@example.com")
                .subject("测试")
                .text("你好\n")
                .html("<img src='cid:logo'>")
                .inline("logo", Attachment.of("logo.png", new byte[] {1, 2}))
                .attach(Attachment.of("数据.csv", new byte[] {3}).typed("text/csv; charset=UTF-8"))
                .calendar("BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n")
                .priority(Priority.LOW)
                .header("X-One", "1")
                .header("X-Two", "zwei – drei")
                .messageId("<id@126.com>")
                .date(OffsetDateTime.parse("2026-11-22T01:02:03+08:00"))
                .inReplyTo("<q@x>")
                .references("<p@x>", "<q@x>")
                .listUnsubscribe(URI.create("https://126.com/u"), URI.create("mailto:u@126.com"))
                .readReceiptTo(Address.of("me@126.com"))
                .build();
        Path file = Files.write(folder.resolve("mail.eml"), Wire.bytes(mail));

        Mail back = Mail.parse(file);

        assertThat(back)
                .usingRecursiveComparison()
                .ignoringFields("attachments", "inline", "boundarySeed", "builtAt", "envelopeSender")
                .isEqualTo(mail);
        assertThat(back.inline().keySet()).containsExactly("logo");
        assertThat(back.inline().get("logo")).hasToString("logo.png (image/png, 2 bytes)");
        assertThat(back.attachments())
                .hasToString("[数据.csv (text/csv; charset=utf-8, 1 bytes)]".replace("utf-8", "UTF-8"));
        assertThat(Wire.header(back)).isEqualTo(Wire.header(mail).replace(mail.boundarySeed(), back.boundarySeed()));
    }

    @Test
    void aMailOfOthersIsUnderstood() throws IOException {
        Mail mail = parse("""
                Received: from a by b; Mon, 2 Nov 2026 03:04:05 +0800
                From: "Jo =?ISO-8859-1?Q?M=FCller?=" <jo@example.org>, second@example.org
                To: friends: a@example.org, "B, C" <b@example.org>;, undisclosed-recipients:;
                Subject: =?utf-8?q?caf=C3=A9_=0D=0ABcc:_evil?=
                Date: Mon, 02 Nov 26 03:04 PST
                X-Priority: 2 (High)
                Content-Type: multipart/mixed; boundary=b

                preamble
                --b
                Content-Type: text/plain; charset=no-such-charset

                caf\u00e9
                --b
                Content-Type: message/rfc822

                Subject: inner

                hello
                --b
                Content-Type: image/png
                Content-ID: <x@y>
                Content-Transfer-Encoding: base64

                AQID
                --b--
                epilogue
                """);

        assertThat(mail.from().address()).isEqualTo("jo@example.org");
        assertThat(mail.to()).containsExactly(Address.of("a@example.org"), Address.of("b@example.org", "B, C"));
        assertThat(mail.subject()).isEqualTo("café \uFFFD\uFFFDBcc: evil");
        assertThat(mail.priority()).isEqualTo(Priority.HIGH);
        assertThat(mail.text()).isEqualTo("café");
        assertThat(mail.attachments()).extracting(Attachment::name).containsExactly("message.eml", "attachment");
        assertThat(mail.headers()).contains(Map.entry("Received", "from a by b; Mon, 2 Nov 2026 03:04:05 +0800"));
        Wire.bytes(mail);
    }

    @Test
    void aMailWithoutRecipientsIsOneStill() throws IOException {
        Mail mail = parse("From: a@x\n\nhi\n");

        assertThat(mail.recipients()).isEmpty();
        assertThat(mail.text()).isEqualTo("hi\n");
        assertThatThrownBy(() -> Outgoing.of(mail)).hasMessageStartingWith("mail must have a recipient");
    }

    @Test
    void whatIsNoMailIsRefusedWithTheReason() {
        assertThatThrownBy(() -> parse(""))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot parse the mail: it has no From");
        assertThatThrownBy(() -> parse("From: not an address\n\n"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot parse the mail: ");
        assertThatThrownBy(() -> parse("From: a@x\nTo: a@b@c\n\n"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot parse the mail: ");
    }

    @Test
    void nestingIsLimited() {
        StringBuilder deep = new StringBuilder("From: a@x\n");
        for (int i = 0; i < 30; i++) {
            deep.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\n\n--b")
                    .append(i)
                    .append('\n');
        }
        assertThatThrownBy(() -> parse(deep + "\nx\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nest deeper than 20");
    }

    @Test
    void sizeIsLimited() {
        assertThatThrownBy(() -> Mail.parse(new java.io.InputStream() {
                    @Override
                    public int read() {
                        return 'x';
                    }

                    @Override
                    public int read(byte[] target, int offset, int count) {
                        return count;
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("mail has more than 67108864 bytes, the most that is parsed");
        assertThat(List.of(MailParser.MAX_BYTES)).containsExactly(64 * 1024 * 1024);
    }

    @Test
    void aMailOfMillionsOfPartsIsRefusedBeforeTheyAreMade() {
        String bomb = "From: a@x\r\nTo: b@x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\n\r\n".repeat(200_000) + "--b--\r\n";

        assertThatThrownBy(() -> Mail.parse(new ByteArrayInputStream(bomb.getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("10000 parts");
    }
}
