package io.github.packetboat.examples;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Makes an example that shows something also a check that it is so: waits for it, or throws. */
final class Expect {
    static final int PATIENCE_SECONDS = 5;

    private Expect() {}

    /** What comes next, for which it waits some seconds. */
    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new IllegalStateException("nothing came within " + PATIENCE_SECONDS + " s");
        }
        return next;
    }

    static void same(Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new IllegalStateException("expected " + expected + ", but got " + actual);
        }
    }
}
