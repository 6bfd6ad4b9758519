package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinesTest {
    private final CodecContract<String> lines = CodecContract.of(Codecs.lines());

    @Test
    void aLineEndsAtLfOrCrLf() {
        assertThat(lines.decode("a\nb\r\n\n\r\nc").messages()).containsExactly("a", "b", "", "");
    }

    @Test
    void aCrElsewhereAndNulAreText() {
        assertThat(lines.decode("a\rb\n\r\r\n\r\0\r\n").messages()).containsExactly("a\rb", "\r", "\r\0");
    }

    @Test
    void anUnfinishedLineStaysUnread() {
        assertThat(lines.decode("ab\ncd")).isEqualTo(new CodecContract.Outcome(java.util.List.of("ab"), null, 2));
    }

    @Test
    void whatCameInCanBeSentOn() throws Exception {
        lines.roundTrip("", "a", "\r", "a\r", "\r\r", "a\rb", "\0", "é", "日本", "😀", "\uFFFD", "\uFEFFbom", "?");
        CodecContract.of(Codecs.lines().crlf()).roundTrip("", "a", "\r", "a\r", "\r\r", "日本\r");
    }

    @Test
    void linesAreSentWithLfUnlessAskedOtherwise() throws Exception {
        assertThat(lines.encode("a", "")).asString().isEqualTo("a\n\n");
        assertThat(CodecContract.of(Codecs.lines().crlf()).encode("a", ""))
                .asString()
                .isEqualTo("a\r\n\r\n");
    }

    @Test
    void aTextThatEndsInCrIsSentWithCrLf() throws Exception {
        assertThat(lines.encode("a\r")).asString().isEqualTo("a\r\r\n");
    }

    @Test
    void textWithLfIsRefused() {
        assertThat(lines.refusal("ab\ncd")).isEqualTo("text with LF at index 2 is more than one line");
    }

    @Test
    void halfASurrogatePairIsRefusedWithItsIndex() {
        assertThat(lines.refusal("a?\uD83D")).isEqualTo("unpaired surrogate U+D83D at index 2 has no UTF-8");
        assertThat(lines.refusal("😀\uDE00\uD83D")).isEqualTo("unpaired surrogate U+DE00 at index 2 has no UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
        "80, 0",
        "61C3, 1",
        "61C328, 1",
        "C080, 0",
        "61E0809F, 1",
        "EDA080, 0",
        "F4908080, 0",
        "F5808080, 0",
        "E697A5FF, 3",
        "EFBFBDFE, 3",
        "61E697, 1",
        "F09F98, 0"
    })
    void badUtf8IsAnErrorWithTheOffsetInItsLine(String hex, int offset) {
        byte[] bad = java.util.HexFormat.of().parseHex("6F6B0A" + hex + "0D0A");
        CodecContract.Outcome outcome = lines.decode(bad);
        assertThat(outcome.messages()).containsExactly("ok");
        assertThat(outcome.error())
                .startsWith("invalid UTF-8 at offset " + offset + " of the line: ")
                .contains("0x%02X".formatted(bad[3 + offset]));
    }

    @Test
    void theLimitIsInBytesAndWithoutTheLineEnd() throws Exception {
        CodecContract<String> of4 = CodecContract.of(Codecs.lines().maxLineBytes(4));
        of4.roundTrip("abcd", "éé", "", "abc\r", "😀");
        assertThat(of4.decode("abcd\r\n\n").messages()).containsExactly("abcd", "");
        assertThat(of4.decode("abcd\r"))
                .extracting(CodecContract.Outcome::error)
                .isNull();
        for (String tooLong :
                new String[] {"abcde\n", "abcde", "abcd\r\r\n", "abcd\rx", "abcde\r\n", "abcd\r\r", "abcdefghijk\n"}) {
            CodecContract.Outcome outcome = of4.decode("ok\n" + tooLong);
            assertThat(outcome.messages()).containsExactly("ok");
            assertThat(outcome.error()).isEqualTo("line of more than 4 bytes exceeds maxLineBytes=4");
        }
        assertThat(of4.refusal("abcde")).isEqualTo("line of 5 bytes exceeds maxLineBytes=4");
        assertThat(of4.refusal("日本")).isEqualTo("line of 6 bytes exceeds maxLineBytes=4");
    }

    @Test
    void tenMebibytesWithoutALineEndAreRefusedAt64KiB() throws Exception {
        Codec<String> codec = Codecs.lines().create();
        ByteBuffer in = ByteBuffer.wrap("x".repeat(10 << 20).getBytes(StandardCharsets.US_ASCII))
                .limit(64 * 1024);
        assertThat(codec.decode(in)).isNull();
        in.limit(in.capacity());
        assertThatThrownBy(() -> codec.decode(in))
                .isInstanceOf(CodecException.class)
                .hasMessage("line of more than 65536 bytes exceeds maxLineBytes=65536");
    }

    @Test
    void noByteIsSearchedTwice() throws Exception {
        Codec<String> codec = Codecs.lines().maxLineBytes(1 << 20).create();
        ByteBuffer in = ByteBuffer.allocateDirect((1 << 20) + 1);
        in.put("x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII))
                .put((byte) '\n')
                .clear();
        for (int arrived = 1; arrived <= 1 << 20; arrived++) {
            assertNull(codec.decode(in.limit(arrived)));
            in.put(arrived - 1, (byte) '\n'); // whoever looks again finds a line here
        }
        in.put(0, "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII));
        assertThat(codec.decode(in.limit(in.capacity()))).hasSize(1 << 20).containsOnlyOnce("x".repeat(1 << 20));
    }

    @Test
    void aLineThatWasFoundDoesNotShortenTheSearchForTheNext() {
        assertThat(lines.decode("aaaaaaaaaa\nb\nc\n").messages()).containsExactly("aaaaaaaaaa", "b", "c");
    }

    @Test
    void limitsOutOfRangeAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codecs.lines().maxLineBytes(0))
                .withMessage("maxLineBytes=0 is out of range: 1 to 1073741824");
        assertThatIllegalArgumentException().isThrownBy(() -> Codecs.lines().maxLineBytes(Integer.MAX_VALUE));
        assertThat(Codecs.lines().maxLineBytes(1 << 30).create().maxFrameBytes())
                .isEqualTo((1 << 30) + 2);
    }

    @Test
    void anOptionLeavesTheFactoryItIsCalledOnAsItIs() throws Exception {
        Lines plain = Codecs.lines();
        assertThat(plain.crlf().maxLineBytes(1)).hasToString("lines(maxLineBytes=1, crlf)");
        assertThat(plain).hasToString("lines(maxLineBytes=65536)");
    }

    private static void assertNull(Object message) {
        if (message != null) {
            throw new AssertionError("not null but of " + message.toString().length() + " characters");
        }
    }
}
