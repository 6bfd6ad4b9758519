package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames as a server reads them: RFC 6455 §5 to 8, T20, P23 to P29. */
final class ServerFramesTest {
    private static final ServerWebSockets<String> TEXT = WebSockets.text("/chat");
    private static final ServerWebSockets<byte[]> BINARY = WebSockets.binary("/chat");

    /** What this side said after its 101. */
    private static String replies(Session.Outcome outcome) {
        assertThat(outcome.said()).startsWith(Bytes.crlf(Bytes.SWITCHING));
        return outcome.said().substring(Bytes.crlf(Bytes.SWITCHING).length());
    }

    private static String closeFrame(int code) {
        return "\u0088\u0002" + (char) (code >> 8) + (char) (code & 0xFF);
    }

    private static <M> void assertFails(CodecFactory<M> server, Bytes stream, int code, String because) {
        Session.Outcome outcome = Session.serve(server, stream.toArray());
        assertThat(outcome.error()).contains(because).contains("close code " + code);
        assertThat(replies(outcome)).isEqualTo(closeFrame(code));
        assertThat(outcome.closeCode()).isEqualTo(code);
    }

    @Test
    void theExamplesOfTheRfcAreRead() {
        // §5.7: "Hello" masked, and a masked pong
        Bytes stream = Bytes.opened().hex("818537fa213d7f9f4d5158").hex("8a8537fa213d7f9f4d5158");
        Session.Outcome outcome = Session.serve(TEXT, stream.toArray());

        assertThat(outcome.messages()).containsExactly("Hello");
        assertThat(replies(outcome)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 125, 126, 127, 1000, 65535})
    void payloadsOfAllLengths(int length) {
        String text = "abcdefghijklmnopqrstuvwxyz".repeat(3000).substring(0, length);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }

