package io.github.packetboat.internal.io;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Direct buffers for large unfinished frames, in sizes that are powers of two. Keeps a bounded amount of what is given
 * back. Loop thread only.
 */
public final class BufferPool {
    private static final int SMALLEST_BITS = 16;
    private static final int LARGEST_BITS = 21;
    private static final long MAX_KEPT_BYTES = 8 << 20;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private final ArrayDeque<ByteBuffer>[] free = new ArrayDeque[LARGEST_BITS - SMALLEST_BITS + 1];

    private long keptBytes;

    BufferPool() {
        for (int i = 0; i < free.length; i++) {
            free[i] = new ArrayDeque<>();
        }
    }

    /** An empty buffer of at least {@code bytes}, with whatever was in it before. */
    public ByteBuffer take(int bytes) {
        int bits = Math.max(SMALLEST_BITS, 32 - Integer.numberOfLeadingZeros(bytes - 1));
        if (bits > LARGEST_BITS) {
            return ByteBuffer.allocateDirect(bits < 31 ? 1 << bits : bytes);
        }
        ByteBuffer buffer = free[bits - SMALLEST_BITS].poll();
        if (buffer == null) {
            return ByteBuffer.allocateDirect(1 << bits);
        }
        keptBytes -= buffer.capacity();
        return buffer.clear();
    }

    /** Gives back what {@link #take} gave; the caller must not touch it again. */
    public void give(ByteBuffer buffer) {
        int bits = 31 - Integer.numberOfLeadingZeros(buffer.capacity());
        if (bits <= LARGEST_BITS && keptBytes + buffer.capacity() <= MAX_KEPT_BYTES) {
            keptBytes += buffer.capacity();
            free[bits - SMALLEST_BITS].push(buffer);
        }
    }
}
