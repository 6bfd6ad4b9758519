package io.github.packetboat.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever bytes come, in whatever pieces: the same outcome, nothing thrown but a CodecException, nothing kept beyond the
 * limits. For longer: {@code JAZZER_FUZZ=1 mvn -pl core test -Dtest=WebSocketFuzzTest#serverFrames}.
 */
@Tag("fuzz")
@Timeout(value = 1, unit = TimeUnit.DAYS, threadMode = Timeout.ThreadMode.SAME_THREAD) // fuzzing outlasts the default
final class WebSocketFuzzTest {
    private static final Conversation.Line SERVER = new Conversation.Line(null, 0, false);
    private static final Conversation.Line CLIENT = new Conversation.Line("example.org", 80, false);
    private static final int MAX_BYTES = 300;

    private static <M> void sameHoweverCut(CodecFactory<M> codecs, Conversation.Line line, byte[] stream) {
        Session.Outcome whole = Session.play(codecs, line, stream);
        for (int cut = 1; cut < stream.length; cut += Math.max(1, stream.length / 7)) {
            Session.Outcome inTwo = Session.play(codecs, line, stream, cut);
            assertThat(inTwo.messages()).isEqualTo(whole.messages());
            assertThat(inTwo.error()).isEqualTo(whole.error());
            assertThat(inTwo.closeCode()).isEqualTo(whole.closeCode());
            assertThat(inTwo.phase()).isEqualTo(whole.phase());
        }
        for (String message : whole.messages()) {
            assertThat(message.length()).isLessThanOrEqualTo(8 * MAX_BYTES);
        }
    }

    private static Bytes opened(byte[] frames, String header) {
        Bytes stream = new Bytes().text(Bytes.crlf(Bytes.REQUEST.replace("Upgrade: w", header + "Upgrade: w")));
        for (byte each : frames) {
            stream.hex("%02x".formatted(each));
        }
        return stream;
    }

    @FuzzTest(maxDuration = "2m")
    void serverHandshake(byte[] bytes) {
        sameHoweverCut(
                WebSockets.text("/chat")
                        .subprotocols("a")
                        .page("/", () -> Page.text("x"))
                        .deflate(),
                SERVER,
                bytes);
    }

    @FuzzTest(maxDuration = "2m")
    void clientHandshake(byte[] bytes) {
        Session.Outcome outcome =
                Session.play(WebSockets.textClient("/chat").subprotocols("a").deflate(), CLIENT, bytes);
        assertThat(outcome.messages()).isEmpty(); // nobody can guess what the key wants
    }

    @FuzzTest(maxDuration = "2m")
    void serverFrames(byte[] bytes) {
        sameHoweverCut(
                WebSockets.messages("/chat").maxFrameBytes(MAX_BYTES / 2).maxMessageBytes(MAX_BYTES),
                SERVER,
                opened(bytes, "").toArray());
    }

    @FuzzTest(maxDuration = "2m")
    void clientFrames(byte[] bytes) {
        Sizes sizes = new Sizes(MAX_BYTES / 2, MAX_BYTES, 10);
        Writers<WebSocketMessage> writers = new Writers<>(Kind.BOTH, true, sizes);
        sameHoweverCut(() -> new WebSocketConversation<>(writers, new Unasked()), CLIENT, bytes);
    }

    @FuzzTest(maxDuration = "2m")
    void inflation(byte[] bytes) {
        try {
            assertThat(Deflate.inflate(bytes, bytes.length, MAX_BYTES)).hasSizeLessThanOrEqualTo(MAX_BYTES);
        } catch (WebSocketException e) {
            assertThat(e.closeCode()).isIn(CloseCode.INVALID_DATA, CloseCode.TOO_LARGE);
        }
    }

    /** A client whose server has agreed to everything before it said a word. */
    private static final class Unasked implements Opening {
        @Override
        public void begin(Conversation.Line line, io.github.packetboat.codec.FrameBuffer out) {}

        @Override
        public Outcome decode(java.nio.ByteBuffer in) {
            return new Outcome(
                    new io.github.packetboat.codec.Handshake("/", java.util.Map.of(), null), new Deflate(15), "");
        }

        @Override
        public void answer(io.github.packetboat.codec.FrameBuffer out) {}

        @Override
        public void refuse(Throwable failure, io.github.packetboat.codec.FrameBuffer out) {}
    }
}
