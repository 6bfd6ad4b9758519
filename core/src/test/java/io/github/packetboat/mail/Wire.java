package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.internal.mime.Form;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a mail looks like on the wire, and the rules that hold for every one of them. */
final class Wire {
    private static final Pattern ENCODED_WORD = Pattern.compile("=\\?[^?\\s]+\\?[BQ]\\?[^?\\s]*\\?=");

    private Wire() {}

    /** As {@link Mail#writeTo} gives it; checked. */
    static byte[] bytes(Mail mail) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            mail.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        checkLines(out.toByteArray());
        return out.toByteArray();
    }

    static byte[] bytes(Mail mail, Form form) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            mail.render(form, List.of()).writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        checkLines(out.toByteArray());
        return out.toByteArray();
    }

    static String text(Mail mail) {
        return new String(bytes(mail), StandardCharsets.ISO_8859_1);
    }

    /** The header, unfolded, without the fields that differ each time. */
    static String header(Mail mail) {
        String text = text(mail);
        return text.substring(0, text.indexOf("\r\n\r\n") + 2);
    }

    /** One field of the header, folded as it is, without its name. */
    static String field(Mail mail, String name) {
        Pattern field = Pattern.compile("(?m)^" + Pattern.quote(name) + ": ?((?:.*\\n[ \\t])*.*)$");
        Matcher matcher = field.matcher(header(mail).replace("\r\n", "\n"));
        assertThat(matcher.find()).as("%s in %s", name, header(mail)).isTrue();
        return matcher.group(1).replace("\n", "\r\n");
    }

    /** CRLF only, no NUL, no line too long, the last one ended; encoded words within their limits. */
    static void checkLines(byte[] message) {
        assertThat(message.length).isGreaterThan(2);
        String text = new String(message, StandardCharsets.ISO_8859_1);
        assertThat(text).endsWith("\r\n").doesNotContain("\0");
        for (String line : text.split("\r\n", -1)) {
            assertThat(line).doesNotContain("\r").doesNotContain("\n");
            assertThat(line.length()).as(line).isLessThanOrEqualTo(998);
        }
        String header = text.substring(0, text.indexOf("\r\n\r\n") + 2);
        for (String line : header.split("\r\n")) {
            assertThat(line.isBlank()).as("a line of white space in %s", header).isFalse();
            Matcher word = ENCODED_WORD.matcher(line);
            while (word.find()) {
                assertThat(word.group().length()).as(line).isLessThanOrEqualTo(75);
                assertThat(line.length()).as(line).isLessThanOrEqualTo(76);
            }
        }
    }
}
