package io.github.packetboat.internal.io;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What the kernel did not take of one connection's bytes, in order. There is one only while something waits. Loop thread only. */
final class Backlog {
    private static final int FIRST_CHUNK_BYTES = 4 * 1024;
    private static final int CHUNK_BYTES = 64 * 1024;

    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>(4);
    /** The last of {@link #buffers} if it is a chunk of this backlog's own with room behind its limit. */
    private @Nullable ByteBuffer tail;

    private long bytes;

    long bytes() {
        return bytes;
    }

    /** How many buffers it owns or shares now. */
    int buffers() {
        return buffers.size();
    }

    /** What goes next; there must be something. */
    ByteBuffer first() {
        return buffers.element();
    }

    /** So many bytes have been written from the position of {@link #first} on. */
    void wrote(int n) {
        bytes -= n;
        ByteBuffer first = buffers.element();
        if (!first.hasRemaining()) {
            buffers.remove();
            if (first == tail) {
                tail = null;
            }
        }
    }

    /** Adds {@code body} as it is: it is nobody else's, or its bytes never change. */
    void keep(ByteBuffer body) {
        bytes += body.remaining();
        buffers.add(body);
        tail = null;
    }

    /** Adds a copy of what remains of {@code source}. */
    void copy(ByteBuffer source) {
        while (source.hasRemaining()) {
            ByteBuffer chunk = tailWithRoom(source.remaining());
            int n = Math.min(source.remaining(), chunk.capacity() - chunk.limit());
            int at = chunk.limit();
            chunk.limit(at + n);
            chunk.put(at, source, source.position(), n);
            source.position(source.position() + n);
            bytes += n; // only now: a chunk may not have been to be had
        }
    }

    private ByteBuffer tailWithRoom(int wanted) {
        ByteBuffer chunk = tail;
        if (chunk == null || chunk.limit() == chunk.capacity()) {
            int capacity = chunk == null && wanted < FIRST_CHUNK_BYTES ? FIRST_CHUNK_BYTES : CHUNK_BYTES;
            chunk = ByteBuffer.allocate(capacity).limit(0);
            tail = chunk;
            buffers.add(chunk);
        }
        return chunk;
    }
}
