package io.github.packetboat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void theCeilingDoublesUpToTheMaximum() {
        Backoff backoff = Backoff.exponential(Duration.ofMillis(200), Duration.ofSeconds(30));
        assertThat(backoff.ceiling(0)).hasMillis(200);
        assertThat(backoff.ceiling(1)).hasMillis(400);
        assertThat(backoff.ceiling(7)).hasMillis(25_600);
        for (int attempt : new int[] {8, 31, 32, 63, 64, 1000, Integer.MAX_VALUE}) {
            assertThat(backoff.ceiling(attempt)).hasSeconds(30);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> backoff.ceiling(-1));
    }

    @Test
    void waitsAreSpreadEvenlyFromZeroToTheCeiling() {
        Backoff backoff = Backoff.exponential(Duration.ofNanos(10), Duration.ofNanos(10));
        SplittableRandom random = new SplittableRandom(1);
        int[] seen = new int[11];
        for (int i = 0; i < 11_000; i++) {
            seen[Math.toIntExact(backoff.next(3, random).toNanos())]++;
        }
        assertThat(IntStream.of(seen)).allMatch(count -> count > 800 && count < 1200);
    }

    @Test
    void theLongestTimesDoNotOverflow() {
        Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
        Backoff backoff = Backoff.exponential(longest, longest);
        for (int attempt = 0; attempt < 70; attempt++) {
            assertThat(backoff.ceiling(attempt)).isEqualTo(longest);
        }
    }
}
