package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.ExecutorCalls;
import org.jspecify.annotations.Nullable;

/**
 * Calls one connection's listener: on the loop, or in the same order on the application's executor. When too many messages
 * wait there, or the executor rejects, the connection is not read until that is over; nothing is lost. Loop thread only,
 * where nothing else is said.
 */
final class Callbacks<M> {
    private final SocketConnection<M> connection;
    private final MessageListener<M> listener;
    private final EventLoop loop;
    private final @Nullable ExecutorCalls elsewhere;
    /** The listener threw: it is called once more only, to be told of the end. */
    private volatile boolean failed;
    /** TLS is being started: what came in clear after that wish must not reach the listener. */
    private volatile boolean hushed;

    Callbacks(SocketConnection<M> connection, EventLoop loop, Settings<M> settings) {
        this.connection = connection;
        this.listener = settings.listener();
        this.loop = loop;
        this.elsewhere = settings.executor() == null
                ? null
                : new ExecutorCalls(
                        loop,
                        settings.executor(),
                        connection.endpoint().offload(),
                        settings.limits().maxPendingMessages(),
                        new Pausing());
    }

    /** Whether the listener runs on the loop, so that the decoder may call it itself. */
    boolean areOnLoop() {
        return elsewhere == null;
    }

    /** How many calls wait for the executor. */
    int pending() {
        return elsewhere == null ? 0 : elsewhere.size();
    }

    void opened() {
        call(() -> guarded("onOpen", () -> listener.onOpen(connection)));
    }

    /** Delivers {@code message} on the executor. */
    void message(M message) {
        ExecutorCalls executor = elsewhere;
        if (executor != null && !executor.take(() -> deliver(message))) {
            connection.life().inbound().pause(Readiness.PAUSED_BY_EXECUTOR);
        }
    }

    private void deliver(M message) {
        if (hushed) {
            connection.onLoop(() -> Upgrade.refusePlaintext(connection, 1));
        } else {
            guarded("onMessage", () -> listener.onMessage(connection, message));
        }
    }

    /** From now on no message is delivered; one that still waits closes the connection. Thread-safe. */
    void hush() {
        hushed = true;
    }

    /** Ends what {@link #hush} began. */
    void speak() {
        hushed = false;
    }

    void writable() {
        call(() -> guarded("onWritable", () -> listener.onWritable(connection)));
    }

    /** The last call there is. */
    void closed(CloseReason reason) {
        Runnable last = () -> {
            try {
                listener.onClose(connection, reason);
            } catch (Throwable failure) {
                report("onClose", failure);
            }
        };
        if (elsewhere == null) {
            last.run();
        } else {
            elsewhere.end(last);
        }
    }

    /** The listener threw from {@code callback}: it is told of the end, and of nothing else. Thread-safe. */
    void failed(String callback, Throwable failure) {
        failed = true;
        report(callback, failure);
        CloseReason why = connection.reason(CloseReason.Kind.LISTENER_FAILED, callback + " threw " + failure, failure);
        connection.onLoop(() -> connection.life().beginClose(why));
    }

    private void report(String callback, Throwable failure) {
        loop.report(new IllegalStateException(
                "listener " + listener.getClass().getName() + "." + callback + " threw; closing "
                        + connection.remoteAddress(),
                failure));
    }

    private interface Call {
        void run() throws Exception;
    }

    private void guarded(String callback, Call call) {
        if (failed) {
            return;
        }
        try {
            call.run();
        } catch (Throwable failure) {
            failed(callback, failure);
        }
    }

    private void call(Runnable call) {
        if (elsewhere == null) {
            call.run();
        } else {
            elsewhere.take(call);
        }
    }

    /** Loop thread only, except where {@link ExecutorCalls.Owner} says otherwise. */
    private final class Pausing implements ExecutorCalls.Owner {
        @Override
        public boolean onLoop(Runnable task) {
            return connection.onLoop(task);
        }

        @Override
        public void hasRoom() {
            connection.life().inbound().resume(Readiness.PAUSED_BY_EXECUTOR);
        }

        @Override
        public void rejected() {
            connection.life().inbound().pause(Readiness.PAUSED_BY_REJECTION);
        }

        @Override
        public void retries() {
            connection.life().inbound().resume(Readiness.PAUSED_BY_REJECTION);
        }

        @Override
        public void shutDown(int forgotten) {
            connection.closeFor(
                    CloseReason.Kind.LISTENER_FAILED,
                    "the executor of the listeners has been shut down; " + forgotten + " calls could not be made");
        }
    }
}
