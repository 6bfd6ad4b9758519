package io.github.packetboat.internal.io;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * The calls of one channel's listener on their way to an executor of the application's: in order, one at a time, none lost
 * when the executor rejects, and none waited for that an executor forgot when it was shut down. Loop thread only, where
 * nothing else is said.
 */
public final class ExecutorCalls extends Timers.Timer {
    private static final long FIRST_RETRY_NANOS = 10_000_000;
    private static final long LAST_RETRY_NANOS = 1_000_000_000;

    /** Whose calls these are. */
    public interface Owner {
        /** Runs {@code task} on the loop, at once if this is its thread. Returns false if the loop has stopped. Thread-safe. */
        boolean onLoop(Runnable task);

        /** After {@link #take} returned false: half of what waited has run. */
        void hasRoom();

        /** The executor has rejected: nothing runs until {@link #retries}. */
        void rejected();

        /** The executor is offered again what it has rejected. */
        void retries();

        /** The executor takes no more, for ever; {@code forgotten} calls were not made. */
        void shutDown(int forgotten);
    }

    private final EventLoop loop;
    private final Executor executor;
    private final Executor offload;
    private final Owner owner;
    private final SerialExecutor serial;
    private long retryNanos = FIRST_RETRY_NANOS;
    private long retriedNanos;
    private boolean ending;
    private boolean shutDown;

    /**
     * @param offload runs what must not wait for the executor to accept again
     * @param crowdedFrom from how many waiting calls on {@link #take} returns false
     */
    public ExecutorCalls(EventLoop loop, Executor executor, Executor offload, int crowdedFrom, Owner owner) {
        this.loop = loop;
        this.executor = executor;
        this.offload = offload;
        this.owner = owner;
        this.retriedNanos = loop.nowNanos() - LAST_RETRY_NANOS;
        this.serial = new SerialExecutor(
                executor, this::onRejected, crowdedFrom, () -> owner.onLoop(() -> loop.execute(owner::hasRoom)));
    }

    /** How many calls wait. Thread-safe. */
    public int size() {
        return serial.size();
    }

    /** Takes {@code call}, which must not throw. Returns false if so many wait that the channel should pause. */
    public boolean take(Runnable call) {
        if (shutDown) {
            // not here and now: the executor may still be at a call that it began before
            serial.add(call);
            serial.finishOn(offload);
            return true;
        }
        boolean room = serial.execute(call);
        if (isExecutorShutDown() && !shutDown && !isScheduled()) {
            loop.timers().schedule(this, loop.nowNanos() + retryNanos);
        }
        return room;
    }

    /** Takes the last call, and does not leave it to a later try: nobody may be there then to try it. */
    public void end(Runnable call) {
        ending = true;
        boolean rejectedBefore = isScheduled();
        take(call);
        if (rejectedBefore || isScheduled()) {
            loop.timers().cancel(this);
            serial.finishOn(offload);
        }
    }

    private boolean isExecutorShutDown() {
        return executor instanceof ExecutorService service && service.isShutdown();
    }

    /** Thread-safe. */
    private void onRejected() {
        if (!owner.onLoop(this::rejected)) {
            serial.runRest();
        }
    }

    private void rejected() {
        if (ending) {
            serial.finishOn(offload);
            return;
        }
        if (isExecutorShutDown()) {
            giveUp();
            return;
        }
        owner.rejected();
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
        owner.shutDown(forgotten);
    }

    @Override
    protected void expired(long nowNanos) {
        if (isExecutorShutDown()) {
            lookWhatItForgot();
            return;
        }
        owner.retries();
        retriedNanos = nowNanos;
        serial.retry();
    }
}
