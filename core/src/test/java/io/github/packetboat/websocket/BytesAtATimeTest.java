package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.CodecException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What works on eight bytes at a time, held against what works on one. */
final class BytesAtATimeTest {
    private final SplittableRandom random = new SplittableRandom(42);

    @Test
    void maskingIsWhatTheRfcSays() {
        for (int length = 0; length < 70; length++) {
            for (int offset = 0; offset < 9; offset++) {
                int key = random.nextInt();
                byte[] plain = new byte[length];
                random.nextBytes(plain);
                byte[] expected = plain.clone();
                for (int i = 0; i < length; i++) {
                    expected[i] ^= (byte) (key >>> 8 * (3 - (i + offset) % 4));
                }
                byte[] masked = new byte[length + 6];
                System.arraycopy(plain, 0, masked, 3, length);
                Masking.mask(masked, 3, length, key, offset);
                assertThat(Arrays.copyOfRange(masked, 3, 3 + length)).isEqualTo(expected);
                assertThat(new byte[] {masked[0], masked[1], masked[2], masked[length + 3], masked[length + 5]})
                        .containsOnly(0);

                ByteBuffer in = (length % 2 == 0
                                ? ByteBuffer.allocate(length + 5)
                                : ByteBuffer.allocateDirect(length + 5))
                        .put(2, expected);
                byte[] back = new byte[length + 1];
                long seen = Masking.unmask(in, 2, length, key, offset, back, 1);
                assertThat(Arrays.copyOfRange(back, 1, length + 1)).isEqualTo(plain);
                boolean ascii = true;
                for (byte b : plain) {
                    ascii &= b >= 0;
                }
                assertThat((seen & 0x8080_8080_8080_8080L) == 0).isEqualTo(ascii);
            }
        }
    }

    @Test
    void asciiIsSeenAsSuchInEveryPlace() {
        for (int length = 1; length < 40; length++) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) 'a');
            byte[] out = new byte[length];
            assertThat(Masking.unmask(ByteBuffer.wrap(bytes), 0, length, 0, 0, out, 0) & 0x8080_8080_8080_8080L)
                    .isZero();
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) 0x80;
                assertThat(Masking.unmask(ByteBuffer.wrap(bytes), 0, length, 0, 0, out, 0) & 0x8080_8080_8080_8080L)
                        .isNotZero();
                bytes[i] = 'a';
            }
        }
    }

    @Test
    void wellFormedTextIsWhatJavasOwnDecoderTakes() {
        byte[] interesting = {
            'a',
            0x7F,
            (byte) 0x80,
            (byte) 0x8F,
            (byte) 0x90,
            (byte) 0x9F,
            (byte) 0xA0,
            (byte) 0xBF,
            (byte) 0xC0,
            (byte) 0xC1,
            (byte) 0xC2,
            (byte) 0xDF,
            (byte) 0xE0,
            (byte) 0xE1,
            (byte) 0xED,
            (byte) 0xEE,
            (byte) 0xEF,
            (byte) 0xF0,
            (byte) 0xF1,
            (byte) 0xF4,
            (byte) 0xF5,
            (byte) 0xFF
        };
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(1, 14)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = interesting[random.nextInt(interesting.length)];
            }
            int cut = random.nextInt(bytes.length + 1);
            Utf8Check check = new Utf8Check();
            boolean good = check.accept(bytes, 0, cut) < 0 && check.accept(bytes, cut, bytes.length) < 0;
            assertThat(good && check.isComplete()).as(Arrays.toString(bytes)).isEqualTo(javaTakes(bytes));
        }
    }

    private static boolean javaTakes(byte[] bytes) {
        try {
            CharBuffer text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            return text != null;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Test
    void halfASurrogatePairIsRefusedAndQuestionMarksAreNot() throws Exception {
        assertThat(Kind.TEXT.payload("what? " + "?".repeat(20))).hasSize(26);
        assertThat(Kind.TEXT.payload("\uD83D\uDE00?")).hasSize(5);
        for (String padding : new String[] {"", "0123456", "01234567", "0123456789"}) {
            assertThatThrownBy(() -> Kind.TEXT.payload(padding + "\uD83D"))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("U+D83D at index " + padding.length());
            assertThatThrownBy(() -> Kind.TEXT.payload(padding + "\uDE00" + padding))
                    .isInstanceOf(CodecException.class);
        }
    }
}
