package io.github.packetboat.internal.io;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Buffers for the unfinished frames of a loop's connections, in sizes that are powers of two: small ones on the heap, large
 * ones direct, since a channel reads straight into those. Keeps a bounded amount of what is given back. Loop thread only.
 */
public final class BufferPool {
    /** Up to this size a buffer is on the heap. */
    public static final int SMALL_BYTES = 8 * 1024;

    private static final int SMALLEST_BITS = 8;
    private static final int LARGE_BITS = 15;
    private static final int LARGEST_BITS = 21;
    private static final long MAX_KEPT_BYTES = 8 << 20;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private final ArrayDeque<ByteBuffer>[] free = new ArrayDeque[LARGEST_BITS + 1];

    private long keptBytes;

    BufferPool() {
        for (int i = SMALLEST_BITS; i < free.length; i++) {
            free[i] = new ArrayDeque<>();
        }
    }

    /** An empty buffer of at least {@code bytes}, with whatever was in it before. */
    public ByteBuffer take(int bytes) {
        int bits = Math.max(
                bytes <= SMALL_BYTES ? SMALLEST_BITS : LARGE_BITS, 32 - Integer.numberOfLeadingZeros(bytes - 1));
        if (bits > LARGEST_BITS) {
            return ByteBuffer.allocateDirect(bits < 31 ? 1 << bits : bytes);
        }
        ByteBuffer buffer = free[bits].poll();
        if (buffer == null) {
            return bits < LARGE_BITS ? ByteBuffer.allocate(1 << bits) : ByteBuffer.allocateDirect(1 << bits);
        }
        keptBytes -= buffer.capacity();
        return buffer.clear();
    }

    /** Gives back what {@link #take} gave; the caller must not touch it again. */
    public void give(ByteBuffer buffer) {
        int bits = 31 - Integer.numberOfLeadingZeros(buffer.capacity());
        if (bits <= LARGEST_BITS && keptBytes + buffer.capacity() <= MAX_KEPT_BYTES) {
            keptBytes += buffer.capacity();
            free[bits].push(buffer);
        }
    }
}
