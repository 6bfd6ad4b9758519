package io.github.packetboat.mailbox;

import static io.github.packetboat.mailbox.Defect.Kind.BASE64;
import static io.github.packetboat.mailbox.Defect.Kind.BOUNDARY_NOT_FOUND;
import static io.github.packetboat.mailbox.Defect.Kind.DATE;
import static io.github.packetboat.mailbox.Defect.Kind.ENCODED_WORD;
import static io.github.packetboat.mailbox.Defect.Kind.HEADER_CHARSET;
import static io.github.packetboat.mailbox.Defect.Kind.HEADER_LINE;
import static io.github.packetboat.mailbox.Defect.Kind.HEADER_TOO_LARGE;
import static io.github.packetboat.mailbox.Defect.Kind.MEDIA_TYPE;
import static io.github.packetboat.mailbox.Defect.Kind.MISSING_BOUNDARY;
import static io.github.packetboat.mailbox.Defect.Kind.QUOTED_PRINTABLE;
import static io.github.packetboat.mailbox.Defect.Kind.TOO_COMPLEX;
import static io.github.packetboat.mailbox.Defect.Kind.TRANSFER_ENCODING;
import static io.github.packetboat.mailbox.Defect.Kind.UNKNOWN_CHARSET;
import static io.github.packetboat.mailbox.Defect.Kind.UNTERMINATED;
import static io.github.packetboat.mailbox.Defect.Kind.WRONG_CHARSET;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Mails that are not as they should be, each with what must be read from it all the same and which defects must be reported.
 */
final class MalformedMails {
    private static final Charset GBK = Charset.forName("GBK");
    private static final Charset LATIN1 = StandardCharsets.ISO_8859_1;

    /** A mail, what {@code read} must say of it, and all that must be reported. */
    record Case(
            String name, byte[] raw, Function<ReceivedMail, Object> read, Object expected, Set<Defect.Kind> defects) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Case> ALL = new ArrayList<>();

    private MalformedMails() {}

    static List<Case> all() {
        return List.copyOf(ALL);
    }

    private static void add(
            String name, byte[] raw, Function<ReceivedMail, Object> read, Object expected, Defect.Kind... defects) {
        ALL.add(new Case(name, raw, read, expected, Set.of(defects)));
    }

    private static void text(String name, byte[] raw, String expected, Defect.Kind... defects) {
        add(name, raw, mail -> mail.text().orElse(null), expected, defects);
    }

    private static void subject(String name, String field, String expected, Defect.Kind... defects) {
        add(name, lines("Subject: " + field, "", "x"), ReceivedMail::subject, expected, defects);
    }

    private static void file(String name, String fields, String expected, Defect.Kind... defects) {
        add(
                name,
                lines("Content-Type: multipart/mixed; boundary=b", "", "--b", fields, "", "data", "--b--"),
                mail -> mail.attachments().get(0).fileName(),
                expected,
                defects);
    }

    private static void from(String name, String field, List<String> expected, Defect.Kind... defects) {
        add(
                name,
                lines("From: " + field, "", "x"),
                mail -> mail.from().stream().map(ReceivedAddress::toString).toList(),
                expected,
                defects);
    }

    /** Lines with CRLF; each char is a byte. */
    static byte[] lines(String... lines) {
        return String.join("\r\n", lines).concat("\r\n").getBytes(LATIN1);
    }

    private static byte[] concat(Object... pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(pieces)
                .forEach(piece -> out.writeBytes(
                        piece instanceof byte[] bytes ? bytes : piece.toString().getBytes(LATIN1)));
        return out.toByteArray();
    }

    private static byte[] part(String fields, Object body) {
        return concat(fields, "\r\n\r\n", body);
    }

    static {
        shapes();
        charsets();
        encodings();
        multiparts();
        headers();
        words();
        addresses();
        fileNames();
        complexity();
    }

    private static void shapes() {
        add("nothing at all", new byte[0], ReceivedMail::subject, "");
        text("one line end", lines(""), "");
        text("no header", lines("", "only a body"), "only a body\n");
        add("no body", "Subject: s".getBytes(LATIN1), ReceivedMail::subject, "s");
        add("header without an empty line", lines("Subject: s", "X: y"), ReceivedMail::subject, "s");
        text("LF line ends", "Subject: s\n\nhello\n".getBytes(LATIN1), "hello\n");
        add(
                "CR line ends",
                "Subject: s\rX: y\r\rhello".getBytes(LATIN1),
                mail -> mail.subject() + mail.text().get(),
                "shello");
        text("mixed line ends", "Subject: s\r\nX: y\n\r\nhello".getBytes(LATIN1), "hello");
        add("NUL bytes", "Subject: a\0b\r\n\r\nx\0y".getBytes(LATIN1), ReceivedMail::subject, "ab");
        add(
                "mbox line first",
                lines("From a@b Mon Jan  1 00:00:00 2026", "Subject: s", "", "x"),
                ReceivedMail::subject,
                "s");
        text("only line ends", "\r\n\r\n\r\n".getBytes(LATIN1), "\n\n");
        byte[] noise = new byte[5000];
        new java.util.Random(6).nextBytes(noise);
        add("noise", concat("Subject: s\r\n\r\n", noise), ReceivedMail::subject, "s");
    }

