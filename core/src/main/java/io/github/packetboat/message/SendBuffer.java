package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.io.EventLoop;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Encoded messages on their way to a connection's loop: those sent by other threads and, where single frames must be told
 * apart (to drop the oldest, or to keep them until a client is connected again), all of them. Messages are encoded before
 * the lock is taken, so that no codec of the application's runs under it. Thread-safe.
 */
final class SendBuffer<M> {
    private static final int LOOP_TRIES = 64;

    private final CodecFactory<M> codecs;
    private final QueueLimit limit;
    private final int maxMessages;
    private final boolean framed;
    /** An instance that no thread encodes with just now. */
    private final AtomicReference<@Nullable Codec<M>> spareCodec = new AtomicReference<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final EncodedFrames frames;
    private volatile long bytes;
    private volatile int inTransit;
    private volatile int blocked;
    private volatile boolean closed;
    private volatile @Nullable Intake<M> intake;
    private long accepted;
    private long dropped;
    private boolean scheduled;

    /**
     * @param maxMessages at most so many frames at once; only where {@code framed}
     * @param framed whether each frame is kept by itself
     */
    SendBuffer(CodecFactory<M> codecs, QueueLimit limit, int maxMessages, boolean framed) {
        this.codecs = codecs;
        this.limit = limit;
        this.maxMessages = maxMessages;
        this.framed = framed;
        this.frames = new EncodedFrames(framed);
    }

    /** From now on, {@code taker} takes what comes in; null if there is no connection for the time being. */
    void attach(@Nullable Intake<M> taker) {
        boolean wake;
        lock.lock();
        try {
            intake = taker;
            wake = taker != null && bytes > 0;
            scheduled = wake;
            noteBuffered();
        } finally {
            lock.unlock();
        }
        if (wake) {
            taker.scheduleTake();
        }
    }

    /** Bytes that nobody has taken yet. */
    long bytes() {
        return bytes;
    }

    /** Messages accepted so far. */
    long accepted() {
        lock.lock();
        try {
            return accepted;
        } finally {
            lock.unlock();
        }
    }

    /** Frames that are kept by themselves and nobody has taken yet. */
    int frames() {
        lock.lock();
        try {
            return frames.count();
        } finally {
            lock.unlock();
        }
    }

