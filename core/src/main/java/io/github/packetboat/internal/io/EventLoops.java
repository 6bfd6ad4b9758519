package io.github.packetboat.internal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A set of event loops with their threads, a watchdog over them and a pool for the work that may not hold a loop. The
 * endpoints of a process share one set, unless they ask for their own; the last one to {@link #release} it ends its threads.
 * Thread-safe.
 */
public final class EventLoops {
    private static final int OFFLOAD_END_SECONDS = 10;
    private static final AtomicInteger SETS = new AtomicInteger();
    private static final Object LOCK = new Object();
    private static @Nullable EventLoops shared;

    private final List<EventLoop> loops;
    private final List<Thread> threads = new ArrayList<>();
    private final ThreadPoolExecutor offload;
    private final Watchdog watchdog;
    private final AtomicInteger next = new AtomicInteger();
    private volatile boolean stopped;
    private int users;

    private EventLoops(int count) {
        String name = "packetboat-" + SETS.incrementAndGet();
        List<EventLoop> made = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                made.add(new EventLoop(System::nanoTime, Watchdog::log));
            }
        } catch (IOException e) {
            made.forEach(EventLoops::closeUnused);
            throw new UncheckedIOException("cannot open a selector: " + e.getMessage(), e);
        }
        loops = List.copyOf(made);
        for (int i = 0; i < count; i++) {
            threads.add(new LoopThread(loops.get(i), name + "-loop-" + i));
        }
        offload = new ThreadPoolExecutor(
                count,
                count,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, name + "-offload"));
        offload.allowCoreThreadTimeOut(true);
        watchdog = new Watchdog(loops);
        Thread guard = daemon(watchdog, name + "-watchdog");
        threads.add(guard);
        threads.forEach(Thread::start);
    }

    /** The process's set, with one loop a processor. To be given back with {@link #release}. */
    public static EventLoops shared() {
        synchronized (LOCK) {
            EventLoops set = shared;
            if (set == null) {
                set = new EventLoops(Runtime.getRuntime().availableProcessors());
                shared = set;
            }
            set.users++;
            return set;
        }
    }

    /** A set of its own. To be given back with {@link #release}. */
    public static EventLoops of(int count) {
        EventLoops set = new EventLoops(count);
        set.users = 1;
        return set;
    }

    /** The loop for the next channel, in turn. */
    public EventLoop next() {
        return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    public List<EventLoop> all() {
        return loops;
    }

    /** Threads for work that takes long, such as the arithmetic of a TLS handshake: as many as there are loops. */
    public Executor offload() {
        return offload;
    }

    /**
     * Gives the set back. The last user's call ends the threads and returns when they have ended, unless it comes from one
     * of them.
     */
    public void release() {
        synchronized (LOCK) {
            if (--users > 0) {
                return;
            }
            if (shared == this) {
                shared = null;
            }
        }
        loops.forEach(EventLoop::stop);
        watchdog.stop();
        offload.shutdown();
        stopped = true;
        awaitEnd();
    }

    /** If the last user has given the set back: waits until its threads have ended, unless called on one of them. */
    public void awaitEnd() {
        if (!stopped || threads.contains(Thread.currentThread())) {
            return;
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        try {
            offload.awaitTermination(OFFLOAD_END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeUnused(EventLoop loop) {
        try {
            loop.close();
        } catch (IOException e) {
            loop.report(e);
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
