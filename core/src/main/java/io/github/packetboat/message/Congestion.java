package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/**
 * The water marks of what a connection has queued. Above the high one it is congested: {@code isWritable} is false, and it
 * is not read, until what is queued has come down to the low one and the listener has been told. Loop thread only, except
 * where a method says otherwise.
 */
final class Congestion<M> {
    private final Lifecycle<M> life;
    private final int highBytes;
    private volatile boolean congested;

    Congestion(Lifecycle<M> life, Limits limits) {
        this.life = life;
        this.highBytes = limits.highWaterMarkBytes();
    }

    /** Thread-safe. */
    boolean isCongested() {
        return congested;
    }

    boolean isHigh(long queuedBytes) {
        return queuedBytes > highBytes;
    }

    /** So much is queued that the decoder should stop for it to be written first. */
    void noteHigh() {
        congested = true;
        life.readiness().attend();
    }

    /** Other threads have queued something. Thread-safe. */
    void noteGrown(long queuedBytes) {
        if (!congested && queuedBytes > highBytes) {
            congested = true;
        }
    }

    /**
     * Looks what follows from {@code queuedBytes}.
     *
     * @param bounded whether that is bounded without the peer's help, by dropping or refusing
     */
    void note(long queuedBytes, boolean bounded) {
        noteGrown(queuedBytes);
        if (!congested) {
            return;
        }
        if (queuedBytes <= life.endpoint().settings().limits().lowWaterMarkBytes()) {
            congested = false;
            life.inbound().resume(Readiness.PAUSED_BY_QUEUE);
            later(life.outbound().loop(), this::tellWritable);
        } else if (!bounded && !life.readiness().isPausedBy(Readiness.PAUSED_BY_QUEUE)) {
            life.inbound().pause(Readiness.PAUSED_BY_QUEUE);
        }
    }

    private void tellWritable() {
        if (!congested && life.state() != Lifecycle.State.CLOSED) {
            life.callbacks().writable();
        }
    }

    /** Calls the application back when nothing is half done: it may send, close or ask anything. */
    static void later(EventLoop loop, Runnable callback) {
        try {
            loop.execute(callback);
        } catch (RejectedExecutionException e) {
            callback.run();
        }
    }
}
