package io.github.packetboat.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Keeps what listeners saw, in order, and lets a test wait for it. {@link #take} walks through the events one by one;
 * {@link #all} and {@link #await} always speak of everything since the start. Thread-safe.
 */
public final class Recorder<T> implements Consumer<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<T> events = new ArrayList<>();
    private final Deque<T> untaken = new ArrayDeque<>();

    /** Records {@code event}, which must not be null. */
    @Override
    public void accept(T event) {
        lock.lock();
        try {
            untaken.add(event);
            events.add(event);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Everything recorded so far. */
    public List<T> all() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until {@code count} events were recorded since the start and returns all there are then. */
    public List<T> await(int count) {
        lock.lock();
        try {
            if (!awaitSize(events, count, Await.LIMIT)) {
                throw new AssertionError("expected %d events within %d s but got %d: %s"
                        .formatted(count, Await.LIMIT.toSeconds(), events.size(), events));
            }
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the first event that was not taken yet, and takes it. */
    public T take() {
        lock.lock();
        try {
            if (!awaitSize(untaken, 1, Await.LIMIT)) {
                throw new AssertionError(
                        "no further event within %d s after %s".formatted(Await.LIMIT.toSeconds(), events));
            }
            return untaken.remove();
        } finally {
            lock.unlock();
        }
    }

    /** Fails if an event was recorded that was not taken; does not wait. */
    public void assertNothingMore() {
        assertNothingMoreWithin(Duration.ZERO);
    }

    /** Fails as soon as an event is there that was not taken; returns after {@code quiet} without one. */
    public void assertNothingMoreWithin(Duration quiet) {
        lock.lock();
        try {
            if (awaitSize(untaken, 1, quiet)) {
                throw new AssertionError("expected no further event but got " + untaken);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitSize(Collection<T> held, int size, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (held.size() < size) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || !changed.await(left, TimeUnit.NANOSECONDS)) {
                    return held.size() >= size;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + size + " events; have " + events, e);
        }
    }
}
