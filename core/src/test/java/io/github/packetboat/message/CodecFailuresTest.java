package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Reports;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A codec that fails, or breaks its contract, closes its connection; one that cannot encode is its caller's affair. */
class CodecFailuresTest {
    /** A codec of lines that misbehaves at the line "bad". */
    private static final class Misbehaving implements Codec<String> {
        private final Codec<String> lines = Codecs.lines().create();
        private final String how;

        Misbehaving(String how) {
            this.how = how;
        }

        @Override
        public String decode(ByteBuffer in) throws CodecException {
            int start = in.position();
            String line = lines.decode(in);
            if (!"bad".equals(line)) {
                return line;
            }
            switch (how) {
                case "codec exception" -> throw new CodecException("no such line");
                case "runtime exception" -> throw new IllegalStateException("bug in the codec");
                case "error" -> throw new AssertionError("bug in the codec");
                case "consumes nothing" -> in.position(start);
                case "goes back" -> in.position(0);
                case "moves the limit" -> in.limit(in.position());
                case "moves the limit and returns nothing" -> {
                    in.limit(in.position());
                    return null;
                }
                case "consumes and returns nothing" -> {
                    return null;
                }
                default -> throw new AssertionError(how);
            }
            return line;
        }

        @Override
        public void encode(String line, FrameBuffer out) throws CodecException {
            out.put(new byte[100]);
            if (line.equals("bad")) {
                switch (how) {
                    case "codec exception" -> throw new CodecException("no such line");
                    case "runtime exception" -> throw new IllegalStateException("bug in the codec");
                    default -> throw new AssertionError("bug in the codec");
                }
            }
            out.setByte(0, '[').setByte(99, '\n');
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "codec exception",
                "runtime exception",
                "error",
                "consumes nothing",
                "goes back",
                "moves the limit",
                "moves the limit and returns nothing"
            })
    void aCodecThatFailsOrBreaksItsContractClosesTheConnection(String how) throws Exception {
        for (boolean paused : new boolean[] {false, true}) {
            Probe<String> probe = new Probe<>();
            probe.onMessage = (connection, line) -> {
                connection.send(line);
                if (paused && line.equals("good")) {
                    connection.pauseReads();
                }
            };
            try (Reports reports = new Reports();
                    var server = MessageServer.builder(() -> new Misbehaving(how))
                            .listener(probe)
                            .bind(0);
                    RawPeer healthy = RawPeer.connect(server.port());
                    RawPeer peer = RawPeer.connect(server.port())) {
                peer.send("good\nbad\nmore\n");
                if (paused) {
                    probe.messages.await(1);
                    server.connections().forEach(Connection::resumeReads);
                }
                assertThat(peer.readUntilEof()).hasSize(100);
                peer.halfClose();
                CloseReason reason = probe.closed.take();
                assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
                assertThat(reason.detail())
                        .contains(
                                switch (how) {
                                    case "codec exception" -> "no such line";
                                    case "runtime exception", "error" -> "bug in the codec";
                                    default -> "breaks its contract";
                                })
                        .contains("after ");
                healthy.send("alive\n");
                assertThat(healthy.readExactly(100)).startsWith((byte) '[');
                assertThat(reports.all()).hasSizeLessThanOrEqualTo(1);
                assertThat(probe.messages.all()).doesNotContain("bad", "more");
            } catch (AssertionError e) {
                throw new AssertionError("paused=" + paused, e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"codec exception", "runtime exception", "error"})
    void aMessageThatCannotBeEncodedIsTheSendersBugAndLeavesNoTrace(String how) throws Exception {
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            connection.send("before");
            try {
                connection.send("bad");
            } catch (RuntimeException | AssertionError e) {
                connection.attributes().put("thrown", e);
            }
            connection.send("after");
        };
        try (var server = MessageServer.builder(() -> new Misbehaving(how))
                        .listener(probe)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            peer.send("go\n");
            assertThat(peer.readExactly(200)).hasSize(200);
            assertThat(connection.attributes()).containsKey("thrown");
            connection.send("before");
            Throwable thrown = null;
            try {
                connection.send("bad");
            } catch (RuntimeException | AssertionError e) {
                thrown = e;
            }
            assertThat(thrown)
                    .isInstanceOf(how.equals("codec exception") ? IllegalArgumentException.class : Throwable.class);
            try {
                server.everyone().broadcast("bad");
                thrown = null;
            } catch (RuntimeException | AssertionError e) {
                thrown = e;
            }
            assertThat(thrown).isNotNull();
            connection.send("after");
            assertThat(peer.readExactly(200)).hasSize(200);
            connection.flushed().join();
            assertThat(connection.stats().bytesSent()).isEqualTo(400);
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void aFrameOverTheCodecsOwnLimitIsClosedEvenIfTheCodecForgets() throws Exception {
        Probe<String> probe = new Probe<>();
        Codec<String> hoarder = new Codec<>() {
            @Override
            public String decode(ByteBuffer in) {
                return null;
            }

            @Override
            public void encode(String message, FrameBuffer out) {}

            @Override
            public int maxFrameBytes() {
                return 10_000;
            }
        };
        try (var server = MessageServer.builder(() -> hoarder).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(new byte[20_000]).halfClose();
            assertThat(probe.closed.take().detail()).contains("maxFrameBytes=10000");
        }
    }

    @Test
    void viewsAreRefusedWithAnExecutorBeforeAnythingIsBound() {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> MessageServer.builder(Codecs.lengthPrefixed().views())
                                    .executor(pool)
                                    .bind(0))
                    .withMessageContaining("executor");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> MessageClient.builder(Codecs.lengthPrefixed().views())
                                    .executor(pool)
                                    .connect("127.0.0.1", 1))
                    .withMessageContaining("executor");
        } finally {
            pool.shutdown();
        }
    }
}