    /** Messages dropped for newer ones. */
    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Accepts no more, and wakes who waits for room. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Closes, and forgets what nobody has taken. Returns how many bytes that were. */
    long discard() {
        close();
        lock.lock();
        try {
            long lost = bytes;
            frames.clear();
            bytes = 0;
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Encodes and accepts {@code message}, or returns false.
     *
     * @throws IllegalArgumentException if it cannot be encoded, or is larger than all that may be queued
     */
    boolean offer(M message) {
        if (closed) {
            return false;
        }
        Codec<M> spare = spareCodec.getAndSet(null);
        Codec<M> codec = spare != null ? spare : codecs.create();
        Scratch scratch = Scratch.take();
        try {
            ByteBuffer encoded = scratch.encode(codec, message);
            return offer(encoded, scratch.isOwn(encoded), false);
        } finally {
            scratch.giveBack();
            spareCodec.set(codec);
        }
    }

    /** Accepts a frame that is encoded already; its bytes are shared and must not change. */
    boolean offerEncoded(ByteBuffer encoded) {
        return offer(encoded, false, true);
    }

    /**
     * @param copied whether the bytes must be copied, since the buffer is used again
     * @param broadcast whether other connections get the message too, which must not wait for this one
     */
    private boolean offer(ByteBuffer encoded, boolean copied, boolean broadcast) {
        int length = encoded.remaining();
        limit.check(length);
        Intake<M> wake = null;
        Intake<M> full = null;
        long queued = 0;
        lock.lock();
        try {
            if (closed || !makeRoom(length, broadcast)) {
                full = closed || limit.overflow() != Overflow.CLOSE ? null : intake;
                queued = waiting() + inTransit;
                if (full == null) {
                    return false;
                }
            } else {
                frames.add(encoded, copied);
                bytes += length;
                accepted++;
                noteBuffered();
                wake = scheduled ? null : intake;
                scheduled |= wake != null;
            }
        } finally {
            lock.unlock();
        }
        if (full != null) {
            full.overflowed(queued);
            return false;
        }
        if (wake != null) {
            wake.scheduleTake();
        }
        return true;
    }

    private void noteBuffered() {
        Intake<M> taker = intake;
        if (taker != null) {
            taker.noteBuffered();
        }
    }

    /** Does what the policy says until there is room. Returns whether there is. */
    private boolean makeRoom(int length, boolean broadcast) {
        while (!hasRoom(length)) {
            if (limit.overflow() == Overflow.DROP_OLDEST && framed) {
                if (!dropOldest()) {
                    return false;
                }
            } else if (limit.overflow() != Overflow.BLOCK || broadcast || !awaitRoom(length)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoom(int length) {
        return waiting() + inTransit + length <= limit.maxQueuedBytes() && (!framed || frames.count() < maxMessages);
    }

    private long waiting() {
        Intake<M> taker = intake;
        return bytes + (taker == null ? 0 : taker.takenBytes());
    }

    private boolean dropOldest() {
        ByteBuffer oldest = frames.poll();
        if (oldest == null) {
            return false;
        }
        bytes -= oldest.remaining();
        dropped++;
        return true;
    }

    private boolean awaitRoom(int length) {
        if (EventLoop.current() != null) {
            throw QueueLimit.mustNotWait();
        }
        // seen by whoever makes room from now on, so that what it made before this is seen here
        blocked++;
        try {
            VarHandle.fullFence();
            if (!hasRoom(length)) {
                room.await();
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            blocked--;
        }
    }

    /**
     * Hands everything to {@code taker}, in order; where frames are kept by themselves, as long as it wants more.
     *
     * @param patient whether to wait for the lock however long other threads keep getting it first
     * @return false if nothing was taken since other threads held the lock: call again later
     */
    boolean take(Consumer<ByteBuffer> taker, BooleanSupplier more, boolean patient) {
        if (framed) {
            takeFrames(taker, more);
            return true;
        }
        if (!lock(patient)) {
            return false;
        }
        ArrayDeque<ByteBuffer> taken;
        try {
            taken = frames.takeAll(bytes);
            scheduled = false;
        } finally {
            lock.unlock();
        }
        ByteBuffer next;
        while ((next = taken.poll()) != null) {
            // one by one: as long as more are on their way, bytes() must not say that there is none
            hand(next, taker);
        }
        return true;
    }

    /** Hands {@code next} over; until it is queued there it still counts for {@link #hasRoom}. */
    private void hand(ByteBuffer next, Consumer<ByteBuffer> taker) {
        int length = next.remaining();
        lock.lock();
        try {
            inTransit = length;
            bytes -= length;
        } finally {
            lock.unlock();
        }
        taker.accept(next);
        arrived();
    }

    /** What was handed over last is about to count in the connection's own queue. */
    void arrived() {
        inTransit = 0;
    }

    /** The lock is not fair, for speed: many busy senders could keep a loop that waits in line from all its connections. */
    private boolean lock(boolean patient) {
        for (int i = 0; i < LOOP_TRIES; i++) {
            if (lock.tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        if (patient) {
            lock.lock();
        }
        return patient;
    }

    private void takeFrames(Consumer<ByteBuffer> taker, BooleanSupplier more) {
        ByteBuffer next;
        while ((next = nextFrame(more.getAsBoolean())) != null) {
            hand(next, taker);
        }
    }

    /** The next frame; or null, and then whoever offers one from now on has to say so. */
    private @Nullable ByteBuffer nextFrame(boolean wanted) {
        lock.lock();
        try {
            ByteBuffer next = wanted ? frames.poll() : null;
            if (next == null) {
                scheduled = false;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Puts frames that were taken, but never reached the kernel whole, back to the front. */
    void putBack(ArrayDeque<ByteBuffer> unsent) {
        lock.lock();
        try {
            while (!unsent.isEmpty()) {
                ByteBuffer frame = unsent.removeLast();
                bytes += frame.remaining();
                frames.addFirst(frame);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Wakes senders that wait for room, if there are any. Returns false if that is to be tried again, since other threads
     * held the lock.
     */
    boolean signalRoom() {
        if (limit.overflow() != Overflow.BLOCK) {
            return true;
        }
        VarHandle.fullFence();
        if (blocked == 0) {
            return true;
        }
        if (!lock(false)) {
            return false;
        }
        try {
            room.signalAll();
        } finally {
            lock.unlock();
        }
        return true;
    }
}
