package io.github.packetboat.internal.io;

import io.github.packetboat.testkit.ManualClock;
import java.io.IOException;
import java.time.Duration;

/** An event loop that the test's thread steps, with a clock that it moves. Not thread-safe. */
public final class SteppedLoop implements AutoCloseable {
    private final ManualClock clock = new ManualClock();
    private final EventLoop loop;

    public SteppedLoop() throws IOException {
        loop = new EventLoop(clock, failure -> {
            throw new AssertionError(failure);
        });
    }

    public EventLoop loop() {
        return loop;
    }

    /** Lets so much time pass, and the loop do what is due then. */
    public void advance(Duration step) throws IOException {
        clock.advance(step);
        loop.runOnce(0);
    }

    @Override
    public void close() throws IOException {
        loop.close();
    }
}
