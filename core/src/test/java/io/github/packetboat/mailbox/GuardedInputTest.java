package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server sends passes as it is, or not at all. */
final class GuardedInputTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    /** Gives so many bytes at a time. */
    private static GuardedInput guarding(String text, int slice, boolean literals) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        InputStream source = new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(slice, length));
            }
        };
        Socket socket = new Socket() {
            @Override
            public InputStream getInputStream() {
                return source;
            }

            @Override
            public void setSoTimeout(int timeout) {}
        };
        return new GuardedInput(socket, literals, SOON);
    }

    private static String read(String text, int slice, long maxBytes, long maxLine) throws IOException {
        try (GuardedInput in = guarding(text, slice, true)) {
            in.expect(maxBytes, maxLine, SOON);
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 1000})
    void literalsAreNoLines(int slice) throws IOException {
        String text = "* 1 FETCH (BODY[] {30}\r\n" + "x".repeat(30) + " FLAGS ())\r\nA1 OK\r\n";

        assertThat(read(text, slice, 1000, 25)).isEqualTo(text);
        assertThatThrownBy(() -> read(text, slice, 1000, 20)).hasMessageContaining("longer than 20 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void aLiteralLargerThanTheRestIsRefusedWhenItIsAnnounced(int slice) {
        String fits = "{5}\r\nabcde\r\n";
        assertThatThrownBy(() -> read("{6}\r\nabcde\r\n", slice, 5 + 5, 100))
                .hasMessageContaining("literal of 6 bytes");
        assertThat(catchRead(fits, slice)).isEqualTo(fits);
        assertThatThrownBy(() -> read("{2147483647}\r\n", slice, 1000, 100)).hasMessageContaining("2147483647");
        assertThatThrownBy(() -> read("{99999999999999999999999}\r\n", slice, 1000, 100))
                .hasMessageContaining("literal of");
    }

    private static String catchRead(String text, int slice) {
        try {
            return read(text, slice, text.length(), 100);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAnswerLargerThanExpectedIsRefused() {
        assertThatThrownBy(() -> read("a\r\nb\r\nc\r\n", 2, 8, 100)).hasMessageContaining("larger than expected");
    }

    @Test
    void whatLooksLikeALiteralWithoutLiteralsIsText() throws IOException {
        try (GuardedInput in = guarding("{999}\r\nx\r\n", 100, false)) {
            in.expect(100, 100, SOON);
            assertThat(in.readAllBytes()).hasSize(10);
        }
    }

    @Test
    void anAnswerThatIsLateIsATimeout() throws IOException {
        try (GuardedInput in = guarding("x", 1, true)) {
            in.expect(100, 100, Duration.ZERO);
            assertThatThrownBy(in::read).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    private static List<String> responses(String text, int slice) throws IOException {
        List<String> found = new ArrayList<>();
        try (GuardedInput in = guarding(text, slice, true)) {
            in.expect(text.length() + 10, 100, SOON);
            while (true) {
                ByteBuffer response = in.response();
                found.add(StandardCharsets.ISO_8859_1.decode(response).toString());
            }
        } catch (EOFException e) {
            return found;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 1000})
    void aResponseEndsWhereNoLiteralIsOrFollows(int slice) throws IOException {
        String[] all = {
            "* OK hi\r\n",
            "* 1 FETCH (BODY[] {5}\r\na\r\nb\n FLAGS () X {0}\r\n Y {2}\r\n\r\n)\r\n",
            "* OK {5} {x}\r\n",
            "* OK lone \r and \n are no end {3}\n\r\n",
            "\r\n",
            "A1 OK\r\n"
        };
        assertThat(responses(String.join("", all), slice)).containsExactly(all);
    }

    @Test
    void aResponseGrowsWithWhatComes() throws IOException {
        String large = "* 1 FETCH (BODY[] {300000}\r\n" + "x".repeat(300_000) + ")\r\n";
        assertThat(responses(large + "A1 OK\r\n", 1000)).containsExactly(large, "A1 OK\r\n");
    }

    @Test
    void whatIsNoWholeResponseIsNone() throws IOException {
        assertThat(responses("A1 OK\r\nA2 OK", 1000)).containsExactly("A1 OK\r\n");
        assertThat(responses("A1 {3}\r\nab", 1000)).isEmpty();
    }

    @Test
    void whatFollowsAResponseIsLeftForOtherReaders() throws IOException {
        try (GuardedInput in = guarding("a {1}\r\nb\r\ncd\r\n", 1000, true)) {
            in.expect(100, 100, SOON);
            assertThat(in.response().remaining()).isEqualTo(10);
            assertThat(in.available()).isEqualTo(4);
            assertThat(in.read()).isEqualTo('c');
            assertThat(in.response().remaining()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000})
    void aResponseIsBoundedToo(int slice) throws IOException {
        try (GuardedInput in = guarding("x".repeat(50) + "\r\n", slice, true)) {
            in.expect(1000, 49, SOON);
            assertThatThrownBy(in::response).hasMessageContaining("longer than 49 bytes");
        }
        try (GuardedInput in = guarding("* {60}\r\n", slice, true)) {
            in.expect(60, 100, SOON);
            assertThatThrownBy(in::response).hasMessageContaining("literal of 60 bytes");
        }
    }
}
