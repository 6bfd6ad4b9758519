package io.github.packetboat.internal.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An event loop that has no thread of its own: the test is its thread. */
public final class SteppedLoop implements AutoCloseable {
    private final List<Throwable> reported = new ArrayList<>();
    private final EventLoop loop = new EventLoop(System::nanoTime, reported::add);

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

    /** What tasks and owners have thrown. */
    public List<Throwable> reported() {
        return reported;
    }

    @Override
    public void close() throws IOException {
        loop.close();
    }
}
