package io.github.packetboat.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpinGuardTest {
    private static final long MICRO = 1000;
    private final SpinGuard guard = new SpinGuard();
    private long now = Long.MAX_VALUE - 1000;

    private boolean idle(long afterNanos) {
        now += afterNanos;
        return guard.turn(true, now);
    }

    @Test
    void itSpeaksUpOnceAfterSoManyIdleTurnsOnEndAndAgainAfterAsManyMore() {
        guard.turn(false, now);
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i < SpinGuard.LIMIT; i++) {
                assertThat(idle(MICRO)).isFalse();
            }
            assertThat(idle(MICRO)).isTrue();
        }
    }

    @Test
    void aTurnWithWorkOrAPauseStartsTheCountAnew() {
        for (int i = 0; i < 5 * SpinGuard.LIMIT; i++) {
            if (i % 500 == 0) {
                now += MICRO;
                assertThat(guard.turn(false, now)).isFalse();
            }
            assertThat(idle(i % 300 == 0 ? 2_000_000 : MICRO)).isFalse();
        }
    }
}
