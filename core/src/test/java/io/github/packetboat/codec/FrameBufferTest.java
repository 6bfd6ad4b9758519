package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameBufferTest {

    @Test
    void valuesArePutHighByteFirst() {
        FrameBuffer out = FrameBuffer.allocate(0)
                .putByte(0x101)
                .putShort(0x10203)
                .putMedium(0xFF040506)
                .putInt(0x0708090A)
                .putLong(0x0B0C0D0E0F101112L)
                .put(new byte[] {1, 2})
                .put(new byte[] {1, 2, 3}, 1, 1);
        assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo("0102030405060708090a0b0c0d0e0f101112010202");
        assertThat(out.length()).isEqualTo(21);
    }

    @Test
    void headersCanBeFilledInAfterwards() {
        FrameBuffer out = FrameBuffer.allocate(1).putInt(0).putByte(0).putByte(9);
        assertThat(out.setInt(0, 5).setByte(4, 6).toByteArray()).containsExactly(0, 0, 0, 5, 6, 9);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "127, 7f",
        "128, 8001",
        "300, ac02",
        "16383, ff7f",
        "16384, 808001",
        "2097151, ffff7f",
        "2097152, 80808001",
        "268435455, ffffff7f",
        "268435456, 8080808001",
        "2147483647, ffffffff07",
        "-1, ffffffff0f"
    })
    void varintsAreAsInProtocolBuffers(int value, String hex) {
        assertThat(HexFormat.of()
                        .formatHex(FrameBuffer.allocate(0).putVarint(value).toByteArray()))
                .isEqualTo(hex);
    }

    @Test
    void textIsPutAsTheJdkEncodesIt() throws Exception {
        SplittableRandom random = CodecContract.random();
        int[] bounds = {0x80, 0x800, 0x10000, 0x110000};
        for (int i = 0; i < 2000; i++) {
            int bound = bounds[random.nextInt(bounds.length)];
            String text = random.ints(random.nextInt(40), 0, bound)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            assertThat(FrameBuffer.allocate(random.nextInt(40))
                            .putByte(1)
                            .putUtf8(text)
                            .putByte(2)
                            .toByteArray())
                    .isEqualTo(("\1" + text + "\2").getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, D800", "3, DBFF", "0, DC00", "5, DFFF"})
    void halfASurrogatePairIsRefusedAndNothingIsPut(int index, String hex) {
        FrameBuffer out = FrameBuffer.allocate(0).putByte(7);
        char half = (char) Integer.parseInt(hex, 16);
        for (String after : new String[] {"", "x", "é", "?", "\uD800"}) {
            assertThatThrownBy(() -> out.putUtf8("?".repeat(index) + half + after))
                    .isInstanceOf(CodecException.class)
                    .hasMessage("unpaired surrogate U+" + hex + " at index " + index + " has no UTF-8");
        }
        assertThat(out.toByteArray()).containsExactly(7);
    }

    @Test
    void aFrameThatOutgrowsItsTargetMovesToALargerBuffer() throws Exception {
        ByteBuffer target = ByteBuffer.allocateDirect(8).put((byte) 99);
        FrameBuffer out = FrameBuffer.allocate(0);
        out.begin(target, false);
        out.putInt(1).putUtf8("héllo");
        assertThat(out.bytes()).isNotSameAs(target);
        assertThat(out.start()).isZero();
        assertThat(out.toByteArray()).isEqualTo("\0\0\0\1héllo".getBytes(StandardCharsets.UTF_8));
        out.begin(target.clear(), false);
        assertThat(out.putInt(1).length()).isEqualTo(4);
        assertThat(out.bytes()).isSameAs(target);
    }

    @Test
    void aLargeBufferIsLentIfItMayBeAndComesBeforeWhatFollows() {
        ByteBuffer large = ByteBuffer.allocate(10_000).put(9_999, (byte) 5).position(1_000);
        FrameBuffer out = FrameBuffer.allocate(0);
        out.begin(ByteBuffer.allocate(4), true);
        out.putInt(7).put(large);
        assertThat(out.borrowed()).isSameAs(large);
        assertThat(out.length()).isEqualTo(9_004);
        assertThat(out.toByteArray()).hasSize(9_004).endsWith(5);
        assertThat(out.putByte(6).toByteArray())
                .hasSize(9_005)
                .startsWith(0, 0, 0, 7)
                .endsWith(5, 6);
        assertThat(out.borrowed()).isNull();
        assertThat(large.position()).isEqualTo(1_000);
    }
}
