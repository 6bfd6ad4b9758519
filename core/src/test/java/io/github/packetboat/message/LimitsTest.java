package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class LimitsTest {

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        Limits limits = Limits.defaults();
        assertThat(limits.maxConnections()).isEqualTo(10_000);
        assertThat(limits.handshakeTimeout()).hasSeconds(10);
        assertThat(limits.frameTimeout()).hasSeconds(30);
        assertThat(limits.highWaterMarkBytes()).isEqualTo(1_048_576);
        assertThat(limits.lowWaterMarkBytes()).isEqualTo(262_144);
        assertThat(limits.maxQueuedBytes()).isEqualTo(8_388_608);
        assertThat(limits.writeStallTimeout()).hasSeconds(30);
        assertThat(limits.closeFlushTimeout()).hasSeconds(5);
        assertThat(limits.lingerTimeout()).hasSeconds(2);
        assertThat(limits.maxPendingMessages()).isEqualTo(10_000);
        assertThat(limits.inboundBudgetBytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);
    }

    @Test
    void eachLimitCanBeSetAndIsShown() {
        Limits limits = Limits.builder()
                .maxConnections(1)
                .handshakeTimeout(Duration.ofSeconds(2))
                .frameTimeout(Duration.ofSeconds(3))
                .lowWaterMarkBytes(4)
                .highWaterMarkBytes(5)
                .maxQueuedBytes(6)
                .writeStallTimeout(Duration.ofSeconds(7))
                .closeFlushTimeout(Duration.ofSeconds(8))
                .lingerTimeout(Duration.ofSeconds(9))
                .maxPendingMessages(10)
                .inboundBudgetBytes(11)
                .build();
        String shown = "Limits[maxConnections=1, handshakeTimeout=PT2S, frameTimeout=PT3S, highWaterMarkBytes=5, "
                + "lowWaterMarkBytes=4, maxQueuedBytes=6, writeStallTimeout=PT7S, "
                + "closeFlushTimeout=PT8S, lingerTimeout=PT9S, "
                + "maxPendingMessages=10, inboundBudgetBytes=11]";
        assertThat(limits).hasToString(shown);
        assertThat(limits.toBuilder().build()).hasToString(shown);
    }

    @Test
    void aBuilderUsedOnDoesNotTouchWhatItHasBuilt() {
        Limits.Builder builder = Limits.builder().maxConnections(1);
        Limits first = builder.build();
        Limits second = builder.maxConnections(2).build();
        assertThat(first.maxConnections()).isEqualTo(1);
        assertThat(second.maxConnections()).isEqualTo(2);
    }

    @Test
    void aNumberThatIsNotPositiveIsRefusedByName() {
        Map<String, BiConsumer<Limits.Builder, Integer>> setters = Map.of(
                "maxConnections", Limits.Builder::maxConnections,
                "highWaterMarkBytes", Limits.Builder::highWaterMarkBytes,
                "lowWaterMarkBytes", Limits.Builder::lowWaterMarkBytes,
                "maxQueuedBytes", Limits.Builder::maxQueuedBytes,
                "maxPendingMessages", Limits.Builder::maxPendingMessages,
                "inboundBudgetBytes", (b, n) -> b.inboundBudgetBytes(n));
        setters.forEach((name, setter) -> {
            for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> setter.accept(Limits.builder(), bad))
                        .withMessage(name + "=" + bad + " is below 1");
            }
        });
    }

    @Test
    void aDurationThatIsNullNotPositiveOrTooLongIsRefusedByName() {
        Map<String, BiFunction<Limits.Builder, Duration, Limits.Builder>> setters = Map.of(
                "handshakeTimeout", Limits.Builder::handshakeTimeout,
                "frameTimeout", Limits.Builder::frameTimeout,
                "writeStallTimeout", Limits.Builder::writeStallTimeout,
                "closeFlushTimeout", Limits.Builder::closeFlushTimeout,
                "lingerTimeout", Limits.Builder::lingerTimeout);
        setters.forEach((name, setter) -> {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> setter.apply(Limits.builder(), null))
                    .withMessage(name + " must not be null");
            for (Duration bad :
                    new Duration[] {Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MAX_VALUE)}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> setter.apply(Limits.builder(), bad))
                        .withMessageStartingWith(name + "=" + bad + " is ");
            }
        });
    }

    @Test
    void contradictingMarksAreRefusedWithBothNames() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.builder().lowWaterMarkBytes(2_000_000).build())
                .withMessage("lowWaterMarkBytes=2000000 is above highWaterMarkBytes=1048576");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Limits.builder().maxQueuedBytes(1000).build())
                .withMessage("highWaterMarkBytes=1048576 is above maxQueuedBytes=1000");
    }
}
