package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.internal.mime.Form;
import io.github.packetboat.internal.mime.Rendering;
import io.github.packetboat.internal.mime.SevenBit;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a mail says, others read it: Angus, mime4j, Python's email package, and we. Random mails, from seeds that failures
 * name.
 */
final class RoundTripTest {
    private static final int MAILS = 120;

    @ParameterizedTest
    @EnumSource(Form.class)
    void angusReadsWhatWasWritten(Form form) throws IOException {
        for (long seed = 0; seed < MAILS; seed++) {
            Mail mail = mail(seed, StandardCharsets.UTF_8);
            byte[] wire = Wire.bytes(mail, form);
            AngusView view = AngusView.of(wire);

            assertThat(view.subject()).as("subject, seed %d", seed).isEqualTo(mail.subject());
            assertThat(view.header("X-Odd"))
                    .as("header, seed %d", seed)
                    .isEqualTo(mail.headers().get(0).getValue());
            assertThat(view.addresses("From")).as("from, seed %d", seed).isEqualTo(shown(List.of(mail.from()), form));
            assertThat(view.addresses("To")).as("to, seed %d", seed).isEqualTo(shown(mail.to(), form));
            assertThat(view.addresses("Bcc")).isEmpty();
            assertThat(normal(view.text("text/plain")))
                    .as("text, seed %d", seed)
                    .isEqualTo(expectedText(mail));
            assertThat(normal(view.text("text/html"))).as("html, seed %d", seed).isEqualTo(normal(mail.html()));
            List<String> attached = new ArrayList<>();
            view.leaves.stream()
                    .filter(leaf -> leaf.fileName() != null)
                    .forEach(leaf -> attached.add(
                            leaf.fileName() + " " + leaf.disposition() + " " + sha256((byte[]) leaf.content())));
            assertThat(attached).as("attachments, seed %d", seed).isEqualTo(attached(mail));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SEVEN_BIT", "EIGHT_BIT"}) // it does not know RFC 6532
    void mime4jReadsTheSamePartsAsWhereAngusWroteThem(Form form) {
        for (long seed = 0; seed < MAILS; seed++) {
            // mime4j 0.8.12 takes a plus sign for a space in one form of RFC 2231, and decodes the other one twice
            Mail mail = mail(seed, StandardCharsets.UTF_8, name -> name.replaceAll("[+%]", ""));
            Mime4jView ours = Mime4jView.of(Wire.bytes(mail, form));

            assertThat(ours.subject()).as("subject, seed %d", seed).isEqualTo(mail.subject());
            assertThat(ours.from()).as("from, seed %d", seed).isEqualTo(shown(List.of(mail.from()), form));
            assertThat(ours.to()).as("to, seed %d", seed).isEqualTo(shown(mail.to(), form));
            assertThat(parts(ours))
                    .as("parts, seed %d", seed)
                    .isEqualTo(parts(Mime4jView.of(AngusRendering.bytes(mail))));
        }
    }

    private static List<String> parts(Mime4jView view) {
        return view.leaves.stream()
                .map(leaf -> leaf.path() + " " + leaf.type() + " " + leaf.disposition() + " " + leaf.fileName() + " "
                        + leaf.contentId() + " "
                        + (leaf.content() instanceof String text
                                ? text.stripTrailing()
                                : sha256((byte[]) leaf.content())))
                .toList();
    }

    @Test
    void whatOthersWroteInEightBitsReadsTheSameInSeven() {
        for (long seed = 0; seed < MAILS; seed++) {
            Rendering eightBit = Rendering.of(Wire.bytes(mail(seed, StandardCharsets.UTF_8), Form.EIGHT_BIT));
            Rendering sevenBit = SevenBit.of(eightBit);

            assertThat(sevenBit.whyEightBit()).as("seed %d", seed).isNull();
            Wire.checkLines(sevenBit.bytes());
            assertThat(isAscii(sevenBit.bytes())).as("seed %d", seed).isTrue();
            assertThat(parts(Mime4jView.of(sevenBit.bytes())))
                    .as("parts, seed %d", seed)
                    .isEqualTo(parts(Mime4jView.of(eightBit.bytes())));
        }
    }

    @Test
    void whatCanBeSentInEightBitsNeedsNoEncodingThere() throws IOException {
        Mail mail = Mail.builder().from("a@x").to("b@x").text("你好\n").build();

        assertThat(new String(Wire.bytes(mail, Form.EIGHT_BIT), StandardCharsets.UTF_8))
                .contains("Content-Transfer-Encoding: 8bit\r\n\r\n你好\r\n");
        Mail both = Mail.builder().from("a@x").to("b@x").text("你好").html("你好").build();
        assertThat(new String(Wire.bytes(both, Form.EIGHT_BIT), StandardCharsets.UTF_8))
                .containsPattern("multipart/alternative;\\r\\n boundary=.*\\r\\nContent-Transfer-Encoding: 8bit\\r\\n");
        assertThat(mail.render(Form.EIGHT_BIT, List.of()).isEightBit()).isTrue();
        assertThat(mail.render(Form.SEVEN_BIT, List.of()).isEightBit()).isFalse();
    }

    @Test
    void sevenBitsIsSevenBitsAndHeadersAreSoInEightBitsToo() {
        for (long seed = 0; seed < MAILS; seed++) {
            Mail mail = mail(seed, StandardCharsets.UTF_8);
            assertThat(isAscii(Wire.bytes(mail, Form.SEVEN_BIT)))
                    .as("seed %d", seed)
                    .isTrue();
            String eightBit = new String(Wire.bytes(mail, Form.EIGHT_BIT), StandardCharsets.ISO_8859_1);
            String header = eightBit.substring(0, eightBit.indexOf("\r\n\r\n"));
            assertThat(Address.isAscii(header)).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void headersAreFoldedAtSeventyEightWhereThereIsAPlace() {
        for (long seed = 0; seed < MAILS; seed++) {
            OddText odd = new OddText(seed);
            String words = odd.line(60)
                    .replaceAll("x{20,}|=\\?", "word ")
                    .replaceAll(" +", " ")
                    .strip();
            Mail mail = Mail.builder().from("a@x").to("b@x").subject(words).build();
            for (String line : Wire.header(mail).split("\r\n")) {
                boolean oneWord = !line.substring(1).contains(" ");
                assertThat(line.length() <= 78 || oneWord)
                        .as("seed %d: %s", seed, line)
                        .isTrue();
            }
        }
    }

    @Test
    void parsingGivesTheMailBack() throws IOException {
        for (long seed = 0; seed < MAILS; seed++) {
            Mail mail = mail(seed, StandardCharsets.UTF_8);
            Mail back = Mail.parse(new ByteArrayInputStream(Wire.bytes(mail)));

            assertThat(back.subject()).as("seed %d", seed).isEqualTo(mail.subject());
            assertThat(back.from()).isEqualTo(mail.from());
            assertThat(back.to()).isEqualTo(mail.to());
            assertThat(back.bcc()).isEmpty();
            assertThat(back.messageId()).isEqualTo(mail.messageId());
            assertThat(back.date()).isEqualTo(mail.date().withNano(0));
            assertThat(back.headers()).isEqualTo(mail.headers());
            assertThat(normal(back.text())).as("text, seed %d", seed).isEqualTo(expectedText(mail));
            assertThat(normal(back.html())).as("html, seed %d", seed).isEqualTo(normal(mail.html()));
            assertThat(attached(back)).as("seed %d", seed).isEqualTo(attached(mail));
        }
    }

    @Test
    void pythonReadsWhatWasWrittenAndFindsNoDefect(@TempDir Path folder, @TempDir Path scratch) throws IOException {
        PythonView.assumeInstalled();
        Map<String, Mail> mails = new TreeMap<>();
        for (int seed = 0; seed < MAILS; seed++) {
            mails.put("%04d.eml".formatted(seed), mail(seed, StandardCharsets.UTF_8));
        }
        for (Map.Entry<String, Mail> mail : mails.entrySet()) {
            Files.write(folder.resolve(mail.getKey()), Wire.bytes(mail.getValue()));
        }

        Map<String, Map<String, String>> read = PythonView.read(folder, scratch);

        assertThat(read.keySet()).isEqualTo(mails.keySet());
        mails.forEach((file, mail) -> check(file, mail, read.get(file)));
    }

    private static void check(String file, Mail mail, Map<String, String> read) {
        assertThat(read.get("defects")).as(file).isEmpty();
        assertThat(read.get("subject")).as(file).isEqualTo(mail.subject());
        assertThat(read.get("x-odd")).as(file).isEqualTo(mail.headers().get(0).getValue());
        assertThat(spaceless(read.get("to"))).as(file).isEqualTo(python(mail.to()));
        assertThat(spaceless(read.get("from"))).as(file).isEqualTo(python(List.of(mail.from())));
        List<String> texts = new ArrayList<>();
        List<String> attached = new ArrayList<>();
        for (int i = 0; read.containsKey(i + ".type"); i++) {
            if (read.containsKey(i + ".text")) {
                texts.add(normal(read.get(i + ".text")));
            } else {
                attached.add(
                        read.get(i + ".name") + " " + read.get(i + ".disposition") + " " + read.get(i + ".sha256"));
            }
        }
        List<String> expected = new ArrayList<>(List.of(expectedText(mail)));
        if (mail.html() != null) {
            expected.add(normal(mail.html()));
        }
        assertThat(texts).as(file).isEqualTo(expected);
        assertThat(attached).as(file).isEqualTo(attached(mail));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {"GB18030", "ISO-8859-1", "ISO-2022-JP", "Big5", "windows-1252", "US-ASCII"})
    void otherCharsetsAreUsedAsFarAsTheyGo(String name) {
        Charset charset = Charset.forName(name);
        for (long seed = 0; seed < 30; seed++) {
            Mail mail = mail(seed, charset);
            AngusView view = AngusView.of(Wire.bytes(mail));

            assertThat(view.subject()).as("seed %d", seed).isEqualTo(mail.subject());
            assertThat(normal(view.text("text/plain"))).as("seed %d", seed).isEqualTo(expectedText(mail));
        }
        Mail chinese = Mail.builder()
                .from("a@x")
                .to("b@x")
                .charset(Charset.forName("GB18030"))
                .subject("测试邮件")
                .text("你好\n")
                .build();
        assertThat(Wire.text(chinese)).contains("Subject: =?GB18030?B?").contains("charset=GB18030");
    }

    /** One with text, and by chance all the rest. */
    private static Mail mail(long seed, Charset charset) {
        return mail(seed, charset, name -> name);
    }

    private static Mail mail(long seed, Charset charset, UnaryOperator<String> fileNames) {
        OddText odd = new OddText(seed);
        var random = odd.random();
        MailBuilder builder = Mail.builder()
                .charset(charset)
                .from(Address.of("me@126.com", odd.line(8).strip()))
                .subject(odd.line(30))
                .header("X-Odd", odd.line(20))
                .bcc("hidden@example.org")
                .text(odd.text(30));
        for (int n = random.nextInt(1, 5); n > 0; n--) {
            builder.to(Address.of("user" + n + "@bücher.example", odd.line(6).strip()));
        }
        if (random.nextBoolean()) {
            builder.html("<p>" + odd.text(20) + "</p>");
            if (random.nextBoolean()) {
                builder.inline(
                        "logo",
                        Attachment.of(fileNames.apply(name(odd)), odd.bytes(300))
                                .typed("image/png"));
            }
        }
        for (int n = random.nextInt(3); n > 0; n--) {
            builder.attach(
                    Attachment.of(fileNames.apply(name(odd)), odd.bytes(3000)).typed("application/pdf"));
        }
        return builder.build();
    }

    /** Not one that reads as an encoded word, which Angus decodes, or begins with a space of any kind, which Python drops. */
    private static String name(OddText odd) {
        return "f" + odd.line(10).replace("=?", "") + odd.random().nextInt(10) + ".pdf";
    }

    private static List<String> shown(List<Address> addresses, Form form) {
        return addresses.stream()
                .map(a -> (a.name().isEmpty() ? "" : a.name() + " ") + "<"
                        + (form == Form.UTF8 ? a.address() : a.asciiDomainAddress()) + ">")
                .toList();
    }

    private static String python(List<Address> addresses) {
        return spaceless(addresses.stream()
                .map(a -> a.name() + " <" + a.asciiDomainAddress() + ">")
                .collect(Collectors.joining("\n")));
    }

    /** Python drops or adds white space in names, of many kinds; Angus judges that exactly. */
    private static String spaceless(String names) {
        return names.replaceAll("[\\p{Z}\\s\u0085\uFEFF]", "");
    }

    private static List<String> attached(Mail mail) {
        List<String> attached = new ArrayList<>();
        mail.inline().values().forEach(a -> attached.add(a.name() + " inline " + sha256(bytes(a))));
        mail.attachments().forEach(a -> attached.add(a.name() + " attachment " + sha256(bytes(a))));
        return attached;
    }

    private static byte[] bytes(Attachment attachment) {
        try (var in = attachment.open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A mail that is text alone ends with a line break. */
    private static String expectedText(Mail mail) {
        String text = normal(mail.text());
        boolean alone = mail.html() == null && mail.attachments().isEmpty();
        return alone && !text.isEmpty() && !text.endsWith("\n") ? text + "\n" : text;
    }

    private static String normal(String text) {
        return text == null ? null : text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
