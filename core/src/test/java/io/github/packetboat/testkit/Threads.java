package io.github.packetboat.testkit;

import java.util.Collection;

/** Ends the threads of the kit. */
final class Threads {
    private Threads() {}

    /** Waits until all {@code threads} have ended; fails and names the one that has not after {@link Await#LIMIT}. */
    static void join(Collection<Thread> threads) {
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        for (Thread thread : threads) {
            if (thread == Thread.currentThread()) {
                continue; // a script that closes its own server
            }
            try {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                AssertionError error = new AssertionError("thread %s still runs".formatted(thread.getName()));
                error.setStackTrace(thread.getStackTrace());
                throw error;
            }
        }
    }
}
