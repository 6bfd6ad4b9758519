package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DelimitedTest {

    private static CodecContract<byte[]> by(String delimiter) {
        return CodecContract.of(Codecs.delimited(ascii(delimiter)));
    }

    @Test
    void aMessageIsWhatIsBeforeTheDelimiter() {
        assertThat(by("|").decode("a|bc||d")).isEqualTo(new CodecContract.Outcome(List.of("61", "6263", ""), null, 1));
    }

    @Test
    void delimitersThatOverlapThemselvesAreFoundWhereverTheStreamIsCut() {
        assertThat(texts("aab", "aaabxaaaab")).containsExactly("a", "xaa");
        assertThat(texts("\r\n\r\n", "a\r\n\r\r\n\r\nb\r\n\r\n\r\n\r\n")).containsExactly("a\r\n\r", "b", "");
        assertThat(texts("abab", "aababababab")).containsExactly("a", "");
        assertThat(texts("aa", "aaaaa")).containsExactly("", "");
    }

    private static List<String> texts(String delimiter, String stream) {
        return by(delimiter).decode(stream).messages().stream()
                .map(hex -> new String(java.util.HexFormat.of().parseHex(hex), StandardCharsets.US_ASCII))
                .toList();
    }

    @Test
    void framesAreThoseThatAPlainSearchFinds() {
        SplittableRandom random = CodecContract.random();
        for (int i = 0; i < 300; i++) {
            String delimiter = ab(random, 1 + random.nextInt(6));
            String stream = ab(random, random.nextInt(40));
            assertThat(texts(delimiter, stream))
                    .as("%s in %s", delimiter, stream)
                    .isEqualTo(plainly(delimiter, stream));
        }
    }

    private static List<String> plainly(String delimiter, String stream) {
        List<String> frames = new ArrayList<>();
        int from = 0;
        for (int at; (at = stream.indexOf(delimiter, from)) >= 0; from = at + delimiter.length()) {
            frames.add(stream.substring(from, at));
        }
        return frames;
    }

    @Test
    void aMessageIsRefusedExactlyIfItWouldNotComeBack() throws Exception {
        SplittableRandom random = CodecContract.random();
        for (int i = 0; i < 1000; i++) {
            String delimiter = ab(random, 1 + random.nextInt(5));
            String message = ab(random, random.nextInt(8));
            CodecContract<byte[]> codec = by(delimiter);
            if ((message + delimiter).indexOf(delimiter) == message.length()) {
                byte[] stream = codec.encode(ascii(message));
                assertThat(codec.replay(stream, CodecContract.Memory.HEAP).messages())
                        .containsExactly(CodecContract.comparable(ascii(message)));
            } else {
                assertThat(codec.refusal(ascii(message)))
                        .contains("would end at " + (message + delimiter).indexOf(delimiter));
            }
        }
    }

    @Test
    void aMessageThatWouldEndEarlyIsRefusedWithThePlace() {
        assertThat(by("\r\n\r\n").refusal(ascii("x\r\n")))
                .isEqualTo("frame of 3 bytes would end at 1: its delimiter 0d0a0d0a is found there");
        assertThat(by("|").refusal(ascii("ab|c"))).startsWith("frame of 4 bytes would end at 2: ");
    }

    @Test
    void messagesComeBack() throws Exception {
        by("aab").roundTrip(ascii("a"), ascii(""), ascii("aa"), ascii("aba"));
        CodecContract.of(Codecs.delimited((byte) 0)).roundTrip(ascii("x"), ascii(""), new byte[] {-1, 1});
        CodecContract.of(Codecs.delimited(new byte[64])).roundTrip(new byte[] {1}, new byte[] {}, new byte[] {0, 2});
    }

    @Test
    void theLimitIsWithoutTheDelimiter() throws Exception {
        CodecContract<byte[]> of3 =
                CodecContract.of(Codecs.delimited(ascii("\r\n")).maxFrameBytes(3));
        of3.roundTrip(ascii("abc"), ascii("ab\r"));
        for (String tooLong : new String[] {"abcd", "abcd\r\n", "abc\rd", "abc\r\r\n", "abcdefghij\r\n"}) {
            CodecContract.Outcome outcome = of3.decode("ok\r\n" + tooLong);
            assertThat(outcome.messages()).hasSize(1);
            assertThat(outcome.error()).isEqualTo("frame of more than 3 bytes exceeds maxFrameBytes=3");
        }
        assertThat(of3.refusal(ascii("abcd"))).isEqualTo("frame of 4 bytes exceeds maxFrameBytes=3");
    }

    @Test
    void theDefaultLimitIs64KiB() {
        assertThat(by("|").decode("x".repeat(65536) + "|").messages()).hasSize(1);
        assertThat(by("|").decode("x".repeat(65537)).error()).endsWith("exceeds maxFrameBytes=65536");
    }

    @Test
    void noByteIsSearchedTwice() throws Exception {
        byte[] delimiter = ascii("aabaabaac");
        byte[] message = ascii("aab".repeat(100_000));
        Codec<byte[]> codec =
                Codecs.delimited(delimiter).maxFrameBytes(message.length).create();
        ByteBuffer in = ByteBuffer.allocateDirect(message.length + delimiter.length)
                .put(message)
                .put(delimiter)
                .flip();
        int length = in.limit();
        for (int arrived = 1; arrived < length; arrived++) {
            assertThat(codec.decode(in.limit(arrived)) == null).isTrue();
            in.put(arrived - 1, (byte) 'c'); // whoever looks again finds no delimiter at the end
        }
        assertThat(codec.decode(in.limit(length))).hasSize(message.length);
    }

    @Test
    void delimitersHave1To64Bytes() {
        assertThatIllegalArgumentException()
                .isThrownBy(Codecs::delimited)
                .withMessageContaining("delimiter of 0 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codecs.delimited(new byte[65]))
                .withMessage("delimiter of 65 bytes: must have 1 to 64");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codecs.delimited((byte) 1).maxFrameBytes(-1))
                .withMessageContaining("maxFrameBytes=-1");
    }

    @Test
    void theFactoryKeepsItsOwnCopyOfTheDelimiter() {
        byte[] delimiter = ascii("|");
        Delimited factory = Codecs.delimited(delimiter);
        delimiter[0] = 'x';
        assertThat(CodecContract.of(factory).decode("axb|").messages()).containsExactly("617862");
        assertThat(factory).hasToString("delimited(7c, maxFrameBytes=65536)");
    }

    private static String ab(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(random.nextInt(3) == 0 ? 'b' : 'a');
        }
        return text.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
