package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.internal.mime.Form;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MailTest {
    private static final OffsetDateTime DATE = OffsetDateTime.parse("2026-11-02T03:04:05+08:00");

    private static MailBuilder fixed() {
        return Mail.builder()
                .from("me@126.com", "飞翔的代码")
                .to("a@example.com")
                .date(DATE)
                .messageId("1@126.com");
    }

    /** What is on the wire, with LF and with names for the boundaries. */
    private static String wire(Mail mail) {
        String text = Wire.text(mail).replace("\r\n", "\n");
        return text.replaceAll("=_[0-9a-v]{26}_", "b");
    }

    @Test
    void aTextMail() {
        assertThat(wire(fixed().to("b@example.com")
                        .cc("me@126.com")
                        .subject("Hello")
                        .text("Hi.\n\n.\nbye")
                        .build()))
                .isEqualTo("""
                        Date: Mon, 2 Nov 2026 03:04:05 +0800
                        From: =?UTF-8?B?6aOe57+U55qE5Luj56CB?= <me@126.com>
                        To: a@example.com, b@example.com
                        Cc: me@126.com
                        Subject: Hello
                        Message-ID: <1@126.com>
                        MIME-Version: 1.0
                        Content-Type: text/plain; charset=us-ascii
                        Content-Transfer-Encoding: 7bit

                        Hi.

                        .
                        bye
                        """);
    }

    @Test
    void everythingAtOnce() {
        Mail mail = fixed().subject("测试邮件")
                .text("你好")
                .html("<img src='cid:logo'>")
                .inline("logo", Attachment.of("logo.png", new byte[] {1, 2, 3}))
                .calendar("BEGIN:VCALENDAR\r\nMETHOD:request\r\nEND:VCALENDAR\r\n")
                .attach(
                        Attachment.of("报告.pdf", "%PDF".getBytes(StandardCharsets.US_ASCII)),
                        Attachment.of("a b.txt", new byte[0]))
                .build();

        assertThat(wire(mail)).isEqualTo("""
                Date: Mon, 2 Nov 2026 03:04:05 +0800
                From: =?UTF-8?B?6aOe57+U55qE5Luj56CB?= <me@126.com>
                To: a@example.com
                Subject: =?UTF-8?B?5rWL6K+V6YKu5Lu2?=
                Message-ID: <1@126.com>
                MIME-Version: 1.0
                Content-Type: multipart/mixed;
                 boundary="b0"

                --b0
                Content-Type: multipart/alternative;
                 boundary="b1"

                --b1
                Content-Type: text/plain; charset=UTF-8
                Content-Transfer-Encoding: base64

                5L2g5aW9
                --b1
                Content-Type: multipart/related; type="text/html";
                 boundary="b2"

                --b2
                Content-Type: text/html; charset=us-ascii
                Content-Transfer-Encoding: 7bit

                <img src='cid:logo'>
                --b2
                Content-Type: image/png;
                 name="logo.png"
                Content-Transfer-Encoding: base64
                Content-Disposition: inline;
                 filename="logo.png"
                Content-ID: <logo>

                AQID
                --b2--
                --b1
                Content-Type: text/calendar; method=REQUEST; charset=us-ascii
                Content-Transfer-Encoding: 7bit

                BEGIN:VCALENDAR
                METHOD:request
                END:VCALENDAR

                --b1--
                --b0
                Content-Type: application/pdf;
                 name="=?UTF-8?B?5oql5ZGKLnBkZg==?="
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment;
                 filename*=UTF-8''%E6%8A%A5%E5%91%8A.pdf

                JVBERg==
                --b0
                Content-Type: text/plain;
                 name="a b.txt"
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment;
                 filename="a b.txt"

                --b0--
                """);
    }

    @Test
    void theOtherHeaders() {
        Mail mail = fixed().sender(Address.of("robot@126.com"))
                .replyTo(Address.of("help@126.com", "Help, \"Desk\""))
                .inReplyTo("<q@example.com>")
                .references("p@example.com", "<q@example.com>")
                .priority(Priority.HIGH)
                .readReceiptTo(Address.of("me@126.com"))
                .listUnsubscribe(URI.create("https://126.com/u?x=1"), URI.create("mailto:u@126.com"))
                .header("X-Campaign", "spring")
                .header("X-Campaign", "größer")
                .build();

        assertThat(wire(mail)).contains("""
                From: =?UTF-8?B?6aOe57+U55qE5Luj56CB?= <me@126.com>
                Sender: robot@126.com
                Reply-To: "Help, \\"Desk\\"" <help@126.com>
                To: a@example.com
                Subject:
                Message-ID: <1@126.com>
                In-Reply-To: <q@example.com>
                References: <p@example.com> <q@example.com>
                X-Priority: 1
                Importance: high
                Disposition-Notification-To: me@126.com
                List-Unsubscribe: <https://126.com/u?x=1>, <mailto:u@126.com>
                List-Unsubscribe-Post: List-Unsubscribe=One-Click
                X-Campaign: spring
                X-Campaign: =?UTF-8?B?Z3LDtsOfZXI=?=
                """);
    }

    @Test
    void byMailAloneThereIsNoOneClick() {
        assertThat(Wire.text(
                        fixed().listUnsubscribe(URI.create("mailto:u@126.com")).build()))
                .contains("List-Unsubscribe: <mailto:u@126.com>\r\n")
                .doesNotContain("One-Click");
    }

    @Test
    void bccIsInTheEnvelopeOnly() {
        Mail mail = Mail.builder()
                .from("me@x")
                .bcc("secret@example.org")
                .bcc(Address.of("hidden@example.org", "H"))
                .build();

        assertThat(Wire.text(mail))
                .doesNotContain("secret")
                .doesNotContain("hidden")
                .doesNotContainIgnoringCase("bcc");
        assertThat(Wire.text(mail)).contains("To: undisclosed-recipients:;\r\n");
        assertThat(mail.recipients())
                .extracting(Address::address)
                .containsExactly("secret@example.org", "hidden@example.org");
    }

    @Test
    void eachMailboxIsARecipientOnce() {
        Mail mail = Mail.builder()
                .from("me@x")
                .to("a@example.org", "b@Bücher.example")
                .cc("a@EXAMPLE.org", "A@example.org")
                .bcc("b@xn--bcher-kva.example")
                .build();

        assertThat(mail.recipients())
                .extracting(Address::address)
                .containsExactly("a@example.org", "b@Bücher.example", "A@example.org");
    }

    @Test
    void theEnvelopeSenderIsTheAuthorUnlessSaidOtherwise() {
        assertThat(fixed().build().envelopeFrom()).isEqualTo("me@126.com");
        assertThat(fixed().sender(Address.of("robot@126.com")).build().envelopeFrom())
                .isEqualTo("robot@126.com");
        assertThat(fixed().envelopeFrom("bounce@126.com").build().envelopeFrom())
                .isEqualTo("bounce@126.com");
        assertThat(fixed().nullEnvelopeFrom().build().envelopeFrom()).isEmpty();
        assertThat(Outgoing.of(fixed().nullEnvelopeFrom().build()).sender(Address.of("a@x")))
                .isNull();
    }

    @Test
    void eachRecipientHasASenderOfItsOwnByVerp() {
        Outgoing outgoing = Outgoing.of(
                fixed().envelopeFrom("bounce+{recipient}@lists.126.com").build());

        assertThat(outgoing.hasSenderPerRecipient()).isTrue();
        assertThat(outgoing.sender(Address.of("Bob@Example.ORG"))).hasToString("bounce+Bob=example.org@lists.126.com");
        assertThatThrownBy(() -> fixed().envelopeFrom("bounce@{recipient}")).hasMessageStartingWith("envelopeFrom ");
        assertThatThrownBy(() -> fixed().to("l".repeat(60) + "@example.org")
                        .envelopeFrom("b+{recipient}@x")
                        .build())
                .hasMessageContaining("above 64");
    }

    @Test
    void whatMakesNoSenseIsRefusedWhenItIsBuilt() {
        assertThatThrownBy(() -> Mail.builder().to("a@x").build()).hasMessage("from must be set");
        assertThatThrownBy(() -> Mail.builder().from("a@x").build()).hasMessage("to, cc or bcc must have an address");
        assertThatThrownBy(() -> fixed().text("x")
                        .inline("a", Attachment.of("a", new byte[0]))
                        .build())
                .hasMessageStartingWith("inline needs html");
        assertThatThrownBy(() -> fixed().calendar("BEGIN:VCALENDAR\nEND:VCALENDAR"))
                .hasMessageStartingWith("calendar must have a line METHOD");
        assertThatThrownBy(() -> fixed().calendar("METHOD:REQUEST")).hasMessageStartingWith("calendar must begin");
        assertThatThrownBy(() -> fixed().charset(StandardCharsets.UTF_16)).hasMessageStartingWith("charset UTF-16 ");
        assertThatThrownBy(() -> fixed().date(DATE.withYear(10000))).hasMessageStartingWith("date=+10000");
        assertThatThrownBy(() -> fixed().from((Address) null)).hasMessage("from must not be null");
        assertThatThrownBy(() -> fixed().to((Address) null)).hasMessage("to must not be null");
        assertThatThrownBy(() -> fixed().text(null)).hasMessage("text must not be null");
        assertThatThrownBy(() -> fixed().attach((Attachment) null)).hasMessage("attachment must not be null");
        assertThatThrownBy(() -> fixed().messageId("no-at")).hasMessageStartingWith("messageId ");
        assertThatThrownBy(() -> Dsn.never().envelopeId("+".repeat(34))).hasMessageStartingWith("envelope id has 102");
    }

    @Test
    void theBytesAreTheSameEachTimeAndEachMailHasItsOwnId() {
        MailBuilder builder = Mail.builder().from("me@x").to("a@x").text("t").html("h");
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ids.add(builder.build().messageId());
        }
        Mail mail = builder.build();
        builder.subject("later").to("c@x");

        assertThat(ids).hasSize(1000).allMatch(id -> id.matches("<[0-9a-v]{26}@x>"));
        assertThat(Wire.bytes(mail)).isEqualTo(Wire.bytes(mail));
        assertThat(mail.subject()).isEmpty();
        assertThat(mail.to()).hasSize(1);
    }

    @Test
    void nothingSaysOnWhichMachineItWasMade() throws Exception {
        String text = Wire.text(Mail.builder()
                .from("me@example.org")
                .to("a@example.org")
                .text("t")
                .build());

        assertThat(text)
                .doesNotContain(java.net.InetAddress.getLocalHost().getHostName() + "\r")
                .doesNotContain(System.getProperty("user.name") + "@");
        assertThat(text).contains(" +0000\r\n").contains("@example.org>\r\n");
    }

    @Test
    void anAddressBeyondAsciiNeedsSmtpUtf8AndThenHeadersAreUtf8() throws Exception {
        Mail mail = Mail.builder()
                .from("飞@例子.测试", "飞翔")
                .to("a@bücher.example")
                .subject("测试")
                .text("你好")
                .build();

        assertThat(Outgoing.of(mail).needsSmtpUtf8()).isTrue();
        assertThat(new String(Wire.bytes(mail), StandardCharsets.UTF_8))
                .contains(
                        "From: 飞翔 <飞@例子.测试>\r\n", "To: a@bücher.example\r\n", "Subject: 测试\r\n", "8bit\r\n\r\n你好\r\n");
        assertThatThrownBy(() -> mail.render(Form.EIGHT_BIT, List.of())).isInstanceOf(IllegalArgumentException.class);
        Mail domain = Mail.builder().from("a@例子.测试").to("a@x").build();
        assertThat(Outgoing.of(domain).needsSmtpUtf8()).isFalse();
        assertThat(Wire.text(domain)).contains("From: a@xn--fsqu00a.xn--0zwm56d\r\n");
    }

    @Test
    void longHeadersAreFolded() {
        Mail mail = fixed().subject("word ".repeat(40).strip())
                .header("X-Long", "y".repeat(2000))
                .references("a".repeat(60) + "@x", "b".repeat(60) + "@x", "c".repeat(60) + "@x")
                .to("first.somebody.long@example.com", "second.somebody.long@example.com", "third@example.com")
                .build();

        assertThat(Wire.field(mail, "Subject").split("\r\n")).hasSize(3).allMatch(line -> line.length() <= 78);
        assertThat(Wire.field(mail, "X-Long")).startsWith("=?UTF-8?Q?yyy");
        assertThat(Wire.field(mail, "References").split("\r\n")).hasSize(3);
        assertThat(Wire.field(mail, "To"))
                .isEqualTo(
                        "a@example.com, first.somebody.long@example.com,\r\n second.somebody.long@example.com, third@example.com");
        assertThat(AngusView.of(Wire.bytes(mail)).header("X-Long")).isEqualTo("y".repeat(2000));
    }

    /** P42. */
    @Test
    void linesOfAnyLengthArriveWhole() {
        for (int length : new int[] {0, 1, 75, 76, 77, 997, 998, 999, 100_000}) {
            String text = "x".repeat(length) + "\n.\n..\n" + "é".repeat(length) + "\n";
            assertThat(AngusView.of(Wire.bytes(fixed().text(text).build()))
                            .text("text/plain")
                            .replace("\r\n", "\n"))
                    .isEqualTo(text);
            String ascii = "x".repeat(length) + "\n.";
            String wire = Wire.text(fixed().text(ascii).build());
            assertThat(wire.contains("Encoding: 7bit")).as("%d", length).isEqualTo(length <= 998);
        }
    }

    @Test
    void textThatLooksLikeABoundaryCannotBeOne() {
        Mail mail = fixed().text("--=_0\nX: y").html("h").build();

        assertThat(Wire.text(mail)).contains("--=3D_0");
        assertThat(AngusView.of(Wire.bytes(mail)).text("text/plain")).isEqualTo("--=_0\r\nX: y");
    }

    /** P43: names. */
    @Test
    void fileNamesLoseTheirFoldersAndArriveWhateverTheyHold() {
        for (String name : List.of(
                "a\"b'c.txt",
                "back\\slash",
                "x".repeat(296) + ".txt",
                "报".repeat(300),
                "🎉 party.png",
                "a;b=c%20.txt",
                "..",
                "../../etc/passwd",
                "C:\\x\\y.doc",
                "dir/",
                " ",
                "=?UTF-8?B?YQ==?=x")) {
            Attachment attachment = Attachment.of(name, new byte[] {1});
            assertThat(attachment.name())
                    .doesNotContain("/")
                    .doesNotContain("\\")
                    .isNotBlank()
                    .isNotEqualTo("..");
            byte[] wire = Wire.bytes(fixed().attach(attachment).build());
            if (!name.startsWith("=?")) {
                assertThat(AngusView.of(wire).leaves.get(0).fileName()).isEqualTo(attachment.name());
            }
            for (String line : new String(wire, StandardCharsets.ISO_8859_1).split("\r\n")) {
                assertThat(line.length()).as(line).isLessThanOrEqualTo(78);
            }
        }
        assertThat(Attachment.of("../../etc/passwd", new byte[0]).name()).isEqualTo("passwd");
        assertThat(Attachment.of("..", new byte[0]).name()).isEqualTo("attachment");
    }

    @Test
    void typesComeFromTheNameUnlessGiven(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("Report.PDF"), new byte[] {1, 2});

        assertThat(Attachment.of(file)).hasToString("Report.PDF (application/pdf, 2 bytes)");
        assertThat(Attachment.of("x.unknown", new byte[0]).type()).isEqualTo("application/octet-stream");
        assertThat(Attachment.of("x", new byte[0])
                        .typed("text/csv; charset=utf-8")
                        .type())
                .isEqualTo("text/csv; charset=utf-8");
        assertThatThrownBy(() -> Attachment.of("x", new byte[0]).typed("message/rfc822"))
                .hasMessageStartingWith("media type ");
        assertThatThrownBy(() -> Attachment.of("x", new byte[0]).typed("multipart/mixed"))
                .hasMessageStartingWith("media type ");
        assertThatThrownBy(() -> Attachment.of("x", new byte[0]).typed("text")).hasMessageStartingWith("media type ");
        assertThatThrownBy(() -> Attachment.of(folder.resolve("none")))
                .isInstanceOf(java.io.UncheckedIOException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> Attachment.of(folder))
                .isInstanceOf(java.io.UncheckedIOException.class)
                .hasMessageContaining("not a readable file");
    }
}
