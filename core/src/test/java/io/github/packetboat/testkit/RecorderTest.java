package io.github.packetboat.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecorderTest {
    private final Recorder<String> recorder = new Recorder<>();

    @Test
    void waitsForEventsOfOtherThreadsAndKeepsTheirOrder() {
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(() -> List.of("a", "b", "c").forEach(recorder));

        assertThat(recorder.take()).isEqualTo("a");
        assertThat(recorder.await(3)).containsExactly("a", "b", "c");
        assertThat(recorder.take()).isEqualTo("b");
        assertThatThrownBy(recorder::assertNothingMore)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("[c]");
        assertThat(recorder.take()).isEqualTo("c");
        recorder.assertNothingMoreWithin(Duration.ofMillis(5));
        assertThat(recorder.all()).containsExactly("a", "b", "c");
        other.join();
    }

    @Test
    void awaitReturnsAsSoonAsTheConditionHolds() {
        AtomicInteger calls = new AtomicInteger();

        Await.until("third call", () -> calls.incrementAndGet() == 3);
        Await.untilEqual("calls", 5, calls::incrementAndGet);

        assertThat(calls).hasValue(5);
    }

    @Test
    void theClockMovesOnlyWhenToldAndOverflowsSoon() {
        ManualClock clock = new ManualClock();
        long start = clock.getAsLong();

        clock.advance(Duration.ofSeconds(2));

        assertThat(clock.getAsLong() - start).isEqualTo(2_000_000_000L);
        assertThat(clock.getAsLong()).isNegative();
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-0.000000001S");
    }
}
