package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.packetboat.codec.CodecContract.Memory;
import io.github.packetboat.codec.CodecContract.Outcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever the bytes and wherever they are cut, a codec throws nothing but {@link CodecException}, says the same as for the
 * stream in one piece, and can send what it received.
 *
 * <p>As a test, each runs on its corpus alone ({@code core/src/test/resources/…/CodecsFuzzTestInputs/<method>/}). To fuzz
 * one for as long as its annotation says, guided by coverage, from the root of the repository:
 *
 * <pre>JAZZER_FUZZ=1 mvn -pl core test -Dtest=CodecsFuzzTest#lines</pre>
 *
 * <p>An input that fails is written to that folder, where the ordinary test then replays it.
 */
@Tag("fuzz")
@Timeout(value = 1, unit = TimeUnit.DAYS, threadMode = Timeout.ThreadMode.SAME_THREAD) // fuzzing outlasts the default
class CodecsFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void lines(FuzzedDataProvider data) throws CodecException {
        Lines lines = Codecs.lines().maxLineBytes(data.consumeInt(1, 100));
        check(data.consumeBoolean() ? lines.crlf() : lines, data);
    }

    @FuzzTest(maxDuration = "2m")
    void delimited(FuzzedDataProvider data) throws CodecException {
        int limit = data.consumeInt(1, 100);
        byte[] delimiter = data.consumeBytes(data.consumeInt(1, 64));
        check(
                Codecs.delimited(delimiter.length == 0 ? new byte[] {'|'} : delimiter)
                        .maxFrameBytes(limit),
                data);
    }

    @FuzzTest(maxDuration = "2m")
    void lengthPrefixed(FuzzedDataProvider data) throws CodecException {
        LengthPrefixed form = Codecs.lengthPrefixed().maxFrameBytes(data.consumeInt(1, 200));
        form = switch (data.consumeInt(0, 5)) {
            case 0 -> form;
            case 1 -> form.varint();
            default -> {
                form = form.lengthBytes(data.consumeInt(1, 4));
                form = data.consumeBoolean() ? form.littleEndian() : form;
                yield data.consumeBoolean() ? form.lengthIncludesHeader() : form;
            }
        };
        if (data.consumeBoolean()) {
            check(form.views(), data);
        } else {
            check(form, data);
        }
    }

    @FuzzTest(maxDuration = "2m")
    void chunks(FuzzedDataProvider data) {
        CodecContract<String> chunks = CodecContract.ofChunks(Codecs.chunks());
        int[] cuts = cuts(data);
        byte[] stream = data.consumeRemainingAsBytes();
        assertThat(chunks.replay(stream, Memory.MIXED, fit(cuts, stream)))
                .isEqualTo(chunks.replay(stream, Memory.HEAP));
    }

    @FuzzTest(maxDuration = "2m")
    void fixedLength(FuzzedDataProvider data) throws CodecException {
        check(Codecs.fixedLength(data.consumeInt(1, 50)), data);
    }

    @FuzzTest(maxDuration = "2m")
    void utf8(FuzzedDataProvider data) {
        byte[] bytes = data.consumeRemainingAsBytes();
        FrameBuffer out = FrameBuffer.allocate(0);
        try {
            Codec<String> codec = Codecs.utf8().create();
            codec.encode(codec.decode(ByteBuffer.wrap(bytes)), out);
        } catch (CodecException e) {
            assertThat(e).hasMessageContaining("invalid UTF-8 at offset");
            return;
        }
        assertThat(out.toByteArray()).isEqualTo(bytes);
    }

    private static <M> void check(CodecFactory<M> factory, FuzzedDataProvider data) throws CodecException {
        CodecContract<M> codec = CodecContract.of(factory);
        int[] cuts = cuts(data);
        byte[] stream = data.consumeRemainingAsBytes();
        Outcome whole = codec.replay(stream, Memory.HEAP);
        assertThat(codec.replay(stream, Memory.MIXED, fit(cuts, stream))).isEqualTo(whole);
        assertThat(resent(factory, stream).messages()).isEqualTo(whole.messages());
    }

    /** What comes of {@code stream} if each message is sent on as it comes in, as an echo server does. */
    private static <M> Outcome resent(CodecFactory<M> factory, byte[] stream) throws CodecException {
        Codec<M> codec = factory.create();
        ByteBuffer in = ByteBuffer.wrap(stream);
        FrameBuffer out = FrameBuffer.allocate(16);
        while (in.hasRemaining()) {
            M message;
            try {
                message = codec.decode(in);
            } catch (CodecException e) {
                break;
            }
            if (message == null) {
                break;
            }
            codec.encode(message, out);
        }
        return CodecContract.of(factory).replay(out.toByteArray(), Memory.DIRECT);
    }

    private static int[] cuts(FuzzedDataProvider data) {
        int[] cuts = new int[data.consumeInt(0, 8)];
        Arrays.setAll(cuts, i -> data.consumeInt(0, 400));
        return cuts;
    }

    private static int[] fit(int[] cuts, byte[] stream) {
        return Arrays.stream(cuts)
                .map(cut -> Math.min(cut, stream.length))
                .sorted()
                .toArray();
    }
}
