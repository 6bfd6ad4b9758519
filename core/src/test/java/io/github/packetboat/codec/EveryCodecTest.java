package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for all codecs that frame, whatever the frame. */
class EveryCodecTest {

    /** Each as one of texts of 5 bytes. */
    static Stream<CodecFactory<String>> codecs() {
        CodecFactory<String> views = Codecs.lengthPrefixed()
                .views()
                .map(view -> StandardCharsets.UTF_8.decode(view).toString(), StandardCharsets.UTF_8::encode);
        return Stream.concat(
                Stream.of(Codecs.lines(), Codecs.lines().crlf(), views),
                Stream.of(
                                Codecs.lengthPrefixed(),
                                Codecs.lengthPrefixed().varint(),
                                Codecs.lengthPrefixed().lengthBytes(2).littleEndian(),
                                Codecs.delimited((byte) 0),
                                Codecs.delimited((byte) '!', (byte) '!', (byte) '?'),
                                Codecs.fixedLength(5))
                        .map(EveryCodecTest::ofText));
    }

    private static CodecFactory<String> ofText(CodecFactory<byte[]> bytes) {
        return bytes.map(b -> new String(b, StandardCharsets.UTF_8), s -> s.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void tenThousandMessagesInOnePieceComeInOrder(CodecFactory<String> codec) throws Exception {
        List<String> messages =
                IntStream.range(10_000, 20_000).mapToObj(Integer::toString).toList();
        CodecContract<String> contract = CodecContract.of(codec);
        byte[] stream = contract.encode(messages.toArray(String[]::new));
        for (CodecContract.Memory memory : CodecContract.Memory.values()) {
            assertThat(contract.replay(stream, memory).messages()).isEqualTo(messages);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void messagesComeBackWhereverTheStreamIsCut(CodecFactory<String> codec) throws Exception {
        CodecContract.of(codec).roundTrip("hello", "\r\r\r\r\r", "!?a!!", "日é", "a?!?!");
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void codecsOfOneFactoryShareNoState(CodecFactory<String> factory) throws Exception {
        byte[] stream = CodecContract.of(factory).encode("first", "other");
        Codec<String> one = factory.create();
        Codec<String> two = factory.create();
        assertThat(one.decode(ByteBuffer.wrap(stream, 0, 4))).isNull();
        assertThat(two.decode(ByteBuffer.wrap(stream))).isEqualTo("first");
        assertThat(one.decode(ByteBuffer.wrap(stream))).isEqualTo("first");
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void decodingAndEncodingDoNotDisturbEachOther(CodecFactory<String> factory) throws Exception {
        byte[] stream = CodecContract.of(factory).encode("hello");
        Codec<String> codec = factory.create();
        FrameBuffer out = FrameBuffer.allocate(8);
        ByteBuffer in = ByteBuffer.wrap(stream);
        for (int arrived = 1; arrived < stream.length; arrived++) {
            assertThat(codec.decode(in.limit(arrived))).isNull();
            codec.encode("other", out);
        }
        assertThat(codec.decode(in.limit(stream.length))).isEqualTo("hello");
    }

    @Test
    void serializedJavaIsBytesLikeAnyOther() throws Exception {
        byte[] serialized = {(byte) 0xAC, (byte) 0xED, 0, 5, 's', 'r', '\n'};
        assertThat(CodecContract.of(Codecs.lines()).decode(serialized).error())
                .startsWith("invalid UTF-8 at offset 0 ");
        assertThat(CodecContract.of(Codecs.lengthPrefixed()).decode(serialized).error())
                .isEqualTo("frame of 2901213189 bytes exceeds maxFrameBytes=1048576");
        assertThatThrownBy(() -> Codecs.utf8().create().decode(ByteBuffer.wrap(serialized)))
                .isInstanceOf(CodecException.class);
        Path classes = Path.of(
                Codec.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            assertThat(files.filter(file -> file.toString().endsWith(".class")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .doesNotContain("ObjectInputStream"));
        }
    }
}
