package io.github.packetboat.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.testkit.ManualClock;
import io.github.packetboat.testkit.Recorder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private final ManualClock clock = new ManualClock();
    private final Recorder<Throwable> errors = new Recorder<>();
    private final EventLoop loop;
    private final List<String> seen = new ArrayList<>();

    EventLoopTest() throws IOException {
        loop = new EventLoop(clock, errors);
    }

    @AfterEach
    void close() throws IOException {
        loop.close();
    }

    private final class Named extends Timers.Timer {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        protected void expired(long nowNanos) {
            seen.add(name);
            if (name.startsWith("bad")) {
                throw new IllegalStateException(name);
            }
        }
    }

    /** Owns a pipe; reads a byte when it is ready. */
    private final class Reader implements EventLoop.Ready {
        final Pipe pipe = Pipe.open();
        SelectionKey key;
        boolean failing;

        Reader() throws IOException {
            pipe.source().configureBlocking(false);
            key = loop.register(pipe.source(), SelectionKey.OP_READ, this);
        }

        void write(int value) throws IOException {
            pipe.sink().write(ByteBuffer.wrap(new byte[] {(byte) value}));
        }

        @Override
        public void onReady(int ops) {
            ByteBuffer one = ByteBuffer.allocate(1);
            try {
                pipe.source().read(one);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            seen.add("read " + one.get(0));
            if (failing) {
                throw new IllegalStateException("failing");
            }
        }

        @Override
        public void onFailure(Throwable failure) {
            seen.add("failure " + failure.getMessage());
        }

        @Override
        public void onRegistered(SelectionKey fresh) {
            key = fresh;
        }

        void close() throws IOException {
            pipe.source().close();
            pipe.sink().close();
        }
    }

    @Test
    void timersFireInOrderWhenTheClockSaysSoAndOneThatThrowsStopsNoOther() throws IOException {
        long now = clock.getAsLong();
        loop.timers().schedule(new Named("second"), now + 2000);
        loop.timers().schedule(new Named("bad first"), now + 1000);
        loop.timers().schedule(new Named("far"), now + Duration.ofSeconds(5).toNanos());
        loop.runOnce(0);
        assertThat(seen).isEmpty();
        clock.advance(Duration.ofNanos(2000));
        loop.runOnce(0);
        assertThat(seen).containsExactly("bad first", "second");
        assertThat(errors.all()).singleElement().satisfies(e -> assertThat(e).hasMessage("bad first"));
        // across the overflow of nanoTime
        clock.advance(Duration.ofSeconds(5));
        loop.runOnce(Long.MAX_VALUE);
        assertThat(seen).endsWith("far");
    }

    @Test
    void tasksRunInOrderAndThoseTheyGiveRunInTheSameTurn() throws IOException {
        loop.execute(() -> {
            seen.add("a");
            loop.execute(() -> seen.add("c"));
        });
        loop.execute(() -> {
            seen.add("b");
            throw new IllegalStateException("bad task");
        });
        loop.runOnce(Long.MAX_VALUE);
        assertThat(seen).containsExactly("a", "b", "c");
        assertThat(errors.all()).hasSize(1);
    }

    @Test
    void aFloodOfTasksDoesNotKeepChannelsAndTimersWaiting() throws IOException {
        Reader reader = new Reader();
        AtomicInteger count = new AtomicInteger();
        Runnable again = new Runnable() {
            @Override
            public void run() {
                count.incrementAndGet();
                loop.execute(this);
            }
        };
        loop.execute(again);
        reader.write(7);
        loop.timers().schedule(new Named("timer"), clock.getAsLong());
        loop.runOnce(Long.MAX_VALUE);
        loop.runOnce(Long.MAX_VALUE);
        assertThat(count.get()).isPositive();
        assertThat(seen).containsExactlyInAnyOrder("read 7", "timer");
        reader.close();
    }

    @Test
    void anOwnerThatThrowsIsToldAndTheLoopGoesOn() throws IOException {
        Reader bad = new Reader();
        bad.failing = true;
        Reader good = new Reader();
        bad.write(1);
        good.write(2);
        loop.runOnce(Long.MAX_VALUE);
        while (seen.size() < 3) {
            loop.runOnce(Long.MAX_VALUE);
        }
        assertThat(seen).contains("read 1", "failure failing", "read 2");
        bad.close();
        good.close();
    }

    @Test
    void aTaskFromAnotherThreadWakesTheLoop() throws Exception {
        for (int round = 0; round < 2000; round++) {
            int number = round;
            Thread other = new Thread(() -> loop.execute(() -> seen.add("task " + number)));
            other.start();
            while (seen.size() <= round) {
                loop.runOnce(Long.MAX_VALUE);
            }
            other.join();
        }
        assertThat(seen).hasSize(2000);
    }

    @Test
    void aRebuiltLoopServesItsChannelsAsBefore() throws IOException {
        Reader reader = new Reader();
        Reader paused = new Reader();
        paused.key.interestOps(0);
        Reader closed = new Reader();
        closed.close();
        SelectionKey before = reader.key;
        loop.rebuild();
        assertThat(reader.key).isNotSameAs(before);
        assertThat(paused.key.interestOps()).isZero();
        assertThat(loop.channels()).isEqualTo(2);
        reader.write(5);
        paused.write(6);
        loop.runOnce(Long.MAX_VALUE);
        loop.runOnce(0);
        assertThat(seen).containsExactly("read 5");
        paused.key.interestOps(SelectionKey.OP_READ);
        loop.runOnce(Long.MAX_VALUE);
        assertThat(seen).containsExactly("read 5", "read 6");
        assertThat(errors.all()).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("512 times"));
        loop.execute(() -> seen.add("task"));
        loop.runOnce(Long.MAX_VALUE);
        assertThat(seen).endsWith("task");
        reader.close();
        paused.close();
    }

    @Test
    void anInterruptOfTheLoopsThreadIsForgotten() throws IOException {
        loop.execute(() -> Thread.currentThread().interrupt());
        loop.runOnce(0);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aStoppedLoopTakesNoMore() {
        loop.stop();
        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void theSharedSetEndsWithItsLastUser() {
        EventLoops first = EventLoops.shared();
        EventLoops second = EventLoops.shared();
        assertThat(second).isSameAs(first);
        first.release();
        EventLoop any = second.next();
        any.execute(() -> seen.add("alive"));
        second.release();
        assertThatThrownBy(() -> any.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        EventLoops third = EventLoops.shared();
        assertThat(third).isNotSameAs(first);
        third.release();
    }
}
