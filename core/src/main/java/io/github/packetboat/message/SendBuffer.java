package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.internal.io.EventLoop;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Encoded messages on their way to a connection's loop: those sent by other threads and, where single frames must be told
 * apart (to drop the oldest, or to keep them until a client is connected again), all of them. Thread-safe.
 */
final class SendBuffer<M> {
    private static final int FIRST_CHUNK_BYTES = 512;
    private static final int LARGEST_CHUNK_BYTES = 64 * 1024;

    private final Codec<M> codec;
    private final Overflow overflow;
    private final int maxBytes;
    private final int maxMessages;
    private final boolean framed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final FrameBuffer frame = FrameBuffer.allocate(0);
    private ArrayDeque<ByteBuffer> ready = new ArrayDeque<>();
    private @Nullable ByteBuffer filling;
    private int nextChunkBytes = FIRST_CHUNK_BYTES;
    private volatile long bytes;
    private volatile int blocked;
    private long accepted;
    private long dropped;
    private boolean scheduled;
    private boolean closed;
    private volatile @Nullable Outbound<M> outbound;

    /**
     * @param codec an instance that nobody else uses
     * @param maxMessages at most so many frames at once; only where {@code framed}
     * @param framed whether each frame is kept by itself
     */
    SendBuffer(Codec<M> codec, Overflow overflow, int maxBytes, int maxMessages, boolean framed) {
        this.codec = codec;
        this.overflow = overflow;
        this.maxBytes = maxBytes;
        this.maxMessages = maxMessages;
        this.framed = framed;
    }

    /** From now on, {@code outbound} takes what comes in; null if there is no connection for the time being. */
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

    long accepted() {
        lock.lock();
        try {
            return accepted;
        } finally {
            lock.unlock();
        }
    }

    long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, wakes who waits for room. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Encodes and takes {@code message}, or returns false. */
    boolean offer(M message) {
        return offer(buffer -> encode(message), -1);
    }

    /** Takes a frame that is encoded already; its bytes are shared and must not change. */
    boolean offerEncoded(ByteBuffer encoded) {
        return offer(buffer -> encoded, encoded.remaining());
    }

    private interface Source {
        @Nullable
        ByteBuffer frame(SendBuffer<?> buffer);
    }

    private boolean offer(Source source, int knownLength) {
        Outbound<M> taker;
        boolean overflowed = false;
        lock.lock();
        try {
            if (closed || !append(source, knownLength)) {
                overflowed = !closed && overflow == Overflow.CLOSE;
                taker = outbound;
                if (!overflowed || taker == null) {
                    return false;
                }
            } else {
                accepted++;
                taker = scheduled ? null : outbound;
                scheduled = scheduled || taker != null;
            }
        } finally {
            lock.unlock();
        }
        if (overflowed) {
            taker.overflowed();
            return false;
        }
        if (taker != null) {
            taker.scheduleTake();
        }
        return true;
    }

    private boolean append(Source source, int knownLength) {
        while (true) {
            ByteBuffer chunk = knownLength >= 0 || framed ? null : chunk();
            int start = chunk == null ? 0 : chunk.position();
            ByteBuffer encoded = source.frame(this);
            int length = knownLength >= 0 ? knownLength : frame.length();
            if (length > maxBytes) {
                rollBack(chunk, start);
                throw Outbound.tooLong(length, maxBytes);
            }
            if (hasRoom(length)) {
                keep(encoded, chunk, start);
                bytes += length;
                noteBuffered();
                return true;
            }
            rollBack(chunk, start);
            if (!makeRoom(length, knownLength >= 0)) {
                return false;
            }
        }
    }

    private void noteBuffered() {
        Outbound<M> taker = outbound;
        if (taker != null) {
            taker.noteBuffered();
        }
    }

    private boolean hasRoom(int length) {
        Outbound<M> taker = outbound;
        long total = bytes + length + (taker == null ? 0 : taker.loopQueuedBytes());
        return total <= maxBytes && (!framed || ready.size() < maxMessages);
    }

