package io.github.packetboat.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 255, 256, 1000, 65_535, 65_536, 10_000_000, 3_000_000_000L, 1L << 39})
    void aDurationComesBackWithinOnePercent(long nanos) {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(nanos, 1);
        assertThat(histogram.quantileMicros(0.5)).isCloseTo(nanos / 1e3, within(nanos * 0.008 / 1e3));
    }

    @Test
    void quantilesCountFromBelow() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(100, 98);
        histogram.add(200, 1);
        histogram.add(5_000_000, 1);
        assertThat(histogram.total()).isEqualTo(100);
        assertThat(histogram.quantileMicros(0.5)).isEqualTo(0.1);
        assertThat(histogram.quantileMicros(0.99)).isEqualTo(0.2);
        assertThat(histogram.quantileMicros(0.999)).isCloseTo(5000, within(40.0));
    }

    @Test
    void whatIsTooLongCountsAsTheLongest() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.add(Long.MAX_VALUE, 1);
        assertThat(histogram.quantileMicros(0.5)).isGreaterThan(1e9);
    }

    @Test
    void noDurationsHaveNoQuantile() {
        assertThat(new LatencyHistogram().quantileMicros(0.99)).isZero();
    }
}
