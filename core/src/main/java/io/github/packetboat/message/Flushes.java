package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/** Who waits until what a connection accepted before has been handed to the kernel. Loop thread only. */
final class Flushes {
    private record Waiter(long writtenBytes, CompletableFuture<Void> done) {}

    private final EventLoop loop;
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>(2);

    Flushes(EventLoop loop) {
        this.loop = loop;
    }

    /** Completes {@code done} once {@code writtenBytes} bytes have been written in all. */
    void await(long writtenBytes, CompletableFuture<Void> done) {
        waiters.add(new Waiter(writtenBytes, done));
    }

    /** So many bytes have been written, or {@code everything}. Returns whether nobody waits any more. */
    boolean written(long writtenBytes, boolean everything) {
        while (!waiters.isEmpty() && (everything || waiters.element().writtenBytes <= writtenBytes)) {
            CompletableFuture<Void> done = waiters.remove().done;
            Congestion.later(loop, () -> done.complete(null));
        }
        return waiters.isEmpty();
    }

    /** Nothing more will be written. */
    void fail(CloseReason reason) {
        waiters.forEach(waiter -> waiter.done.completeExceptionally(new ConnectionClosedException(reason)));
    }
}
