package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodecFactoryTest {
    private final CodecFactory<Integer> numbers = Codecs.lines().map(Integer::valueOf, Object::toString);

    @Test
    void messagesOfYourOwnTypeComeBack() throws Exception {
        CodecContract.of(numbers).roundTrip(1, -2, Integer.MAX_VALUE);
        assertThat(numbers.create().maxFrameBytes())
                .isEqualTo(Codecs.lines().create().maxFrameBytes());
        assertThat(numbers.create().heartbeat()).isNull();
    }

    @Test
    void aConversionThatThrowsIsACodecExceptionWithItsCause() {
        CodecContract.Outcome outcome = CodecContract.of(numbers).decode("1\nx\n");
        assertThat(outcome.messages()).containsExactly("1");
        assertThat(outcome.error()).startsWith("cannot decode a String: NumberFormatException: ");
        assertThatThrownBy(() -> numbers.create().decode(ByteBuffer.wrap(new byte[] {'x', '\n'})))
                .hasCauseInstanceOf(NumberFormatException.class);
    }

    @Test
    void aConversionMayThrowCheckedExceptionsAndCodecExceptionsPassAsTheyAre() {
        CodecFactory<String> picky = Codecs.lines()
                .map(
                        text -> {
                            throw new IOException("no");
                        },
                        text -> {
                            throw new CodecException("never");
                        });
        assertThat(CodecContract.of(picky).decode("x\n").error()).isEqualTo("cannot decode a String: IOException: no");
        assertThat(CodecContract.of(picky).refusal("x")).isEqualTo("never");
    }

    @Test
    void aConversionThatReturnsNullIsRefused() {
        CodecFactory<String> nothing = Codecs.lines().map(CodecFactoryTest::none, CodecFactoryTest::none);
        assertThat(CodecContract.of(nothing).decode("x\n").error())
                .isEqualTo("cannot decode a String: the conversion returned null");
        assertThat(CodecContract.of(nothing).refusal("x"))
                .isEqualTo("cannot encode a String: the conversion returned null");
    }

    @SuppressWarnings("NullAway")
    private static String none(String text) {
        return null;
    }

    @Test
    void whatAViewIsMappedToIsNoView() throws Exception {
        CodecFactory<String> hex = Codecs.lengthPrefixed()
                .views()
                .map(
                        CodecContract::comparable,
                        text -> ByteBuffer.wrap(HexFormat.of().parseHex(text)));
        assertThat(hex.create().decodesToViews()).isFalse();
        CodecContract.of(hex).roundTrip("", "0a0b");
    }

    @Test
    void heartbeatsAreTakenOutOfWhatComesIn() {
        CodecFactory<String> codec = Codecs.lines().heartbeat("PING");
        assertThat(codec.create().heartbeat()).isEqualTo("PING");
        assertThat(CodecContract.of(codec)
                        .decode("PING\na\nPING\nPING\r\nb\nPING\nPIN")
                        .messages())
                .containsExactly("a", "b");
        assertThat(CodecContract.of(codec).decode("PING\nPING\n"))
                .isEqualTo(new CodecContract.Outcome(List.of(), null, 0));
    }

    @Test
    void aHeartbeatCanBeAnArrayABufferOrAnyThatAPredicateKnows() {
        byte[] stream = {0, 1, 7, 1, 8, 0};
        LengthPrefixed frames = Codecs.lengthPrefixed().lengthBytes(1);
        assertThat(CodecContract.of(frames.heartbeat(new byte[0]))
                        .decode(stream)
                        .messages())
                .containsExactly("07", "08");
        CodecFactory<ByteBuffer> views = frames.views().heartbeat(ByteBuffer.wrap(new byte[] {8}));
        assertThat(CodecContract.of(views).decode(stream).messages()).containsExactly("", "07", "");
        assertThat(views.create().decodesToViews()).isTrue();
        CodecFactory<byte[]> empty = frames.heartbeat(new byte[0], m -> m.length == 0 || m[0] == 7);
        assertThat(CodecContract.of(empty).decode(stream).messages()).containsExactly("08");
    }

    @Test
    void aHeartbeatInADatagramIsNoMessageAndNoEmptyOneFollows() throws Exception {
        Codec<String> codec = Codecs.utf8().heartbeat("PING").create();
        ByteBuffer in = ByteBuffer.wrap("PING".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(codec.decode(in)).isNull();
        assertThat(in.remaining()).isZero();
    }

    @Test
    void aHeartbeatIsMappedIfItCanBe() {
        assertThat(Codecs.lines()
                        .heartbeat("0")
                        .map(Integer::valueOf, Object::toString)
                        .create()
                        .heartbeat())
                .isZero();
        assertThatThrownBy(() -> Codecs.lines()
                        .heartbeat("PING")
                        .map(Integer::valueOf, Object::toString)
                        .create()
                        .heartbeat())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call heartbeat() after map()");
        assertThat(numbers.heartbeat(0).create().heartbeat()).isZero();
    }
}
