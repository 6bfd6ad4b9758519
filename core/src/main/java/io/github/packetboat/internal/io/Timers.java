package io.github.packetboat.internal.io;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The timers of one event loop: a binary heap by deadline. Loop thread only. */
public final class Timers {

    /** One thing to do at a time. Scheduled at most once at any moment; scheduling it again moves it. */
    public abstract static class Timer {
        private long deadlineNanos;
        private int index = -1;

        /** Called on the loop once the deadline has passed; the timer is then no longer scheduled. */
        protected abstract void expired(long nowNanos);

        /** Whether it waits for its deadline. */
        public final boolean isScheduled() {
            return index >= 0;
        }

        /** The time it waits for; meaningless while it is not scheduled. */
        public final long deadlineNanos() {
            return deadlineNanos;
        }
    }

    private @Nullable Timer[] heap = new Timer[16];
    private int size;

    Timers() {}

    /** Fires {@code timer} at {@code deadlineNanos} of the loop's clock, in place of any earlier deadline it had. */
    public void schedule(Timer timer, long deadlineNanos) {
        cancel(timer);
        timer.deadlineNanos = deadlineNanos;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        up(size++, timer);
    }

    /** Forgets {@code timer}, if it is scheduled. */
    public void cancel(Timer timer) {
        int hole = timer.index;
        if (hole < 0) {
            return;
        }
        timer.index = -1;
        Timer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            down(hole, last);
            if (last.index == hole) {
                up(hole, last);
            }
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Nanoseconds from {@code now} to the next deadline, at least 0; {@link Long#MAX_VALUE} if there is none. */
    long untilNext(long now) {
        return size == 0 ? Long.MAX_VALUE : Math.max(0, at(0).deadlineNanos - now);
    }

    /** Takes out the next timer whose deadline has come, or returns null. */
    @Nullable
    Timer pollExpired(long now) {
        if (size == 0 || at(0).deadlineNanos - now > 0) {
            return null;
        }
        Timer first = at(0);
        cancel(first);
        return first;
    }

    private Timer at(int i) {
        Timer timer = heap[i];
        if (timer == null) {
            throw new IllegalStateException("no timer at " + i + " of " + size);
        }
        return timer;
    }

    private void up(int hole, Timer timer) {
        int i = hole;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            Timer above = at(parent);
            if (timer.deadlineNanos - above.deadlineNanos >= 0) {
                break;
            }
            put(i, above);
            i = parent;
        }
        put(i, timer);
    }

    private void down(int hole, Timer timer) {
        int i = hole;
        while (2 * i + 1 < size) {
            int child = 2 * i + 1;
            if (child + 1 < size && at(child + 1).deadlineNanos - at(child).deadlineNanos < 0) {
                child++;
            }
            if (timer.deadlineNanos - at(child).deadlineNanos <= 0) {
                break;
            }
            put(i, at(child));
            i = child;
        }
        put(i, timer);
    }

    private void put(int i, Timer timer) {
        heap[i] = timer;
        timer.index = i;
    }
}
