package io.github.packetboat.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Reports;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer may send that it should not, on a live connection: P01 to P08, P10 and P11 of the catalogue. */
class BadInputTest {
    private static final int LIMIT = 1000;
    /** The peers here do not close when they are refused: nobody is to wait for that. */
    private static final Limits LIMITS =
            Limits.builder().lingerTimeout(Duration.ofMillis(100)).build();

    private final Probe<String> probe = new Probe<>();

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    private static CodecFactory<String> prefixed() {
        return Codecs.lengthPrefixed().maxFrameBytes(LIMIT).map(BadInputTest::text, text -> text.getBytes(ISO_8859_1));
    }

    private static CodecFactory<String> delimited() {
        return Codecs.delimited((byte) '|')
                .maxFrameBytes(LIMIT)
                .map(BadInputTest::text, text -> text.getBytes(ISO_8859_1));
    }

    private static CodecFactory<String> lines() {
        return Codecs.lines().maxLineBytes(LIMIT);
    }

    private static byte[] frame(int claimed, String body) {
        return ByteBuffer.allocate(4 + body.length())
                .putInt(claimed)
                .put(body.getBytes(ISO_8859_1))
                .array();
    }

    private static Stream<Arguments> breaches() {
        String tooLong = "x".repeat(LIMIT + 1);
        byte[] serialized = {(byte) 0xAC, (byte) 0xED, 0, 5, '|', '\n', 's', 'r'};
        return Stream.of(
                Arguments.of("P01 minus one", prefixed(), frame(-1, ""), "4294967295 bytes exceeds maxFrameBytes=1000"),
                Arguments.of("P01 most negative", prefixed(), frame(Integer.MIN_VALUE, ""), "maxFrameBytes=1000"),
                Arguments.of("P01 largest", prefixed(), frame(Integer.MAX_VALUE, ""), "maxFrameBytes=1000"),
                Arguments.of("P02 prefix", prefixed(), frame(LIMIT + 1, ""), "1001 bytes exceeds maxFrameBytes=1000"),
                Arguments.of("P02 line", lines(), (tooLong + "\n").getBytes(ISO_8859_1), "maxLineBytes=1000"),
                Arguments.of("P02 delimited", delimited(), (tooLong + "|").getBytes(ISO_8859_1), "maxFrameBytes=1000"),
                Arguments.of("P08 lone byte", lines(), "ab\u00ff\n".getBytes(ISO_8859_1), "offset 2 of the line"),
                Arguments.of("P08 overlong", lines(), "\u00c0\u0080\n".getBytes(ISO_8859_1), "offset 0 of the line"),
                Arguments.of("P08 torn", lines(), "abc\u00e4\u00b8\n".getBytes(ISO_8859_1), "offset 3 of the line"),
                Arguments.of("P11 lines", lines(), serialized, "offset 0 of the line"),
                Arguments.of("P11 prefix", prefixed(), serialized, "maxFrameBytes=1000"));
    }