    private static void charsets() {
        String plain = "Content-Type: text/plain; charset=";
        byte[] chinese = "你好".getBytes(StandardCharsets.UTF_8);
        text("charset unknown, UTF-8 in truth", part(plain + "x-klingon", chinese), "你好", UNKNOWN_CHARSET);
        text("charset name that is none", part(plain + "\"#!?\"", chinese), "你好", UNKNOWN_CHARSET);
        text("charset us-ascii, UTF-8 in truth", part(plain + "us-ascii", chinese), "你好", WRONG_CHARSET);
        text("charset us-ascii, Latin in truth", part(plain + "us-ascii", "caf\u00E9"), "café", WRONG_CHARSET);
        text(
                "charset utf-8, cut in a character",
                part(plain + "utf-8", concat("ok ", new byte[] {(byte) 0xE4, (byte) 0xBD})),
                "ok \uFFFD",
                WRONG_CHARSET);
        text("charset gb2312, GBK in truth", part(plain + "gb2312", "镕".getBytes(GBK)), "镕");
        text(
                "charset gb2312, UTF-8 with an odd byte",
                part(plain + "gb2312", concat("好".getBytes(GBK), new byte[] {(byte) 0xFF})),
                "好\uFFFD",
                WRONG_CHARSET);
        text("no charset, UTF-8", part("Content-Type: text/plain", chinese), "你好");
        text("no charset, Latin", part("Content-Type: text/plain", "na\u00EFve"), "naïve");
        text("no type, UTF-8", part("X: y", chinese), "你好");
        text(
                "byte order mark",
                part(plain + "utf-8", concat(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, "x")),
                "x");
        text("charset in a word of its own", part("Content-Type: text/plain; Charset = \"UTF8\"", chinese), "你好");
    }

    private static void encodings() {
        String base64 = "Content-Transfer-Encoding: base64";
        String quoted = "Content-Transfer-Encoding: quoted-printable";
        text("base64 without padding", part(base64, "aGVsbG8"), "hello");
        text("base64 with foreign characters", part(base64, "aGV*s\r\n!bG8="), "hello", BASE64);
        text("base64 with one digit too many", part(base64, "aGVsbG8hY"), "hello!", BASE64);
        text("base64 that goes on after padding", part(base64, "aGU=bGxv"), "hello", BASE64);
        text("base64 of nothing", part(base64, ""), "");
        text("base64 of padding only", part(base64, "===="), "");
        text(
                "base64 with a footer of a mailing list",
                part(base64, "aGVsbG8=\r\n-- list\r\n"),
                "hello\u2013+-",
                BASE64);
        text("quoted-printable with bad codes", part(quoted, "a=GGb=4"), "a=GGb=4", QUOTED_PRINTABLE);
        text("quoted-printable with lower case codes", part(quoted, "caf=c3=a9"), "café");
        text("quoted-printable that ends in =", part(quoted, "abc="), "abc");
        text("quoted-printable, soft break with padding", part(quoted, "ab=  \t\r\ncd"), "abcd");
        text("quoted-printable, soft break with LF", part(quoted, "ab=\ncd"), "abcd");
        text("quoted-printable, = then spaces then text", part(quoted, "1 =  2"), "1 =  2", QUOTED_PRINTABLE);
        text(
                "transfer encoding unknown",
                part("Content-Transfer-Encoding: x-none", "as it is"),
                "as it is",
                TRANSFER_ENCODING);
        text("transfer encoding with a comment", part("Content-Transfer-Encoding: Base64 (mine)", "aGVsbG8="), "hello");
        text(
                "uuencode cut off",
                part("Content-Transfer-Encoding: x-uuencode", "begin 644 f\r\n%:&5L;&\\\r\n"),
                "hello");
        text("uuencode without begin", part("Content-Transfer-Encoding: x-uuencode", "nothing\r\n"), "");
        text(
                "multipart with base64",
                lines("Content-Type: multipart/mixed; boundary=b", base64, "", "--b", "", "x", "--b--"),
                "x");
    }

