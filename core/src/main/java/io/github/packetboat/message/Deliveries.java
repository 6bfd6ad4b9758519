package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.SerialExecutor;
import io.github.packetboat.internal.io.Timers;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Calls one connection's listener on the application's executor, in order. When too many messages wait, or the executor
 * rejects, the connection is not read until that is over; nothing is lost. Loop thread only, where nothing else is said.
 */
final class Deliveries<M> {
    private static final long FIRST_RETRY_NANOS = 10_000_000;
    private static final long LAST_RETRY_NANOS = 1_000_000_000;

    private final SocketConnection<M> connection;
    private final MessageListener<M> listener;
    private final EventLoop loop;
    private final Executor executor;
    private final SerialExecutor serial;
    private final Timers.Timer retry = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            connection.resume(SocketConnection.PAUSED_BY_REJECTION);
            serial.retry();
        }
    };
    private long retryNanos = FIRST_RETRY_NANOS;
    private @Nullable Runnable last;
    private boolean shutDown;

    Deliveries(
            SocketConnection<M> connection,
            MessageListener<M> listener,
            EventLoop loop,
            Executor executor,
            int maxPendingMessages) {
        this.connection = connection;
        this.listener = listener;
        this.loop = loop;
        this.executor = executor;
        this.serial = new SerialExecutor(executor, this::onRejected, maxPendingMessages, this::onRoom);
    }

    /** Delivers {@code message} after everything before it. */
    void message(M message) {
        boolean room = serial.execute(() -> {
            try {
                listener.onMessage(connection, message);
            } catch (Throwable failure) {
                connection.listenerFailed("onMessage", failure);
            }
        });
        if (!room) {
            connection.pause(SocketConnection.PAUSED_BY_EXECUTOR);
        }
    }

    /** Makes another call of the listener, which must not throw, after everything before it. */
    void call(Runnable call) {
        if (shutDown) {
            call.run();
        } else {
            serial.execute(call);
        }
    }

    /** Makes the last call of the listener, which must not throw; on the loop if the executor takes no more. */
    void last(Runnable call) {
        last = call;
        call(call);
    }

    /** How many calls wait. */
    int pending() {
        return serial.size();
    }

    void cancelRetry() {
        loop.timers().cancel(retry);
    }

    /** Thread-safe. */
    private void onRoom() {
        loop.execute(() -> {
            retryNanos = FIRST_RETRY_NANOS;
            connection.resume(SocketConnection.PAUSED_BY_EXECUTOR);
        });
    }

    /** Thread-safe. */
    private void onRejected() {
        loop.execute(this::rejected);
    }

    private void rejected() {
        if (executor instanceof ExecutorService service && service.isShutdown()) {
            shutDown = true;
            int forgotten = serial.abandon();
            connection.closeFor(
                    CloseReason.Kind.LISTENER_FAILED,
                    "the executor of the listeners has been shut down; " + forgotten + " calls could not be made");
            if (last != null) {
                last.run();
            }
            return;
        }
        connection.pause(SocketConnection.PAUSED_BY_REJECTION);
        loop.timers().schedule(retry, loop.nowNanos() + retryNanos);
        retryNanos = Math.min(LAST_RETRY_NANOS, 2 * retryNanos);
    }
}
