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
    private static final int FIRST_CHUNK_BYTES = 512;
    private static final int LOOP_TRIES = 64;
    private static final int LARGEST_CHUNK_BYTES = 64 * 1024;

    private final CodecFactory<M> codecs;
    private final Overflow overflow;
    private final int maxBytes;
    private final int maxMessages;
    private final boolean framed;
    /** An instance that no thread encodes with just now. */
    private final AtomicReference<@Nullable Codec<M>> spareCodec = new AtomicReference<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private ArrayDeque<ByteBuffer> ready = new ArrayDeque<>(2);
    private @Nullable ByteBuffer filling;
    private int nextChunkBytes = FIRST_CHUNK_BYTES;
    private volatile long bytes;
    private volatile int inTransit;
    private volatile int blocked;
    private volatile boolean closed;
    private volatile @Nullable Outbound<M> outbound;
    private long accepted;
    private long dropped;
    private boolean scheduled;

    /**
     * @param maxMessages at most so many frames at once; only where {@code framed}
     * @param framed whether each frame is kept by itself
     */
    SendBuffer(CodecFactory<M> codecs, Overflow overflow, int maxBytes, int maxMessages, boolean framed) {
        this.codecs = codecs;
        this.overflow = overflow;
        this.maxBytes = maxBytes;
        this.maxMessages = maxMessages;
        this.framed = framed;
    }

    /** From now on, {@code taker} takes what comes in; null if there is no connection for the time being. */
    void attach(@Nullable Outbound<M> taker) {
        boolean wake;
        lock.lock();
        try {
            outbound = taker;
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
            return ready.size();
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
            ready.clear();
            filling = null;
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
        if (length > maxBytes) {
            throw Outbound.tooLong(length, maxBytes);
        }
        Outbound<M> wake = null;
        Outbound<M> full = null;
        long queued = 0;
        lock.lock();
        try {
            if (closed || !makeRoom(length, broadcast)) {
                full = closed || overflow != Overflow.CLOSE ? null : outbound;
                queued = waiting() + inTransit;
                if (full == null) {
                    return false;
                }
            } else {
                keep(encoded, copied);
                bytes += length;
                accepted++;
                noteBuffered();
                wake = scheduled ? null : outbound;
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
        Outbound<M> taker = outbound;
        if (taker != null) {
            taker.noteBuffered();
        }
    }

    /** Does what the policy says until there is room. Returns whether there is. */
    private boolean makeRoom(int length, boolean broadcast) {
        while (!hasRoom(length)) {
            if (overflow == Overflow.DROP_OLDEST && framed) {
                if (!dropOldest()) {
                    return false;
                }
            } else if (overflow != Overflow.BLOCK || broadcast || !awaitRoom(length)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoom(int length) {
        return waiting() + inTransit + length <= maxBytes && (!framed || ready.size() < maxMessages);
    }

    private long waiting() {
        Outbound<M> taker = outbound;
        return bytes + (taker == null ? 0 : taker.loopQueuedBytes());
    }

    private boolean dropOldest() {
        ByteBuffer oldest = ready.poll();
        if (oldest == null) {
            return false;
        }
        bytes -= oldest.remaining();
        dropped++;
        return true;
    }

    private boolean awaitRoom(int length) {
        if (EventLoop.current() != null) {
            throw Outbound.mustNotWait();
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

    private void keep(ByteBuffer encoded, boolean copied) {
        if (framed) {
            ready.add(copied ? copyOf(encoded) : encoded.duplicate());
        } else if (copied) {
            chunkFor(encoded.remaining()).put(encoded);
        } else {
            endChunk();
            ready.add(encoded.duplicate());
        }
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private ByteBuffer chunkFor(int length) {
        ByteBuffer chunk = filling;
        if (chunk == null || chunk.remaining() < length) {
            endChunk();
            chunk = ByteBuffer.allocate(Math.max(nextChunkBytes, length));
            nextChunkBytes = Math.min(LARGEST_CHUNK_BYTES, 2 * nextChunkBytes);
            filling = chunk;
        }
        return chunk;
    }

    private void endChunk() {
        ByteBuffer chunk = filling;
        if (chunk != null) {
            ready.add(chunk.flip());
            filling = null;
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
            endChunk();
            taken = ready;
            ready = new ArrayDeque<>(2);
            nextChunkBytes = chunkBytesFor(bytes);
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
            ByteBuffer next = wanted ? ready.poll() : null;
            if (next == null) {
                scheduled = false;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Puts frames that were taken, but never reached the kernel whole, back to the front. */
    void putBack(ArrayDeque<ByteBuffer> frames) {
        lock.lock();
        try {
            while (!frames.isEmpty()) {
                ByteBuffer frame = frames.removeLast();
                bytes += frame.remaining();
                ready.addFirst(frame);
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
        if (overflow != Overflow.BLOCK) {
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

    private static int chunkBytesFor(long lastBytes) {
        long wanted = Math.max(FIRST_CHUNK_BYTES, Math.min(LARGEST_CHUNK_BYTES, lastBytes));
        return Integer.highestOneBit((int) (2 * wanted - 1));
    }
}
