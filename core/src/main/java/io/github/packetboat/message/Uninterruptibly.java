package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import java.util.concurrent.CountDownLatch;

/** Waiting that an interrupt does not end: it is noted for whoever waits next. */
final class Uninterruptibly {
    private Uninterruptibly() {}

    /** Waits for {@code latch}; on an event loop, which must not wait, returns at once. */
    static void await(CountDownLatch latch) {
        if (EventLoop.current() != null) {
            return;
        }
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
