package io.github.packetboat.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
    private final ArrayDeque<Runnable> handed = new ArrayDeque<>();
    private final List<Integer> ran = new ArrayList<>();
    private final AtomicInteger rejections = new AtomicInteger();
    private final AtomicInteger rooms = new AtomicInteger();
    private boolean rejecting;

    private SerialExecutor serial(int crowdedFrom) {
        return new SerialExecutor(
                task -> {
                    if (rejecting) {
                        throw new RejectedExecutionException();
                    }
                    handed.add(task);
                },
                rejections::incrementAndGet,
                crowdedFrom,
                rooms::incrementAndGet);
    }

    private void runHanded() {
        Runnable task;
        while ((task = handed.poll()) != null) {
            task.run();
        }
    }

    @Test
    void tasksRunInOrderOneHandOverAtATime() {
        SerialExecutor serial = serial(1000);
        for (int i = 0; i < 600; i++) {
            int number = i;
            serial.execute(() -> ran.add(number));
        }
        assertThat(handed).hasSize(1);
        // after so many tasks the thread is offered to others
        handed.remove().run();
        assertThat(ran).hasSizeLessThan(600);
        assertThat(handed).hasSize(1);
        runHanded();
        assertThat(ran).hasSize(600).isSorted();
        serial.execute(() -> ran.add(600));
        runHanded();
        assertThat(ran).hasSize(601).isSorted();
        assertThat(serial.size()).isZero();
    }

    @Test
    void itIsCrowdedFromTheBoundUntilHalfOfItHasRun() {
        SerialExecutor serial = serial(4);
        assertThat(serial.execute(() -> ran.add(0))).isTrue();
        assertThat(serial.execute(() -> ran.add(1))).isTrue();
        assertThat(serial.execute(() -> ran.add(2))).isTrue();
        assertThat(serial.execute(() -> {
                    ran.add(3);
                    assertThat(rooms).hasValue(1);
                }))
                .isFalse();
        assertThat(serial.execute(() -> ran.add(4))).isFalse();
        assertThat(rooms).hasValue(0);
        runHanded();
        assertThat(rooms).hasValue(1);
        assertThat(serial.execute(() -> ran.add(5))).isTrue();
        runHanded();
        assertThat(ran).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void whatWasRejectedWaitsForTheRetryInOrder() {
        SerialExecutor serial = serial(1000);
        rejecting = true;
        for (int i = 0; i < 5; i++) {
            int number = i;
            serial.execute(() -> ran.add(number));
        }
        assertThat(rejections).hasValue(1);
        serial.retry();
        assertThat(rejections).hasValue(2);
        rejecting = false;
        serial.retry();
        serial.execute(() -> ran.add(5));
        runHanded();
        assertThat(ran).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void aRejectionInTheMiddleLosesNothing() {
        SerialExecutor serial = serial(10_000);
        for (int i = 0; i < 600; i++) {
            int number = i;
            serial.execute(() -> ran.add(number));
        }
        rejecting = true;
        handed.remove().run();
        assertThat(rejections).hasValue(1);
        rejecting = false;
        serial.retry();
        runHanded();
        assertThat(ran).hasSize(600).isSorted();
    }

    @Test
    void whatIsAbandonedIsForgotten() {
        SerialExecutor serial = serial(1000);
        rejecting = true;
        serial.execute(() -> ran.add(0));
        serial.execute(() -> ran.add(1));
        assertThat(serial.abandon()).isEqualTo(2);
        assertThat(serial.size()).isZero();
        assertThat(ran).isEmpty();
    }

    @Test
    void tasksOfOneNeverOverlapOnAPool() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            SerialExecutor serial = new SerialExecutor(pool, () -> {}, 1 << 20, () -> {});
            CountDownLatch done = new CountDownLatch(100_000);
            int[] count = new int[1]; // not atomic: the executor must order the tasks and publish what they did
            Thread[] threads = new Thread[4];
            for (int t = 0; t < threads.length; t++) {
                threads[t] = new Thread(() -> {
                    for (int i = 0; i < 25_000; i++) {
                        serial.execute(() -> {
                            count[0]++;
                            done.countDown();
                        });
                    }
                });
                threads[t].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(count[0]).isEqualTo(100_000);
        } finally {
            pool.shutdown();
        }
    }
}