    /** The reason says which limit, and the others go on. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("breaches")
    void aBreachClosesItsConnectionAlone(String name, CodecFactory<String> codec, byte[] sent, String detail)
            throws Exception {
        try (var server = MessageServer.builder(codec)
                        .listener(probe)
                        .limits(LIMITS)
                        .bind(0);
                RawPeer other = RawPeer.connect(server.port());
                RawPeer peer = RawPeer.connect(server.port())) {
            probe.opened.await(2);
            peer.send(sent);
            peer.awaitEnd();
            CloseReason reason = probe.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(reason.detail()).contains(detail);
            assertThat(reason.toString()).contains(String.valueOf(peer.localAddress()));
            assertThat(probe.messages.all()).isEmpty();
            other.send(sample(codec));
            assertThat(probe.messages.take()).isEqualTo("ok");
        }
    }

    /** A frame that says "ok". */
    private static byte[] sample(CodecFactory<String> codec) throws Exception {
        var out = io.github.packetboat.codec.FrameBuffer.allocate(16);
        codec.create().encode("ok", out);
        ByteBuffer bytes = out.bytes().flip();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    private static Stream<Arguments> largest() {
        String body = "x".repeat(LIMIT);
        return Stream.of(
                Arguments.of(prefixed(), frame(LIMIT, body)),
                Arguments.of(lines(), (body + "\n").getBytes(ISO_8859_1)),
                Arguments.of(lines(), (body + "\r\n").getBytes(ISO_8859_1)),
                Arguments.of(delimited(), (body + "|").getBytes(ISO_8859_1)));
    }

    /** P02: the limit itself is allowed. */
    @ParameterizedTest
    @MethodSource("largest")
    void aMessageAsLongAsTheLimitIsAMessage(CodecFactory<String> codec, byte[] sent) throws Exception {
        try (var server = MessageServer.builder(codec).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(sent);
            assertThat(probe.messages.take()).isEqualTo("x".repeat(LIMIT));
            assertThat(probe.closed.all()).isEmpty();
        }
    }

    /** P03, P05: nothing is too small or too many to be a message, and nobody else waits for it. */
    @Test
    void aMillionEmptyMessagesAreAMillionMessagesWhileOthersAreServed() throws Exception {
        int count = 1_000_000;
        Counter counter = new Counter();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                        .listener(counter)
                        .bind(0);
                RawPeer flood = RawPeer.connect(server.port());
                RawPeer other = RawPeer.connect(server.port())) {
            Thread sender = new Thread(() -> {
                byte[] frames = new byte[4 * 10_000];
                for (int i = 0; i < count / 10_000; i++) {
                    flood.send(frames);
                }
            });
            sender.start();
            int echoed = 0;
            while (counter.empty < count) {
                other.send(frame(1, "x"));
                assertThat(other.readExactly(5)).endsWith('x');
                echoed++;
            }
            sender.join();
            assertThat(counter.empty).isEqualTo(count);
            assertThat(echoed).isPositive();
        }
    }

    private static final class Counter implements MessageListener<byte[]> {
        volatile int empty;

        @Override
        public void onMessage(Connection<byte[]> connection, byte[] message) {
            if (message.length == 0) {
                empty = empty + 1; // one connection's thread alone
            } else {
                connection.send(message);
            }
        }
    }

