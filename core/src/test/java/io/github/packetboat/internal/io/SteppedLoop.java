package io.github.packetboat.internal.io;

import io.github.packetboat.testkit.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An event loop that has no thread of its own: the test is its thread, and moves its clock. */
public final class SteppedLoop implements AutoCloseable {
    private final List<Throwable> reported = new ArrayList<>();
    private final ManualClock clock = new ManualClock();
    private final EventLoop loop = new EventLoop(clock, reported::add);

    public SteppedLoop() throws IOException {
        step();
    }

    public EventLoop loop() {
        return loop;
    }

    /** One turn, which waits for nothing. */
    public void step() throws IOException {
        loop.runOnce(0);
    }

    /** One turn after so much time has passed. */
    public void advance(Duration passed) throws IOException {
        clock.advance(passed);
        step();
    }

    /** What tasks and owners have thrown. */
    public List<Throwable> reported() {
        return reported;
    }

    @Override
    public void close() throws IOException {
        loop.close();
    }
}