        assertThat(Session.serve(TEXT, Bytes.opened().masked(0x81, text).toArray())
                        .messages())
                .containsExactly(text);
        assertThat(Session.serve(BINARY, Bytes.opened().masked(0x82, bytes).toArray())
                        .messages())
                .containsExactly(Arrays.toString(bytes));
    }

    @Test
    void aLengthIn64BitsIsRead() {
        byte[] bytes = new byte[70_000];
        Arrays.fill(bytes, (byte) 'x');
        ServerWebSockets<String> large = TEXT.maxFrameBytes(70_000);

        assertThat(Session.serve(large, Bytes.opened().masked(0x81, bytes).toArray())
                        .messages())
                .containsExactly(new String(bytes, StandardCharsets.US_ASCII));
        assertFails(
                large,
                Bytes.opened().masked(0x81, new byte[70_001]),
                1009,
                "frame of 70001 bytes exceeds maxFrameBytes=70000");
    }

    @Test
    void fragmentsBecomeOneMessageWithControlFramesInBetween() {
        Bytes stream = Bytes.opened()
                .masked(0x01, "κό")
                .masked(0x89, "p1")
                .masked(0x00, "")
                .masked(0x00, new byte[] {(byte) 0xCF})
                .masked(0x89, "p2")
                .masked(0x80, new byte[] {(byte) 0x83, 'm', 'e'})
                .masked(0x81, "next");
        Session.Outcome outcome = Session.serve(TEXT, stream.toArray());

        assertThat(outcome.messages()).containsExactly("κόσme", "next");
        assertThat(replies(outcome)).isEqualTo("\u008a\u0002p1\u008a\u0002p2");
    }

    @Test
    void bothKindsAreToldApart() {
        Bytes stream =
                Bytes.opened().masked(0x81, "text").masked(0x02, new byte[] {1}).masked(0x80, new byte[] {2});

        assertThat(Session.serve(WebSockets.messages("/chat"), stream.toArray()).messages())
                .containsExactly("Text[text=text]", "Binary[2 bytes]");
        assertThat(new WebSocketMessage.Binary(new byte[] {1, 2}))
                .isEqualTo(new WebSocketMessage.Binary(new byte[] {1, 2}))
                .hasSameHashCodeAs(new WebSocketMessage.Binary(new byte[] {1, 2}))
                .isNotEqualTo(new WebSocketMessage.Binary(new byte[] {1, 3}));
    }

    @Test
    void theOtherKindIsRefused() {
        assertFails(TEXT, Bytes.opened().masked(0x82, "x"), 1003, "only text is taken");
        assertFails(BINARY, Bytes.opened().masked(0x81, "x"), 1003, "only binary messages");
    }

    @Test
    void pingsAreAnsweredInTheirPlaceAmongWhatTheyCameWith() {
        Bytes stream =
                Bytes.opened().masked(0x89, "").masked(0x89, "x".repeat(125)).masked(0x81, "m");
        Session.Outcome outcome = Session.serve(TEXT, stream.toArray());

        assertThat(replies(outcome)).isEqualTo("\u008a\u0000\u008a\u007d" + "x".repeat(125));
        assertThat(outcome.messages()).containsExactly("m");
    }

    @ParameterizedTest
    @CsvSource({
        "810568656c6c6f, 1002, without a mask",
        "c1800000 0000, 1002, compressed",
        "a1800000 0000, 1002, reserved bits",
        "91800000 0000, 1002, reserved bits",
        "83800000 0000, 1002, reserved opcode 3",
        "87800000 0000, 1002, reserved opcode 7",
        "8b800000 0000, 1002, reserved opcode 11",
        "8f800000 0000, 1002, reserved opcode 15",
        "80800000 0000, 1002, continuation of no message",
        "00800000 0000, 1002, continuation of no message",
        "09800000 0000, 1002, control frame in fragments",
        "08800000 0000, 1002, control frame in fragments",
        "89fe007e 0000, 1002, control frame of more than 125",
        "88ff0000 0000, 1002, control frame of more than 125",
        "81fe007d 0000, 1002, not the shortest",
        "81fe0000 0000, 1002, not the shortest",
        "81ff000000000000ffff, 1002, not the shortest",
        "81ff8000000000000000, 1002, not the shortest",
        "81ffffffffffffffffff, 1002, not the shortest",
        "81ff7fffffffffffffff, 1009, frame of 9223372036854775807 bytes exceeds maxFrameBytes=65536",
        "81ff0000000000010001, 1009, frame of 65537 bytes exceeds maxFrameBytes=65536",
        "8881000000 0000, 1002, half a code",
    })
    void whatBreaksTheRulesEndsIt(String hex, int code, String because) {
        assertFails(TEXT, Bytes.opened().hex(hex), code, because);
    }

    @Test
    void aMessageWithinAnotherEndsIt() {
        assertFails(TEXT, Bytes.opened().masked(0x01, "a").masked(0x81, "b"), 1002, "new message within another");
    }

    @Test
    void aMessageIsBoundedHoweverItIsCut() {
        ServerWebSockets<String> small =
                TEXT.maxFrameBytes(10).maxMessageBytes(25).maxFragments(4);
        Bytes fits = Bytes.opened()
                .masked(0x01, "0123456789")
                .masked(0x00, "0123456789")
                .masked(0x80, "01234");
        assertThat(Session.serve(small, fits.toArray()).messages()).containsExactly("0123456789012345678901234");

        assertFails(
                small,
                Bytes.opened()
                        .masked(0x01, "0123456789")
                        .masked(0x00, "0123456789")
                        .masked(0x80, "012345"),
                1009,
                "message of 26 bytes or more exceeds maxMessageBytes=25");
        assertFails(
                small,
                Bytes.opened()
                        .masked(0x01, "0")
                        .masked(0, "1")
                        .masked(0, "")
                        .masked(0, "")
                        .masked(0x80, ""),
                1009,
                "message of 5 fragments exceeds maxFragments=4");
        assertFails(small, Bytes.opened().masked(0x81, "0123456789a"), 1009, "frame of 11 bytes");
    }

    @Test
    void manySmallFragmentsAreRefusedAtTheLimit() {
        Bytes stream = Bytes.opened().masked(0x01, "x");
        for (int i = 0; i < 1024; i++) {
            stream.masked(0x00, "x");
        }
        Session.Outcome outcome = Session.play(TEXT, new Conversation.Line(null, 0, false), stream.toArray());

        assertThat(outcome.error()).contains("message of 1025 fragments exceeds maxFragments=1024");
        assertThat(outcome.closeCode()).isEqualTo(1009);
    }

    private static Stream<byte[]> badText() {
        return Stream.of(
                        "c0 80",
                        "ff",
                        "80",
                        "ed a0 80",
                        "f4 90 80 80",
                        "e0 9f 80",
                        "f0 8f 80 80",
                        "c1 bf",
                        "f5 80 80 80")
                .map(hex -> java.util.HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("badText")
    void textThatIsNoUtf8EndsIt(byte[] bad) {
        byte[] padded = ("0123456789" + "x".repeat(bad.length)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bad, 0, padded, 10, bad.length);

        Session.Outcome whole = Session.play(
                TEXT,
                new Conversation.Line(null, 0, false),
                Bytes.opened().masked(0x81, padded).toArray());
        assertThat(whole.error()).contains("invalid UTF-8 at offset 1").contains("1007");
        assertFails(TEXT, Bytes.opened().masked(0x01, padded).masked(0x80, ""), 1007, "invalid UTF-8 at offset 1");
    }

    @Test
    void textThatEndsWithinACharacterEndsIt() {
        byte[] half = {'a', (byte) 0xE2, (byte) 0x82};
        assertFails(TEXT, Bytes.opened().masked(0x81, half), 1007, "invalid UTF-8 at offset 3");
        assertFails(TEXT, Bytes.opened().masked(0x01, half).masked(0x80, ""), 1007, "invalid UTF-8 at offset 3");
    }

    @Test
    void wrongBytesAreRefusedBeforeTheFrameIsThere() {
        Bytes stream =
                Bytes.opened().hex("81fe1000 00000000").text("good so far").hex("ff");
        Session.Outcome outcome = Session.serve(TEXT, stream.toArray());

        assertThat(outcome.error()).contains("invalid UTF-8 at offset 11");
        assertThat(outcome.closeCode()).isEqualTo(1007);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4999})
    void aCloseIsAnsweredWithItsOwnCode(int code) {
        byte[] payload = {(byte) (code >> 8), (byte) code, 'b', 'y', 'e'};
        Session.Outcome outcome = Session.serve(
                TEXT,
                Bytes.opened().masked(0x88, payload).masked(0x81, "too late").toArray());

        assertThat(replies(outcome)).isEqualTo(closeFrame(code));
        assertThat(outcome.closeCode()).isEqualTo(code);
        assertThat(outcome.phase()).isEqualTo(Conversation.Phase.OVER);
        assertThat(outcome.farewell()).endsWith("with code " + code + ": bye");
        assertThat(outcome.messages()).isEmpty();
    }

    @Test
    void aCloseWithoutCodeIsAnsweredWithoutOne() {
        Session.Outcome outcome =
                Session.serve(TEXT, Bytes.opened().masked(0x88, "").toArray());

        assertThat(replies(outcome)).isEqualTo("\u0088\u0000");
        assertThat(outcome.closeCode()).isEqualTo(1005);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    void codesThatMayNotBeSentEndIt(int code) {
        byte[] payload = {(byte) (code >> 8), (byte) code};

        assertFails(TEXT, Bytes.opened().masked(0x88, payload), 1002, "code " + code);
    }

    @Test
    void aCloseWhoseTextIsNoUtf8EndsIt() {
        byte[] payload = {3, (byte) 0xE8, 'x', (byte) 0xFF};

        assertFails(TEXT, Bytes.opened().masked(0x88, payload), 1007, "invalid UTF-8 at offset 1");
    }

    @Test
    void tenThousandFramesAtOnceAllArriveInOrder() {
        Bytes stream = Bytes.opened();
        for (int i = 0; i < 10_000; i++) {
            stream.masked(0x81, String.valueOf(i));
        }
        Session.Outcome outcome = Session.play(TEXT, new Conversation.Line(null, 0, false), stream.toArray());

        assertThat(outcome.messages()).hasSize(10_000).startsWith("0", "1").endsWith("9999");
    }

    @Test
    void aThousandEmptyMessagesAreAThousandMessages() {
        Bytes stream = Bytes.opened();
        for (int i = 0; i < 1000; i++) {
            stream.masked(0x81, "");
        }
        Session.Outcome outcome = Session.play(TEXT, new Conversation.Line(null, 0, false), stream.toArray());

        assertThat(outcome.messages()).isEqualTo(Collections.nCopies(1000, ""));
    }
}
