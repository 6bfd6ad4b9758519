package io.github.packetboat.internal.io;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other on an executor of somebody else's, in the order given, losing none: when the executor
 * rejects, they stay here until {@link #retry}. Thread-safe.
 */
public final class SerialExecutor {
    /** How many tasks run before the executor's thread is offered to others. */
    private static final int TASKS_PER_RUN = 256;

    private final Executor executor;
    private final Runnable onRejected;
    private final Runnable onRoom;
    private final int roomBelow;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean scheduled;
    /** Some thread is at the tasks, and leaves none. */
    private boolean running;

    private boolean crowded;

    /**
     * @param onRejected called when the executor has rejected: {@link #retry} is to be called later
     * @param crowdedFrom from how many waiting tasks on {@link #execute} returns false
     * @param onRoom called when, after that, half of it has run
     */
    public SerialExecutor(Executor executor, Runnable onRejected, int crowdedFrom, Runnable onRoom) {
        this.executor = executor;
        this.onRejected = onRejected;
        this.onRoom = onRoom;
        this.crowdedFrom = crowdedFrom;
        this.roomBelow = (crowdedFrom + 1) / 2;
    }

    private final int crowdedFrom;

    /** Takes {@code task}, which must not throw. Returns false if there are so many now that the caller should pause. */
    public boolean execute(Runnable task) {
        boolean start;
        boolean room;
        synchronized (tasks) {
            tasks.add(task);
            start = !scheduled;
            scheduled = true;
            crowded = crowded || tasks.size() >= crowdedFrom;
            room = !crowded;
        }
        if (start) {
            retry();
        }
        return room;
    }

    /** Takes {@code task} without offering it to the executor: {@link #finishOn} runs it, or who is at work already. */
    public void add(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            scheduled = true;
        }
    }

    /** Offers the waiting tasks to the executor again, after it has rejected. */
    public void retry() {
        try {
            executor.execute(this::run);
        } catch (RuntimeException | OutOfMemoryError e) {
            // not only a rejection: an executor that starts threads may run out of them
            onRejected.run();
        }
    }

    /** Runs what waits on the calling thread: nobody is left who could bring it to the executor. */
    public void runRest() {
        if (!begin()) {
            return;
        }
        Runnable task;
        while ((task = next()) != null) {
            task.run();
        }
    }

    /**
     * Runs all that waits, and then no more, on {@code other}, since the executor has rejected, or has been shut down and
     * may have forgotten what it had accepted. If it is at work still, it does so itself.
     */
    public void finishOn(Executor other) {
        other.execute(this::runRest);
    }

    /** Gives up on the executor, which will take no more tasks, and forgets those that wait. Returns how many. */
    public int abandon() {
        synchronized (tasks) {
            int forgotten = tasks.size();
            tasks.clear();
            scheduled = false;
            return forgotten;
        }
    }

    /** How many tasks wait. */
    public int size() {
        synchronized (tasks) {
            return tasks.size();
        }
    }

    private void run() {
        if (!begin()) {
            return;
        }
        for (int i = 0; i < TASKS_PER_RUN; i++) {
            Runnable task = next();
            if (task == null) {
                return;
            }
            task.run();
        }
        synchronized (tasks) {
            running = false;
        }
        retry();
    }

    /** Whether the caller is the one to run the tasks. */
    private boolean begin() {
        synchronized (tasks) {
            boolean first = !running;
            running = true;
            return first;
        }
    }

    private @Nullable Runnable next() {
        Runnable task;
        boolean room = false;
        synchronized (tasks) {
            task = tasks.poll();
            if (task == null) {
                scheduled = false;
                running = false;
            }
            if (crowded && tasks.size() < roomBelow) {
                crowded = false;
                room = true;
            }
        }
        if (room) {
            onRoom.run();
        }
        return task;
    }
}
