package io.github.packetboat.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class Utf8Test {
    /** Each bound of Unicode's table 3-7 and its neighbours. */
    private static final int[] EDGES = {
        0, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0,
        0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF
    };

    @Test
    void wellFormedIsWhatTheJdksStrictDecoderTakes() {
        CharsetDecoder oracle = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(8);
        ByteBuffer bytes = ByteBuffer.allocate(4);
        for (int i = 0; i < EDGES.length * EDGES.length * EDGES.length * EDGES.length; i++) {
            for (int n = 1; n <= 4; n++) {
                edges(i, bytes.clear().limit(n));
                int wellFormed = Utf8.wellFormed(bytes, 0, n);
                oracle.reset().decode(bytes, text.clear(), true);
                if (wellFormed != bytes.position()) {
                    assertThat(wellFormed)
                            .as(CodecContract.comparable(bytes.rewind()))
                            .isEqualTo(bytes.position());
                }
            }
        }
    }

    @Test
    void incompleteIsWhatMoreBytesCanMakeACharacter() {
        Set<ByteBuffer> beginnings = new HashSet<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(c).getBytes(StandardCharsets.UTF_8);
                for (int n = 1; n < bytes.length; n++) {
                    beginnings.add(ByteBuffer.wrap(Arrays.copyOf(bytes, n)));
                }
            }
        }
        for (int n = 1; n <= 4; n++) {
            ByteBuffer bytes = ByteBuffer.allocate(n);
            for (int i = 0; i < Math.pow(EDGES.length, n); i++) {
                edges(i, bytes.clear());
                boolean incomplete = Utf8.isIncomplete(bytes, 0, n);
                if (incomplete != beginnings.contains(bytes)) {
                    assertThat(incomplete).as(CodecContract.comparable(bytes)).isEqualTo(!incomplete);
                }
            }
        }
    }

    private static void edges(int number, ByteBuffer bytes) {
        int rest = number;
        for (int i = 0; i < bytes.limit(); i++) {
            bytes.put(i, (byte) EDGES[rest % EDGES.length]);
            rest /= EDGES.length;
        }
    }

    @Test
    void aByteIsFoundWhereverItLies() {
        ByteBuffer in = ByteBuffer.allocateDirect(64);
        for (int wanted = -128; wanted < 128; wanted++) {
            for (int near = -1; near <= 1; near++) {
                for (int i = 0; i < 64; i++) {
                    in.put(i, (byte) (wanted + near + (near == 0 ? 0x80 : 0)));
                }
                for (int at = 0; at < 40; at++) {
                    byte before = in.get(at);
                    in.put(at, (byte) wanted);
                    assertThat(Scan.indexOf(in, (byte) wanted, at / 2, 50)).isEqualTo(at);
                    assertThat(Scan.indexOf(in, (byte) wanted, 0, at)).isEqualTo(-1);
                    assertThat(Scan.indexOf(in, (byte) wanted, at + 1, 64)).isEqualTo(-1);
                    in.put(at, before);
                }
            }
        }
    }
}
