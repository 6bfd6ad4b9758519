package io.github.packetboat.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimersTest {
    private final Timers timers = new Timers();

    private static final class Named extends Timers.Timer {
        @Override
        protected void expired(long nowNanos) {
            throw new AssertionError("the loop calls this, not the timers");
        }
    }

    /** Whatever is scheduled, moved, cancelled and taken: it behaves as a sorted list, also where nanoTime overflows. */
    @ParameterizedTest
    @ValueSource(longs = {0, -500, Long.MAX_VALUE - 500, Long.MIN_VALUE})
    void theyComeInTheOrderOfTheirDeadlines(long start) {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Named> scheduled = new ArrayList<>();
            List<Named> idle = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                idle.add(new Named());
            }
            long now = start;
            for (int step = 0; step < 300; step++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        if (!idle.isEmpty()) {
                            Named timer = idle.remove(random.nextInt(idle.size()));
                            timers.schedule(timer, now + random.nextInt(100));
                            scheduled.add(timer);
                        }
                    }
                    case 1 -> {
                        if (!scheduled.isEmpty()) {
                            timers.schedule(scheduled.get(random.nextInt(scheduled.size())), now + random.nextInt(100));
                        }
                    }
                    case 2 -> {
                        if (!scheduled.isEmpty() && random.nextBoolean()) {
                            Named timer = scheduled.remove(random.nextInt(scheduled.size()));
                            timers.cancel(timer);
                            timers.cancel(timer);
                            assertThat(timer.isScheduled()).isFalse();
                            idle.add(timer);
                        }
                    }
                    default -> {
                        now += random.nextInt(20);
                        takeExpired(now, scheduled, idle);
                    }
                }
                assertThat(timers.size()).isEqualTo(scheduled.size());
                assertThat(timers.untilNext(now)).isEqualTo(untilNext(now, scheduled));
            }
            takeExpired(now + 1000, scheduled, idle);
            assertThat(timers.isEmpty()).isTrue();
        }
    }

    private void takeExpired(long now, List<Named> scheduled, List<Named> idle) {
        scheduled.sort(Comparator.comparingLong(timer -> timer.deadlineNanos() - now));
        while (!scheduled.isEmpty() && scheduled.get(0).deadlineNanos() - now <= 0) {
            long expected = scheduled.get(0).deadlineNanos();
            Timers.Timer timer = timers.pollExpired(now);
            assertThat(timer).isNotNull();
            assertThat(timer.deadlineNanos()).isEqualTo(expected);
            assertThat(timer.isScheduled()).isFalse();
            assertThat(scheduled.remove(timer)).isTrue();
            idle.add((Named) timer);
        }
        assertThat(timers.pollExpired(now)).isNull();
    }

    private static long untilNext(long now, List<Named> scheduled) {
        return scheduled.stream()
                .mapToLong(timer -> Math.max(0, timer.deadlineNanos() - now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    @Test
    void thousandsCanBeScheduledAndCancelledInAnyOrder() {
        List<Named> all = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Named timer = new Named();
            all.add(timer);
            timers.schedule(timer, (i * 7919L) % 10_007);
        }
        java.util.Collections.shuffle(all, new Random(1));
        all.forEach(timers::cancel);
        assertThat(timers.isEmpty()).isTrue();
        assertThat(timers.untilNext(0)).isEqualTo(Long.MAX_VALUE);
    }
}
