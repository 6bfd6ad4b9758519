package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** P38: no text of a mail can forge a header, a command or another mail. */
final class FieldTextTest {
    private static final String CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";

    private record Setter(String field, Consumer<String> call) {
        @Override
        public String toString() {
            return field;
        }
    }

    private static List<Setter> setters() {
        return List.of(
                new Setter("address", t -> Address.of("a" + t + "@example.org")),
                new Setter("address", t -> Address.of("a@example.org" + t)),
                new Setter("name", t -> Address.of("a@example.org", "B" + t + "ob")),
                new Setter("name", t -> Address.of("a@example.org").named(t)),
                new Setter("addresses", t -> Address.parse("Bob" + t + " <a@example.org>")),
                new Setter("from", t -> Mail.builder().from("a" + t + "@example.org")),
                new Setter("name of from", t -> Mail.builder().from("a@example.org", t)),
                new Setter("replyTo", t -> Mail.builder().replyTo("a@example.org" + t)),
                new Setter("to", t -> Mail.builder().to("a@example.org", t + "b@example.org")),
                new Setter("cc", t -> Mail.builder().cc("a@example.org" + t)),
                new Setter("bcc", t -> Mail.builder().bcc("a@example.org" + t)),
                new Setter("envelopeFrom", t -> Mail.builder().envelopeFrom("a@example.org" + t)),
                new Setter("envelopeFrom", t -> Mail.builder().envelopeFrom("a+{recipient}" + t + "@example.org")),
                new Setter("subject", t -> Mail.builder().subject("a" + t + "Bcc: evil@example.org")),
                new Setter("content id", t -> Mail.builder().inline("logo" + t, Attachment.of("a", new byte[0]))),
                new Setter("header name", t -> Mail.builder().header("X-A" + t, "v")),
                new Setter("header X-A", t -> Mail.builder().header("X-A", "v" + t + "Bcc: evil@example.org")),
                new Setter("messageId", t -> Mail.builder().messageId("<a" + t + "@example.org>")),
                new Setter("inReplyTo", t -> Mail.builder().inReplyTo("<a@example.org>" + t)),
                new Setter("references", t -> Mail.builder().references("<a@b>", "<a" + t + "@example.org>")),
                new Setter("envelope id", t -> Dsn.never().envelopeId("a" + t)),
                new Setter("file name", t -> Attachment.of("a" + t + "X-Evil: 1", new byte[0])),
                new Setter("file name", t -> Attachment.of("a", new byte[0]).named("a" + t)),
                new Setter("media type", t -> Attachment.of("a", new byte[0]).typed("text/plain" + t)),
                new Setter("domain", t -> Dkim.of("example.org" + t, "s", key())),
                new Setter("selector", t -> Dkim.of("example.org", "s" + t, key())));
    }

    static Stream<Arguments> forgeries() {
        return setters().stream()
                .flatMap(setter -> Stream.of("\r", "\n", "\r\n", "\0", "\r\n ", "\n\t", "\u0001", "\u007F")
                        .map(bad -> Arguments.of(setter, bad)));
    }

    @ParameterizedTest
    @MethodSource("forgeries")
    void lineBreaksNulAndOtherControlsAreRefusedWithTheFieldsName(Setter setter, String bad) {
        assertThatThrownBy(() -> setter.call.accept(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(setter.field + " ")
                .hasMessageNotContainingAny("\r", "\n", "\0", "evil");
    }

    @Test
    void theMessageSaysWhichCharacterAndWhere() {
        assertThatThrownBy(() -> Mail.builder().subject("ab\r\ncd"))
                .hasMessage("subject must not hold CR, as it does at index 2");
        assertThatThrownBy(() -> Mail.builder().subject("ab\ncd"))
                .hasMessage("subject must not hold LF, as it does at index 2");
        assertThatThrownBy(() -> Mail.builder().text("ab\0cd"))
                .hasMessage("text must not hold NUL, as it does at index 2");
        assertThatThrownBy(() -> Mail.builder().subject("\u0007"))
                .hasMessage("subject must not hold U+0007, as it does at index 0");
    }

    @Test
    void bodiesMayHaveLineBreaksButNoNul() {
        Mail.builder().text("a\r\nb\rc\nd").html("a\r\nb").calendar(CALENDAR);

        assertThatThrownBy(() -> Mail.builder().html("a\0")).hasMessageStartingWith("html must not hold NUL");
        assertThatThrownBy(() -> Mail.builder().calendar(CALENDAR + "\0"))
                .hasMessageStartingWith("calendar must not hold NUL");
    }

    @Test
    void halvesOfSurrogatePairsAreRefusedEverywhere() {
        for (String half : List.of("\uD83D", "\uDE00", "\uDE00\uD83D", "a\uD83D")) {
            assertThatThrownBy(() -> Mail.builder().subject(half)).hasMessageStartingWith("subject must not hold U+D");
            assertThatThrownBy(() -> Mail.builder().text(half)).hasMessageStartingWith("text must not hold U+D");
            assertThatThrownBy(() -> Attachment.of(half, new byte[0]))
                    .hasMessageStartingWith("file name must not hold U+D");
        }
        assertThat(Mail.builder().subject("\uD83D\uDE00")).isNotNull();
    }

    @Test
    void headersThatHaveTheirOwnPlaceAreRefusedWithWhatSetsThem() {
        for (String name : List.of(
                "Bcc",
                "bcc",
                "FROM",
                "Content-Type",
                "content-transfer-encoding",
                "MIME-Version",
                "DKIM-Signature",
                "Return-Path")) {
            assertThatThrownBy(() -> Mail.builder().header(name, "x"))
                    .hasMessageContaining("header " + name + " is set by ");
        }
        assertThatThrownBy(() -> Mail.builder().header("X:Y", "x")).hasMessageStartingWith("header name ");
        assertThatThrownBy(() -> Mail.builder().header("X Y", "x")).hasMessageStartingWith("header name ");
        assertThatThrownBy(() -> Mail.builder().header("", "x")).hasMessageStartingWith("header name ");
        assertThatThrownBy(() -> Mail.builder().header("É", "x")).hasMessageStartingWith("header name ");
        assertThatThrownBy(() -> Mail.builder().header("X".repeat(77), "x")).hasMessageStartingWith("header name ");
    }

    @Test
    void unsubscribingIsByHttpsOrMail() {
        assertThatThrownBy(() -> Mail.builder().listUnsubscribe(URI.create("http://example.org/u")))
                .hasMessageStartingWith("listUnsubscribe ");
        assertThatThrownBy(() -> Mail.builder().listUnsubscribe(URI.create("https:/u")))
                .hasMessageStartingWith("listUnsubscribe ");
        assertThatThrownBy(() -> Mail.builder().listUnsubscribe(URI.create("https://example.org/" + "u".repeat(900))))
                .hasMessageStartingWith("listUnsubscribe ");
    }

    private static java.security.PrivateKey key() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
