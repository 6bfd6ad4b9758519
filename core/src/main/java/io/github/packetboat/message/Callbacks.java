package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.SerialExecutor;
import io.github.packetboat.internal.io.Timers;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Calls one connection's listener: on the loop, or in the same order on the application's executor. When too many messages
 * wait there, or the executor rejects, the connection is not read until that is over; nothing is lost. Loop thread only,
 * where nothing else is said.
 */
final class Callbacks<M> {
    private static final long FIRST_RETRY_NANOS = 10_000_000;
    private static final long LAST_RETRY_NANOS = 1_000_000_000;

    private final SocketConnection<M> connection;
    private final MessageListener<M> listener;
    private final EventLoop loop;
    private final @Nullable OnExecutor elsewhere;
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
                : new OnExecutor(settings.executor(), settings.limits().maxPendingMessages());
    }

    /** Whether the listener runs on the loop, so that the decoder may call it itself. */
    boolean areOnLoop() {
        return elsewhere == null;
    }

    /** How many calls wait for the executor. */
    int pending() {
        return elsewhere == null ? 0 : elsewhere.serial.size();
    }

    void opened() {
        call(() -> guarded("onOpen", () -> listener.onOpen(connection)));
    }

    /** Delivers {@code message} on the executor. */
    void message(M message) {
        OnExecutor executor = elsewhere;
        if (executor != null && !executor.take(() -> deliver(message))) {
            connection.life().pause(Readiness.PAUSED_BY_EXECUTOR);
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

    /** The calls on their way to an executor. */
    private final class OnExecutor extends Timers.Timer {
        private final Executor executor;
        private final SerialExecutor serial;
        private @Nullable Runnable last;
        private long retryNanos = FIRST_RETRY_NANOS;
        private long retriedNanos = loop.nowNanos() - LAST_RETRY_NANOS;
        private boolean shutDown;

        OnExecutor(Executor executor, int maxPendingMessages) {
            this.executor = executor;
            this.serial = new SerialExecutor(
                    executor,
                    this::onRejected,
                    maxPendingMessages,
                    () -> connection.onLoop(() -> loop.execute(this::hasRoom)));
        }

        /** Returns false if so many calls wait that the connection should pause. */
        boolean take(Runnable call) {
            if (shutDown) {
                call.run();
                return true;
            }
            boolean room = serial.execute(call);
            if (isExecutorShutDown() && !shutDown && !isScheduled()) {
                loop.timers().schedule(this, loop.nowNanos() + retryNanos);
            }
            return room;
        }

        /** Takes the last call, and does not leave it to a later try: nobody may be there then to try it. */
        void end(Runnable call) {
            last = call;
            boolean rejectedBefore = isScheduled();
            take(call);
            if ((rejectedBefore || isScheduled()) && !isExecutorShutDown()) {
                loop.timers().cancel(this);
                serial.finishOn(connection.endpoint().offload());
            }
        }

        private boolean isExecutorShutDown() {
            return executor instanceof ExecutorService service && service.isShutdown();
        }

        /** Thread-safe. */
        private void onRejected() {
            if (!connection.onLoop(this::rejected)) {
                serial.runRest();
            }
        }

        private void hasRoom() {
            connection.life().resume(Readiness.PAUSED_BY_EXECUTOR);
        }

        private void rejected() {
            if (isExecutorShutDown()) {
                giveUp();
                return;
            }
            connection.life().pause(Readiness.PAUSED_BY_REJECTION);
            boolean again = loop.nowNanos() - retriedNanos < LAST_RETRY_NANOS;
            retryNanos = again ? Math.min(LAST_RETRY_NANOS, 2 * retryNanos) : FIRST_RETRY_NANOS;
            loop.timers().schedule(this, loop.nowNanos() + retryNanos);
        }

        /** {@code shutdownNow} forgets what it had accepted; when it has ended, what still waits waits for nobody. */
        private void lookWhatItForgot() {
            if (shutDown || serial.size() == 0) {
                return;
            }
            if (((ExecutorService) executor).isTerminated()) {
                giveUp();
            } else {
                retryNanos = Math.min(LAST_RETRY_NANOS, 2 * retryNanos);
                loop.timers().schedule(this, loop.nowNanos() + retryNanos);
            }
        }

        private void giveUp() {
            shutDown = true;
            int forgotten = serial.abandon();
            connection.closeFor(
                    CloseReason.Kind.LISTENER_FAILED,
                    "the executor of the listeners has been shut down; " + forgotten + " calls could not be made");
            if (last != null) {
                last.run();
            }
        }

        @Override
        protected void expired(long nowNanos) {
            if (isExecutorShutDown()) {
                lookWhatItForgot();
                return;
            }
            connection.life().resume(Readiness.PAUSED_BY_REJECTION);
            retriedNanos = nowNanos;
            serial.retry();
        }
    }
}
