package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EscapedTest {

    @Test
    void plainTextOfAnyScriptStaysAsItIs() {
        assertThat(Escaped.of("hello 你好 é 😀 \\x")).isEqualTo("hello 你好 é 😀 \\x");
    }

    @Test
    void whatCouldForgeALogLineIsShownAsHex() {
        assertThat(Escaped.of("a\r\nWARN b\t\0\u001b[31m\u007f\u0085"))
                .isEqualTo("a\\x0d\\x0aWARN b\\x09\\x00\\x1b[31m\\x7f\\x85");
    }

    @Test
    void whatCouldReorderOrHideTextIsShownAsHex() {
        assertThat(Escaped.of("\u202eabc\u2028\u200b\ud800")).isEqualTo("\\u202eabc\\u2028\\u200b\\ud800");
    }

    @Test
    void noTextIsLongerThan256Characters() {
        assertThat(Escaped.of("x".repeat(256))).isEqualTo("x".repeat(256));
        assertThat(Escaped.of("x".repeat(257))).isEqualTo("x".repeat(255) + "…");
        assertThat(Escaped.of("\n".repeat(100_000)))
                .hasSizeLessThanOrEqualTo(256)
                .endsWith("…");
        assertThat(Escaped.of("😀".repeat(200))).hasSizeLessThanOrEqualTo(256).endsWith("😀…");
        assertThat(Escaped.of("abcdef", 3)).isEqualTo("ab…");
    }

    @Test
    void escapingTwiceChangesNothing() {
        String once = Escaped.of("a\nb\u202e" + "é\t".repeat(300));
        assertThat(Escaped.of(once)).isEqualTo(once);
    }

    @Test
    void bytesAreShownWithoutBeingConsumed() {
        ByteBuffer bytes =
                ByteBuffer.wrap("xGET /\r\né".getBytes(StandardCharsets.UTF_8)).position(1);
        assertThat(Escaped.of(bytes)).isEqualTo("GET /\\x0d\\x0a\\xc3\\xa9");
        assertThat(bytes.position()).isEqualTo(1);
        assertThat(Escaped.of(ByteBuffer.allocate(100_000)))
                .hasSizeLessThanOrEqualTo(256)
                .endsWith("…");
    }
}