    /** P04: as many segments as bytes. */
    @Test
    void aMessageThatComesByteByByteIsWhole() throws Exception {
        byte[] body = new byte[20_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) ('a' + i % 26);
        }
        try (var server = MessageServer.builder(
                                Codecs.lengthPrefixed().map(BadInputTest::text, text -> text.getBytes(ISO_8859_1)))
                        .listener(probe)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.socket().setTcpNoDelay(true);
            for (byte each : frame(body.length, text(body))) {
                peer.send(new byte[] {each});
            }
            assertThat(probe.messages.take()).isEqualTo(text(body));
        }
    }

    /** P05 */
    @Test
    void tenThousandMessagesOfOneSegmentComeInOrder() throws Exception {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            all.append(i).append('\n');
        }
        try (var server = MessageServer.builder(lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(all.toString());
            List<String> messages = probe.messages.await(10_000);
            for (int i = 0; i < 10_000; i++) {
                assertThat(messages.get(i)).isEqualTo(String.valueOf(i));
            }
        }
    }

    /** P06: what has no end is not read to its end. */
    @Test
    void aLineWithoutEndIsRefusedAtTheLimit() throws Exception {
        byte[] part = new byte[64 * 1024];
        Arrays.fill(part, (byte) 'x');
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .limits(LIMITS)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 160; i++) {
                        peer.send(part);
                    }
                } catch (UncheckedIOException refused) {
                    assertThat(refused).hasMessageContaining("send");
                }
            });
            sender.start();
            CloseReason reason = probe.closed.take();
            sender.join();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(reason.detail()).contains("maxLineBytes=65536");
            assertThat(server.stats().bytesReceived()).isLessThan(1 << 20);
        }
    }

    /** P07: LF ends a line, with or without CR before it; a CR elsewhere and NUL are text. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endsOfLinesAreFoundWhereverTheStreamIsCut(boolean slowly) throws Exception {
        String sent = "one\ntwo\r\nth\rree\n\r\n\nfo\0ur\r\n\r\r\n";
        try (var server = MessageServer.builder(lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            if (slowly) {
                peer.sendSlowly(sent);
            } else {
                peer.send(sent);
            }
            assertThat(probe.messages.await(7)).containsExactly("one", "two", "th\rree", "", "", "fo\0ur", "\r");
        }
    }

    private static Stream<Arguments> brokenJson() {
        return Stream.of(
                Arguments.of("nested", "[".repeat(100_000), "cannot decode a String: StackOverflowError"),
                Arguments.of("huge", "1e999999999", "cannot decode a String: ArithmeticException: Overflow"),
                Arguments.of("trailing", "[1]]", "cannot decode a String: IllegalArgumentException: trailing ]"),
                Arguments.of(
                        "twice", "{\"a\":1,\"a\":2}", "cannot decode a String: IllegalArgumentException: second a"));
    }

    /** P10: what the application's own parser cannot take is the peer's fault, even if it is the parser's. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenJson")
    void textThatBreaksTheApplicationsParserClosesItsConnectionAlone(String name, String sent, String detail)
            throws Exception {
        Probe<Object> parsed = new Probe<>();
        try (Reports reports = new Reports();
                var server = MessageServer.builder(
                                Codecs.lines().maxLineBytes(1 << 20).map(NaiveJson::read, Object::toString))
                        .listener(parsed)
                        .limits(LIMITS)
                        .bind(0);
                RawPeer other = RawPeer.connect(server.port());
                RawPeer peer = RawPeer.connect(server.port())) {
            parsed.opened.await(2);
            peer.send(sent + "\n");
            peer.awaitEnd();
            CloseReason reason = parsed.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(reason.detail()).startsWith(detail);
            assertThat(parsed.messages.all()).isEmpty();
            other.send("{\"a\":[1,20]}\n");
            assertThat(parsed.messages.take()).isEqualTo(Map.of("a", List.of(1L, 20L)));
            assertThat(reports.all()).isEmpty();
        }
    }

    /** Lists, maps and whole numbers, read as people do first: by recursion, without a limit. */
    private static final class NaiveJson {
        private final String text;
        private int at;

        private NaiveJson(String text) {
            this.text = text;
        }

        static Object read(String text) {
            NaiveJson json = new NaiveJson(text);
            Object value = json.value();
            if (json.at < text.length()) {
                throw new IllegalArgumentException("trailing " + json.next());
            }
            return value;
        }

        private char next() {
            return text.charAt(at);
        }

        private Object value() {
            return switch (next()) {
                case '[' -> list();
                case '{' -> map();
                default -> number();
            };
        }

        private List<Object> list() {
            List<Object> list = new ArrayList<>();
            do {
                at++;
                list.add(value());
            } while (next() == ',');
            at++;
            return list;
        }

        private Map<String, Object> map() {
            Map<String, Object> map = new HashMap<>();
            do {
                int end = text.indexOf('"', at + 2);
                String key = text.substring(at + 2, end);
                at = end + 2;
                if (map.put(key, value()) != null) {
                    throw new IllegalArgumentException("second " + key);
                }
            } while (next() == ',');
            at++;
            return map;
        }

        private Long number() {
            int start = at;
            while (at < text.length() && "0123456789e".indexOf(next()) >= 0) {
                at++;
            }
            return new BigDecimal(text.substring(start, at)).longValueExact();
        }
    }
}
