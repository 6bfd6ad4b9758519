package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.packetboat.codec.CodecException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplyCodecTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void repliesAreTheSameHoweverTheyAreCut(int pieceBytes) throws CodecException {
        String stream =
                "220 mx ready\r\n250-mx\r\n250-SIZE 10\r\n250 OK\r\n354\r\n550 5.1.1 no\r\n250-2.0.0 a\r\n250 2.0.0 b\r\n";

        List<Reply> replies = decode(stream.getBytes(StandardCharsets.UTF_8), pieceBytes);

        assertThat(replies)
                .containsExactly(
                        new Reply(220, List.of("mx ready"), null),
                        new Reply(250, List.of("mx", "SIZE 10", "OK"), null),
                        new Reply(354, List.of(""), null),
                        new Reply(550, List.of("no"), "5.1.1"),
                        new Reply(250, List.of("a", "b"), "2.0.0"));
    }

    /** As a connection does: what is left unread is presented again with more behind it. */
    private static List<Reply> decode(byte[] stream, int pieceBytes) throws CodecException {
        ReplyCodec codec = new ReplyCodec();
        List<Reply> replies = new ArrayList<>();
        int read = 0;
        int come = 0;
        while (come < stream.length) {
            come = Math.min(stream.length, come + pieceBytes);
            ByteBuffer in = ByteBuffer.wrap(stream, read, come - read).slice();
            Wire reply;
            while (in.hasRemaining() && (reply = codec.decode(in)) != null) {
                replies.add((Reply) reply);
            }
            read = come - in.remaining();
        }
        return replies;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "25\r\n",
                "abc\r\n",
                "250-a\r\n550 b\r\n",
                "250 a\n",
                "\r\n",
                "2500 a\r\n",
                "150 a\r\n",
                "650 a\r\n",
                "\u00e9\u00e9\u00e9 a\r\n",
                "HTTP/1.1 400 Bad Request\r\n"
            })
    void whatIsNoReplyIsAnErrorThatShowsIt(String text) {
        assertThatThrownBy(() -> decode(text.getBytes(StandardCharsets.UTF_8), 1000))
                .isInstanceOf(CodecException.class)
                .hasMessageStartingWith("not an SMTP reply")
                .message()
                .doesNotContain("\r", "\n");
    }

    @Test
    void aReplyIsBounded() {
        byte[] longLine = ("250 " + "x".repeat(10 << 20)).getBytes(StandardCharsets.US_ASCII);
        String line = "250-" + "x".repeat(1000) + "\r\n";

        assertThatThrownBy(() -> decode(longLine, 4096)).hasMessageContaining("maxReplyLineBytes=2048");
        assertThatThrownBy(() -> decode("250-\r\n".repeat(200).getBytes(StandardCharsets.US_ASCII), 10))
                .hasMessageContaining("maxReplyLines=128");
        assertThatThrownBy(() -> decode(line.repeat(100).getBytes(StandardCharsets.US_ASCII), 4096))
                .hasMessageContaining("maxReplyBytes=65536");
    }

    @Test
    void aLineOfTheLimitIsTaken() throws CodecException {
        String line = "250 " + "x".repeat(2048 - 6) + "\r\n";

        assertThat(decode(line.getBytes(StandardCharsets.US_ASCII), 100)).hasSize(1);
    }

    @Test
    void textInUtf8IsReadAndOtherBytesAreEscaped() throws CodecException {
        byte[] gbk = {'5', '5', '0', ' ', (byte) 0xC4, (byte) 0xE3, 'x', 0x1B, '\r', '\n'};

        assertThat(decode("550 登录失败\r\n".getBytes(StandardCharsets.UTF_8), 1)
                        .get(0)
                        .text())
                .isEqualTo("登录失败");
        assertThat(decode(gbk, 100).get(0).text()).isEqualTo("\\xc4\\xe3x\\x1b");
    }

    @Test
    void anEnhancedStatusOfAnotherClassIsText() {
        assertThat(Reply.of(250, List.of("5.1.1 odd")).enhancedStatus()).isNull();
        assertThat(Reply.of(250, List.of("2.1.5")).enhancedStatus()).isEqualTo("2.1.5");
        assertThat(Reply.of(250, List.of("2.1.50000 x")).enhancedStatus()).isNull();
    }

    @FuzzTest(maxDuration = "20s")
    void neverFailsOtherwiseAndDoesNotDependOnTheCuts(byte[] stream) {
        Object whole = result(stream, Integer.MAX_VALUE / 2);
        assertThat(result(stream, 1)).isEqualTo(whole);
        assertThat(result(stream, 3)).isEqualTo(whole);
    }

    private static Object result(byte[] stream, int pieceBytes) {
        try {
            return decode(stream, pieceBytes);
        } catch (CodecException e) {
            return "refused";
        }
    }
}
