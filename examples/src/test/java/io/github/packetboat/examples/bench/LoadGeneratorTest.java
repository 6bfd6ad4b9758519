package io.github.packetboat.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.examples.bench.LoadResult.Figure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Figures of a server that does its work badly are worth nothing, so the generator must notice. */
class LoadGeneratorTest {
    /** What can go wrong with one message. */
    enum Wrong implements WrongServer.Fault {
        SPOILED_IN_THE_MIDDLE {
            @Override
            public byte[] apply(byte[] frame) {
                frame[40] ^= 1;
                return frame;
            }
        },
        SPOILED_IN_THE_LAST_BYTE {
            @Override
            public byte[] apply(byte[] frame) {
                frame[frame.length - 1] ^= (byte) 0x80;
                return frame;
            }
        },
        OF_ANOTHER_SENDER {
            @Override
            public byte[] apply(byte[] frame) {
                frame[7] ^= 1;
                return frame;
            }
        },
        ONE_BYTE_TOO_LONG {
            @Override
            public byte[] apply(byte[] frame) {
                return ByteBuffer.allocate(frame.length + 1)
                        .put(frame)
                        .putInt(0, frame.length - 3)
                        .array();
            }
        },
        ONE_BYTE_TOO_SHORT {
            @Override
            public byte[] apply(byte[] frame) {
                return ByteBuffer.wrap(Arrays.copyOf(frame, frame.length - 1))
                        .putInt(0, frame.length - 5)
                        .array();
            }
        },
        DROPPED {
            @Override
            public byte[] apply(byte[] frame) {
                return new byte[0];
            }
        },
        DOUBLED {
            @Override
            public byte[] apply(byte[] frame) {
                return ByteBuffer.allocate(2 * frame.length)
                        .put(frame)
                        .put(frame)
                        .array();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongEchoIsNoticed(Wrong wrong) throws IOException {
        try (WrongServer server = new WrongServer(false, wrong)) {
            assertThatThrownBy(() -> LoadGenerator.run(echo(server, 4))).isInstanceOf(LoadFailedException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongEchoIsNoticedWithOneMessageInFlight(Wrong wrong) throws IOException {
        try (WrongServer server = new WrongServer(false, wrong)) {
            assertThatThrownBy(() -> LoadGenerator.run(echo(server, 1))).isInstanceOf(LoadFailedException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongDeliveryToOneSubscriberIsNoticed(Wrong wrong) throws IOException {
        try (WrongServer server = new WrongServer(true, wrong)) {
            assertThatThrownBy(() -> LoadGenerator.run(broadcast(server))).isInstanceOf(LoadFailedException.class);
        }
    }

    @Test
    void aRightEchoIsMeasured() throws Exception {
        try (WrongServer server = new WrongServer(false, frame -> frame)) {
            LoadResult result = LoadGenerator.run(echo(server, 4));
            assertThat(result.get(Figure.MESSAGES_PER_SECOND)).isPositive();
            assertThat(result.get(Figure.P50_MICROS)).isPositive();
            assertThat(result.get(Figure.P99_MICROS)).isGreaterThanOrEqualTo(result.get(Figure.P50_MICROS));
        }
    }

    @Test
    void aRightBroadcastIsMeasured() throws Exception {
        try (WrongServer server = new WrongServer(true, frame -> frame)) {
            assertThat(LoadGenerator.run(broadcast(server)).get(Figure.MESSAGES_PER_SECOND))
                    .isPositive();
        }
    }

    @Test
    void aServerThatHangsUpIsNoticed() throws IOException {
        WrongServer.Fault hangUp = frame -> {
            throw new IOException("hang up");
        };
        try (WrongServer server = new WrongServer(false, hangUp)) {
            assertThatThrownBy(() -> LoadGenerator.run(echo(server, 4))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void onlyLoopbackIsPutUnderLoad() {
        InetSocketAddress elsewhere = new InetSocketAddress("192.0.2.1", 9);
        assertThatThrownBy(() -> LoadGenerator.run(options(Scenario.S1, elsewhere, 2, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
    }

    private static LoadOptions echo(WrongServer server, int window) {
        return options(Scenario.S1, server.address(), 2, window);
    }

    private static LoadOptions broadcast(WrongServer server) {
        return options(Scenario.S5, server.address(), 10, 4);
    }

    private static LoadOptions options(Scenario scenario, InetSocketAddress target, int connections, int window) {
        return new LoadOptions(
                scenario,
                target,
                connections,
                window,
                64,
                Duration.ofMillis(100),
                Duration.ofMillis(400),
                Duration.ofMillis(1000),
                0);
    }
}
