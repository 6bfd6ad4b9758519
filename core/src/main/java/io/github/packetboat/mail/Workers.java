package io.github.packetboat.mail;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads of a mailer: made when there is work, gone when there has been none for a moment. Thread-safe. */
final class Workers {
    private static final String NAME = "packetboat-mail";
    private static final int MIN_THREADS = 4;
    private static final long KEEP_MILLIS = 500;

    private Workers() {}

    private static ThreadFactory factory() {
        return task -> {
            Thread thread = new Thread(task, NAME);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** For what may block; as many tasks wait as there are mails on their way. */
    static ThreadPoolExecutor pool() {
        int threads = Math.max(MIN_THREADS, Runtime.getRuntime().availableProcessors());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, KEEP_MILLIS, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory());
        timer.setKeepAliveTime(KEEP_MILLIS, TimeUnit.MILLISECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    /** Whether the caller is one of them. */
    static boolean isCurrent() {
        return Thread.currentThread().getName().equals(NAME);
    }
}