    private static void multiparts() {
        String mixed = "Content-Type: multipart/mixed; boundary=b";
        text("no end boundary", lines(mixed, "", "--b", "", "x"), "x\n", UNTERMINATED);
        text(
                "boundary parameter missing",
                lines("Content-Type: multipart/mixed", "", "--q1w2", "", "x", "--q1w2--"),
                "x",
                MISSING_BOUNDARY);
        text(
                "boundary parameter empty",
                lines("Content-Type: multipart/mixed; boundary=\"\"", "", "--q1w2", "", "x", "--q1w2--"),
                "x",
                MISSING_BOUNDARY);
        text("no boundary to guess", lines("Content-Type: multipart/mixed", "", "plain"), "plain\n", MISSING_BOUNDARY);
        text("boundary never occurs", lines(mixed, "", "just text"), "just text\n", BOUNDARY_NOT_FOUND);
        text("multipart without body", lines(mixed), "", BOUNDARY_NOT_FOUND);
        text("only the end boundary", lines(mixed, "", "--b--"), "--b--\n", BOUNDARY_NOT_FOUND);
        text("padding behind the boundary", lines(mixed, "", "--b  \t", "", "x", "--b-- "), "x");
        text("boundary that begins another", lines(mixed, "", "--bb", "", "no", "--b", "", "x", "--b--"), "x");
        text("text behind the end", lines(mixed, "", "--b", "", "x", "--b--", "--b", "", "y"), "x");
        text(
                "inner boundary is the outer one",
                lines(mixed, "", "--b", mixed, "", "--b", "", "x", "--b--"),
                "\nx",
                BOUNDARY_NOT_FOUND);
        text(
                "inner multipart unterminated",
                lines(mixed, "", "--b", "Content-Type: multipart/alternative; boundary=c", "", "--c", "", "x", "--b--"),
                "x",
                UNTERMINATED);
        text(
                "part without an empty line",
                lines(mixed, "", "--b", "Content-Type: text/plain", "--b", "", "x", "--b--"),
                "\nx");
        text("part without content", lines(mixed, "", "--b", "--b", "", "x", "--b--"), "\nx");
        text(
                "LF in a multipart",
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n".getBytes(LATIN1),
                "x");
        text("type that is none", lines("Content-Type: plain text please", "", "x"), "x\n", MEDIA_TYPE);
        text("type without subtype", lines("Content-Type: text; charset=utf-8", "", "x"), "x\n", MEDIA_TYPE);
        add(
                "type that is no text",
                lines("Content-Type: ///", "", "x"),
                mail -> mail.attachments().size(),
                1,
                MEDIA_TYPE);
        add(
                "message/rfc822 of noise",
                lines(mixed, "", "--b", "Content-Type: message/rfc822", "", "??", "--b--"),
                mail -> mail.attachments().get(0).toMail().subject(),
                "");
    }

    private static void headers() {
        add("line without colon", lines("Subject: s", "no field", "", "x"), ReceivedMail::subject, "s", HEADER_LINE);
        add("name with spaces", lines("Bad Name: x", "Subject: s", "", "x"), ReceivedMail::subject, "s", HEADER_LINE);
        add("space before the colon", lines("Subject : s", "", "x"), ReceivedMail::subject, "s");
        add("first line folded", lines(" folded", "Subject: s", "", "x"), ReceivedMail::subject, "s", HEADER_LINE);
        add("two subjects", lines("Subject: first", "Subject: second", "", "x"), ReceivedMail::subject, "first");
        add("raw UTF-8", part("Subject: \u00E4\u00BD\u00A0", "x"), ReceivedMail::subject, "你");
        add("raw Latin", part("Subject: caf\u00E9", "x"), ReceivedMail::subject, "café", HEADER_CHARSET);
        add(
                "date that is none",
                lines("Date: yesterday", "", "x"),
                ReceivedMail::sentAt,
                java.util.Optional.empty(),
                DATE);
        add(
                "date with 32 days",
                lines("Date: Mon, 32 Jan 2026 00:00:00 +0000", "", "x"),
                ReceivedMail::sentAt,
                java.util.Optional.empty(),
                DATE);
        add(
                "date without zone and seconds",
                lines("Date: 1 Jan 26 10:00", "", "x"),
                mail -> mail.sentAt().get().toString(),
                "2026-01-01T10:00:00Z");
        add(
                "date with an absurd zone",
                lines("Date: 1 Jan 2026 10:00:00 +9999", "", "x"),
                ReceivedMail::sentAt,
                java.util.Optional.empty(),
                DATE);
    }

    private static void words() {
        subject("encoded word cut off", "=?utf-8?B?5L2g", "=?utf-8?B?5L2g");
        subject("encoded word of an unknown encoding", "=?utf-8?X?abc?=", "=?utf-8?X?abc?=", ENCODED_WORD);
        subject("encoded word of an unknown charset", "=?x-klingon?B?5L2g?=", "你", UNKNOWN_CHARSET);
        subject("encoded word without padding", "=?utf-8?B?5L2g5aU?=", "你\uFFFD", WRONG_CHARSET);
        subject("character split over two words", "=?utf-8?B?5L2g5a==?= =?utf-8?B?pQ?=", "你\uFFFD", WRONG_CHARSET);
        subject("bytes split over two words", "=?utf-8?Q?=E4=BD?= =?utf-8?Q?=A0?=", "你");
        subject("spaces in a Q word", "=?utf-8?Q?a b=20c_d?=", "a b c d");
        subject("bad code in a Q word", "=?utf-8?Q?a=ZZb?=", "a=ZZb");
        subject("encoded word next to text", "x=?utf-8?Q?a?=y", "xay");
        subject("language in an encoded word", "=?utf-8*de?Q?a?=", "a");
        subject("line end inside an encoded word", "=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x");
    }

