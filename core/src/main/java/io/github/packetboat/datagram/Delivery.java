package io.github.packetboat.datagram;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.ExecutorCalls;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls one shard's listener: on the loop, or in the same order on the application's executor. What would be too much for
 * that is dropped and counted: not reading would only leave the dropping to the kernel, which tells nobody. Loop thread only,
 * where nothing else is said.
 */
final class Delivery implements ExecutorCalls.Owner {
    private static final int MAX_REPORTS_PER_SECOND = 10;

    /** One call of a listener. */
    interface Call {
        void run() throws Exception;
    }

    private final EventLoop loop;
    private final Object listener;
    private final Counters counters;
    private final Runnable onExecutorShutDown;
    private final int maxPending;
    private final @Nullable ExecutorCalls elsewhere;
    private long reportingSinceNanos;
    private int reports;

    /**
     * @param executor where the listener runs, or null for the loop
     * @param offload runs the last calls if the executor does not
     * @param maxPending how many calls wait for the executor at most
     * @param onExecutorShutDown called when the executor will never take a call again
     */
    Delivery(
            EventLoop loop,
            Object listener,
            Counters counters,
            @Nullable Executor executor,
            Executor offload,
            int maxPending,
            Runnable onExecutorShutDown) {
        this.loop = loop;
        this.listener = listener;
        this.counters = counters;
        this.maxPending = maxPending;
        this.onExecutorShutDown = onExecutorShutDown;
        this.elsewhere = executor == null ? null : new ExecutorCalls(loop, executor, offload, maxPending, this);
        this.reportingSinceNanos = loop.readClock() - TimeUnit.SECONDS.toNanos(1);
    }

    /** Whether the listener runs on the loop, so that it may be called straight. */
    boolean isOnLoop() {
        return elsewhere == null;
    }

    /** Whether another datagram may be handed over. */
    boolean hasRoomForMessage() {
        ExecutorCalls calls = elsewhere;
        return calls == null || calls.size() < maxPending;
    }

    /** Makes {@code call}, now or when its turn has come; what it throws is reported as of {@code callback}. */
    void call(String callback, Call call) {
        ExecutorCalls calls = elsewhere;
        if (calls == null) {
            guarded(callback, call);
        } else {
            calls.take(() -> guarded(callback, call));
        }
    }

    /** As {@link #call}, unless so much waits already that this would be too much. */
    void callIfRoom(String callback, Call call) {
        if (hasRoomForMessage()) {
            call(callback, call);
        }
    }

    /** Makes the last call there is. */
    void end(Runnable last) {
        ExecutorCalls calls = elsewhere;
        if (calls == null) {
            last.run();
        } else {
            calls.end(last);
        }
    }

    /** Makes {@code call} on this thread. Thread-safe. */
    void guarded(String callback, Call call) {
        try {
            call.run();
        } catch (Throwable failure) {
            failed(callback, failure);
        }
    }

    /** The listener threw from {@code callback}. Thread-safe. */
    void failed(String callback, Throwable failure) {
        counters.listenerFailures.increment();
        if (mayReport()) {
            loop.report(new IllegalStateException(
                    "listener " + listener.getClass().getName() + "." + callback + " threw; its endpoint goes on",
                    failure));
        }
    }

    /** A stranger who knows how to make the listener throw must not be able to fill the log. */
    private synchronized boolean mayReport() {
        long now = loop.readClock();
        if (now - reportingSinceNanos >= TimeUnit.SECONDS.toNanos(1)) {
            reportingSinceNanos = now;
            reports = 0;
        }
        return reports++ < MAX_REPORTS_PER_SECOND;
    }

    @Override
    public boolean onLoop(Runnable task) {
        return loop.tryRun(task);
    }

    /** Whether there is room is looked at for each datagram anew. */
    @Override
    public void hasRoom() {}

    /** What comes meanwhile waits, as much as may. */
    @Override
    public void rejected() {}

    @Override
    public void retries() {}

    @Override
    public void shutDown(int forgotten) {
        counters.undelivered(forgotten);
        loop.report(new IllegalStateException("the executor of listener "
                + listener.getClass().getName() + " has been shut down; " + forgotten
                + " calls could not be made, and its endpoint is closed"));
        onExecutorShutDown.run();
    }
}
