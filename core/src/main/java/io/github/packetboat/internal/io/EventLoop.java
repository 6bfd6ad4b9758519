package io.github.packetboat.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One selector and all that belongs to it. It is an object that {@link #runOnce} steps: in production a {@link LoopThread}
 * does so for ever, in a test the test may.
 *
 * <p>{@link #execute}, {@link #isCurrent} and {@link #stop} are thread-safe. Everything else is for the thread that steps
 * the loop.
 */
public final class EventLoop implements Executor {

    /** What is registered with the loop: one channel's owner. Loop thread only. */
    public interface Ready {
        /** The channel is ready for {@code ops}, a set of {@link SelectionKey} operations. */
        void onReady(int ops);

        /** {@link #onReady} threw: the owner must close the channel. Does not throw. */
        void onFailure(Throwable failure);

        /** The channel has a new key, since the loop replaced its selector. */
        void onRegistered(SelectionKey key);
    }

    private static final int READ_BUFFER_BYTES = 256 * 1024;
    private static final int TASKS_PER_TURN = 4096;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier clock;
    private final Consumer<Throwable> errors;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final Timers timers = new Timers();
    private final Outbox outbox = new Outbox();
    private final BufferPool buffers = new BufferPool();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);
    private final SpinGuard spins = new SpinGuard();
    private final Consumer<SelectionKey> dispatch = this::dispatch;
    private volatile Selector selector;
    private @Nullable TlsBuffers tlsBuffers;
    private @Nullable Object attachment;
    private volatile @Nullable Thread thread;
    private volatile boolean stopped;
    private final AtomicLong busySinceNanos = new AtomicLong();
    private final AtomicLong turns = new AtomicLong();
    private long nowNanos;
    private boolean inTurn;
    private int dispatched;

    /**
     * @param clock nanoseconds, as {@link System#nanoTime}
     * @param errors told of what tasks and owners throw; must not throw itself
     */
    public EventLoop(LongSupplier clock, Consumer<Throwable> errors) throws IOException {
        this.clock = clock;
        this.errors = errors;
        this.selector = Selector.open();
        this.nowNanos = clock.getAsLong();
    }

    /** The loop whose thread this is, or null. */
    public static @Nullable EventLoop current() {
        return Thread.currentThread() instanceof LoopThread loopThread ? loopThread.loop() : null;
    }

    /** Whether the caller is the thread that steps this loop. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** The loop's clock as of the beginning of this turn. */
    public long nowNanos() {
        return nowNanos;
    }

    /** {@link #nowNanos} for a field in which 0 says "never": one off where it would be just that. */
    public long stampNanos() {
        return nowNanos == 0 ? 1 : nowNanos;
    }

    /** The loop's clock now, for what must not count the time that this turn has taken already. */
    public long readClock() {
        return clock.getAsLong();
    }

    public Timers timers() {
        return timers;
    }

    public Outbox outbox() {
        return outbox;
    }

    public BufferPool buffers() {
        return buffers;
    }

    /** The one buffer that this loop's channels are read into; whoever uses it is done with it when its turn ends. */
    public ByteBuffer readBuffer() {
        return readBuffer;
    }

    /** The buffers that this loop's TLS connections share. */
    public TlsBuffers tlsBuffers() {
        TlsBuffers shared = tlsBuffers;
        if (shared == null) {
            shared = new TlsBuffers();
            tlsBuffers = shared;
        }
        return shared;
    }

    /** What the layer above keeps with the loop. */
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(Object attachment) {
        this.attachment = attachment;
    }

    /** Tells of a failure that has no better place to go. */
    public void report(Throwable failure) {
        errors.accept(failure);
    }

    /**
     * Runs {@code task} on the loop, after those given before.
     *
     * @throws RejectedExecutionException if the loop has stopped
     */
    @Override
    public void execute(Runnable task) {
        if (stopped) {
            throw new RejectedExecutionException("the event loop has stopped");
        }
        tasks.add(task);
        if (stopped && tasks.remove(task)) {
            throw new RejectedExecutionException("the event loop has stopped");
        }
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            selector.wakeup();
        }
    }

    /** Runs {@code task} on the loop, at once if this is its thread. Returns false if the loop has stopped. */
    public boolean tryRun(Runnable task) {
        if (isCurrent()) {
            task.run();
            return true;
        }
        try {
            execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Registers {@code channel}, which must be non-blocking. */
    public SelectionKey register(SelectableChannel channel, int ops, Ready owner) throws IOException {
        return channel.register(selector, ops, owner);
    }

    /** How many channels are registered. */
    public int channels() {
        return selector.keys().size();
    }

    /**
     * One turn: waits until a channel is ready, a task is there or a timer is due, but no longer than
     * {@code maxWaitNanos}, and does all of it.
     */
    public void runOnce(long maxWaitNanos) throws IOException {
        if (thread == null) {
            thread = Thread.currentThread();
        }
        // a listener's interrupt is not the loop's: the selector would return at once for ever
        Thread.interrupted();
        dispatched = 0;
        long wait = Math.min(maxWaitNanos, timers.untilNext(clock.getAsLong()));
        select(wait);
        beginTurn();
        int ran = runTimers() + runTasks();
        outbox.flushAll();
        inTurn = false;
        busySinceNanos.lazySet(0);
        if (spins.turn(wait > 0 && dispatched == 0 && ran == 0, nowNanos)) {
            rebuild();
        }
    }

    /** Asks the loop's thread to end after the turn it is in. What is still registered is closed by it. */
    public void stop() {
        stopped = true;
        asleep.set(false);
        selector.wakeup();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Since when this turn has been running, on the loop's clock; 0 while the loop waits. Thread-safe. */
    long busySinceNanos() {
        return busySinceNanos.get();
    }

    /** The number of turns so far. Thread-safe. */
    long turns() {
        return turns.get();
    }

    @Nullable
    Thread thread() {
        return thread;
    }

    void close() throws IOException {
        stopped = true;
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
        while (runTasks() > 0) {
            continue;
        }
    }

    private void select(long waitNanos) throws IOException {
        if (waitNanos <= 0 || stopped) {
            selector.selectNow(dispatch);
            return;
        }
        asleep.set(true);
        // a task that came before the flag was up woke nobody
        if (!tasks.isEmpty() || stopped) {
            asleep.set(false);
            selector.selectNow(dispatch);
            return;
        }
        long millis = waitNanos == Long.MAX_VALUE ? 0 : (waitNanos - 1) / NANOS_PER_MILLI + 1;
        selector.select(dispatch, millis);
        asleep.lazySet(false);
    }

    private void beginTurn() {
        if (!inTurn) {
            inTurn = true;
            asleep.lazySet(false);
            nowNanos = clock.getAsLong();
            turns.lazySet(turns.getPlain() + 1);
            busySinceNanos.lazySet(stampNanos());
        }
    }

    /** An interrupt that a callback leaves behind would close the next channel that this thread touches. */
    public static void forgetInterrupt() {
        Thread.interrupted();
    }

    private void dispatch(SelectionKey key) {
        beginTurn();
        dispatched++;
        if (!key.isValid()) {
            return; // closed by what ran before it in this turn
        }
        Ready owner = (Ready) key.attachment();
        try {
            owner.onReady(key.readyOps());
        } catch (Throwable failure) {
            owner.onFailure(failure);
        }
        forgetInterrupt();
    }

    private int runTimers() {
        int ran = 0;
        Timers.Timer timer;
        while ((timer = timers.pollExpired(nowNanos)) != null) {
            ran++;
            try {
                timer.expired(nowNanos);
            } catch (Throwable failure) {
                errors.accept(failure);
            }
            forgetInterrupt();
        }
        return ran;
    }

    private int runTasks() {
        int ran = 0;
        Runnable task;
        while (ran < TASKS_PER_TURN && (task = tasks.poll()) != null) {
            ran++;
            try {
                task.run();
            } catch (Throwable failure) {
                errors.accept(failure);
            }
            forgetInterrupt();
        }
        return ran;
    }

    /** Moves every channel to a new selector: the old one returns at once, again and again, with nothing ready. */
    void rebuild() throws IOException {
        Selector old = selector;
        Selector fresh = Selector.open();
        for (SelectionKey key : old.keys()) {
            if (!key.isValid()) {
                continue;
            }
            Ready owner = (Ready) key.attachment();
            int ops = key.interestOps();
            key.cancel();
            try {
                owner.onRegistered(key.channel().register(fresh, ops, owner));
            } catch (IOException | RuntimeException failure) {
                owner.onFailure(failure);
            }
        }
        selector = fresh;
        old.close();
        errors.accept(new IOException("the selector returned " + SpinGuard.LIMIT + " times with nothing to do; its "
                + fresh.keys().size() + " channels were moved to a new one"));
    }
}