    private static void addresses() {
        from("no address", "Nobody at all", List.of("Nobody at all"));
        from("brackets not closed", "Bob <bob@example.org", List.of("Bob <bob@example.org>"));
        from("quotes not closed", "\"Bob <bob@example.org>", List.of("Bob <bob@example.org>"));
        from("only commas", ",,,", List.of());
        from("empty brackets", "Bob <>", List.of("Bob"));
        from("group of nobody", "undisclosed-recipients:;", List.of());
        from("comma in quotes", "\"Smith, Jo\" <jo@example.org>, a@b", List.of("Smith, Jo <jo@example.org>", "a@b"));
        from("name as a comment", "bob@example.org (Bob)", List.of("Bob <bob@example.org>"));
        from("encoded word in quotes", "\"=?utf-8?B?5L2g?=\" <a@b>", List.of("你 <a@b>"));
        from("semicolons between", "a@b; c@d", List.of("a@b", "c@d"));
    }

    private static void fileNames() {
        String disposition = "Content-Disposition: attachment; filename=";
        file("path", disposition + "\"../../etc/passwd\"", "passwd");
        file("path of Windows", disposition + "\"C:\\\\temp\\\\x.exe\"", "x.exe");
        file("only dots", disposition + "\"..\"", "attachment-1.txt");
        file("device", disposition + "CON.txt", "_CON.txt");
        file("controls and marks of direction", disposition + "\"a\u0001b=?utf-8?Q?=E2=80=AEgpj.exe?=\"", "abgpj.exe");
        file("encoded word instead of RFC 2231", disposition + "\"=?GBK?B?xOPKxy50eHQ=?=\"", "你是.txt");
        file(
                "RFC 2231 in sections out of order",
                "Content-Disposition: attachment; filename*1*=%A0.txt; filename*0*=utf-8''%E4%BD",
                "你.txt");
        file("RFC 2231 without charset", "Content-Disposition: attachment; filename*=%E4%BD%A0.txt", "你.txt");
        file("RFC 2231 with a bad code", "Content-Disposition: attachment; filename*=utf-8''a%ZZ.txt", "a%ZZ.txt");
        file("file name with quotes not closed", disposition + "\"a b.txt", "a b.txt");
        file("no quotes around spaces", disposition + "a b.txt; size=1", "a b.txt");
        file(
                "longer than any file system takes",
                disposition + "\"" + "x".repeat(5000) + ".pdf\"",
                "x".repeat(196) + ".pdf");
        file("none", "Content-Disposition: attachment", "attachment-1.txt");
    }

    private static void complexity() {
        StringBuilder deep = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            deep.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        add(
                "nested 500 deep",
                deep.toString().getBytes(LATIN1),
                mail -> mail.attachments().size(),
                1,
                TOO_COMPLEX,
                UNTERMINATED);
        String many =
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n".repeat(5000) + "--b--\r\n";
        add("5000 parts", many.getBytes(LATIN1), mail -> mail.text().get().length(), 2 * 999 - 1, TOO_COMPLEX);
        add(
                "header of 10 MB in one line",
                concat("Subject: s\r\nX: ", "y".repeat(10_000_000), "\r\n\r\nx"),
                ReceivedMail::subject,
                "s",
                HEADER_TOO_LARGE);
        add(
                "100,000 fields",
                concat("Subject: s\r\n", "X: y\r\n".repeat(100_000), "\r\nx"),
                ReceivedMail::subject,
                "s",
                HEADER_TOO_LARGE);
        add(
                "body of 10 MB in one line",
                concat("Subject: s\r\n\r\n", "y".repeat(10_000_000)),
                mail -> mail.text().get().length(),
                10_000_000);
        add(
                "100,000 parameters",
                concat("Content-Type: text/plain", "; a=b".repeat(40_000), "\r\n\r\nx"),
                mail -> mail.text().get(),
                "x");
        add(
                "10,000 brackets",
                lines("From: " + "<".repeat(10_000) + "a@b", "", "x"),
                mail -> mail.from().size(),
                1);
        add(
                "100,000 comments",
                lines("From: " + "(".repeat(100_000) + "a@b", "", "x"),
                mail -> mail.from().size(),
                1);
    }
}