    /**
     * Does what the policy says about a full buffer. Returns whether it is worth another try.
     *
     * @param broadcast whether other connections get the message too, which must not wait for this one
     */
    private boolean makeRoom(int length, boolean broadcast) {
        if (overflow == Overflow.DROP_OLDEST) {
            ByteBuffer oldest = ready.poll();
            if (oldest == null) {
                return false;
            }
            bytes -= oldest.remaining();
            dropped++;
            return true;
        }
        if (overflow != Overflow.BLOCK || broadcast) {
            return false;
        }
        if (EventLoop.current() != null) {
            throw Outbound.mustNotWait();
        }
        blocked++;
        // the loop, which takes no lock for this, makes room and then looks whether anybody is blocked
        VarHandle.fullFence();
        try {
            if (!hasRoom(length)) {
                room.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            blocked--;
        }
        return !closed;
    }

    private ByteBuffer encode(M message) {
        ByteBuffer chunk = framed ? chunk().clear() : chunk();
        int start = chunk.position();
        frame.begin(chunk, false);
        try {
            codec.encode(message, frame);
        } catch (CodecException e) {
            chunk.position(start);
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            chunk.position(start);
            throw e;
        }
        if (framed) {
            return ByteBuffer.wrap(frame.toByteArray());
        }
        return frame.bytes();
    }

    private ByteBuffer chunk() {
        ByteBuffer chunk = filling;
        if (chunk == null) {
            chunk = ByteBuffer.allocate(nextChunkBytes);
            filling = chunk;
        }
        return chunk;
    }

    private static void rollBack(@Nullable ByteBuffer chunk, int start) {
        if (chunk != null) {
            chunk.position(start);
        }
    }

    /** Keeps the frame just encoded: it is in {@code chunk}, or has outgrown it, or is a buffer of its own. */
    private void keep(ByteBuffer encoded, @Nullable ByteBuffer chunk, int start) {
        if (encoded == chunk) {
            return;
        }
        if (chunk != null) {
            chunk.position(start);
        }
        if (!framed) {
            endChunk();
        }
        boolean outgrown = chunk != null;
        ready.add(outgrown ? encoded.flip() : encoded.duplicate());
        if (outgrown) {
            nextChunkBytes = Math.min(LARGEST_CHUNK_BYTES, 2 * nextChunkBytes);
        }
    }

    private void endChunk() {
        ByteBuffer chunk = filling;
        if (chunk != null && chunk.position() > 0) {
            ready.add(chunk.flip());
            filling = null;
        }
    }

    /** Hands everything to {@code taker}, in order; where frames are kept by themselves, as long as it wants more. */
    void take(Consumer<ByteBuffer> taker, java.util.function.BooleanSupplier more) {
        if (framed) {
            takeFrames(taker, more);
            return;
        }
        ArrayDeque<ByteBuffer> taken;
        lock.lock();
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
            // one by one: as long as any is on its way, bytes() must not say that there is none
            lock.lock();
            try {
                bytes -= next.remaining();
            } finally {
                lock.unlock();
            }
            taker.accept(next);
        }
    }

    private void takeFrames(Consumer<ByteBuffer> taker, java.util.function.BooleanSupplier more) {
        while (true) {
            ByteBuffer next;
            lock.lock();
            try {
                scheduled = false;
                next = more.getAsBoolean() ? ready.poll() : null;
                if (next == null) {
                    return;
                }
                bytes -= next.remaining();
            } finally {
                lock.unlock();
            }
            taker.accept(next);
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

    /** Wakes senders that wait for room, if there are any. */
    void signalRoom() {
        if (overflow != Overflow.BLOCK) {
            return;
        }
        VarHandle.fullFence();
        if (blocked > 0) {
            lock.lock();
            try {
                room.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private static int chunkBytesFor(long lastBytes) {
        long wanted = Math.max(FIRST_CHUNK_BYTES, Math.min(LARGEST_CHUNK_BYTES, lastBytes));
        return Integer.highestOneBit((int) (2 * wanted - 1));
    }
}
