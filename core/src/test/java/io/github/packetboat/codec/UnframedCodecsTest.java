package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chunks, whole messages, and frames of one length, which need no mark in the stream either. */
class UnframedCodecsTest {
    private final CodecContract<String> chunks = CodecContract.ofChunks(Codecs.chunks());

    @Test
    void aChunkIsWhateverHasArrived() throws Exception {
        Codec<String> codec = Codecs.chunks().create();
        ByteBuffer in = ByteBuffer.wrap("hello\nyou".getBytes(StandardCharsets.UTF_8));
        assertThat(codec.decode(in.limit(3))).isEqualTo("hel");
        assertThat(codec.decode(in)).isNull();
        assertThat(codec.decode(in.limit(in.capacity()))).isEqualTo("lo\nyou");
    }

    @Test
    void onlyACharacterThatIsNotAllThereWaits() throws Exception {
        chunks.roundTrip("aé", "", "日本", "😀", "\uFFFD", "\0\r\n");
        assertThat(chunks.decode(HexFormat.of().parseHex("61E697")))
                .isEqualTo(new CodecContract.Outcome(List.of("a"), null, 2));
        assertThat(chunks.decode(HexFormat.of().parseHex("F09F98")))
                .isEqualTo(new CodecContract.Outcome(List.of(""), null, 3));
        assertThat(chunks.replay("日本".getBytes(StandardCharsets.UTF_8), CodecContract.Memory.DIRECT, 4)
                        .messages())
                .containsExactly("日本");
        assertThat(Codecs.chunks().create().maxFrameBytes()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "FF, '', 0",
        "6162C328, ab, 2",
        "C3A980, é, 2",
        "61E080, a, 1",
        "61EDA080, a, 1",
        "E697A5F5, 日, 3",
        "EFBFBDC0, \uFFFD, 3",
        "61F49080, a, 1",
        "61E69761, a, 1"
    })
    void theTextBeforeBadUtf8ArrivesAndTheErrorSaysTheOffsetInTheStream(String hex, String text, int offset) {
        CodecContract.Outcome outcome = chunks.decode(HexFormat.of().parseHex(hex));
        assertThat(outcome.messages()).containsExactly(text);
        assertThat(outcome.error()).startsWith("invalid UTF-8 at offset " + offset + " of the stream: ");
    }

    @Test
    void halfASurrogatePairIsNotSent() {
        assertThat(chunks.refusal("ab\uD800c")).isEqualTo("unpaired surrogate U+D800 at index 2 has no UTF-8");
    }

    @Test
    void byteChunksAreWhateverHasArrived() throws Exception {
        CodecContract.ofChunks(Codecs.byteChunks()).roundTrip(new byte[] {1, -1}, new byte[0], new byte[300]);
        assertThat(Codecs.byteChunks().create().decode(ByteBuffer.allocate(0)) == null)
                .isTrue();
    }

    @Test
    void aWholeMessageIsAllThereIsEvenNothing() throws Exception {
        assertThat(Codecs.utf8().create().decode(ByteBuffer.allocate(0))).isEmpty();
        assertThat(Codecs.bytes().create().decode(ByteBuffer.allocate(0))).isEmpty();
        ByteBuffer in = ByteBuffer.wrap("xhé!".getBytes(StandardCharsets.UTF_8))
                .position(1)
                .limit(4);
        assertThat(Codecs.utf8().create().decode(in)).isEqualTo("hé");
        assertThat(in.remaining()).isZero();
        assertThat(Codecs.bytes().create().decode(in.position(2))).containsExactly(0xC3, 0xA9);
        assertThat(CodecContract.of(Codecs.utf8()).encode("日", "")).isEqualTo("日".getBytes(StandardCharsets.UTF_8));
        assertThat(CodecContract.of(Codecs.bytes()).encode(new byte[] {7})).containsExactly(7);
    }

    @Test
    void aWholeTextMustBeUtf8() {
        assertThatThrownBy(() -> Codecs.utf8().create().decode(ByteBuffer.wrap(new byte[] {'a', (byte) 0xE6})))
                .isInstanceOf(CodecException.class)
                .hasMessageStartingWith("invalid UTF-8 at offset 1 of the text: ");
    }

    @Test
    void framesOfOneLengthNeedNoMark() throws Exception {
        CodecContract<byte[]> of3 = CodecContract.of(Codecs.fixedLength(3));
        of3.roundTrip(new byte[] {1, 2, 3}, new byte[] {'\n', 0, -1});
        assertThat(of3.decode(new byte[7])).isEqualTo(new CodecContract.Outcome(List.of("000000", "000000"), null, 1));
        assertThat(of3.refusal(new byte[2])).isEqualTo("frame of 2 bytes is not of fixedLength=3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codecs.fixedLength(0))
                .withMessageContaining("fixedLength=0");
    }
}
