package io.github.packetboat.message;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Frames in order, as bytes: packed into chunks, or, where single ones are to be dropped or kept, each in a buffer of its
 * own. Not thread-safe.
 */
final class EncodedFrames {
    private static final int FIRST_CHUNK_BYTES = 512;
    private static final int LARGEST_CHUNK_BYTES = 64 * 1024;

    private final boolean single;
    private ArrayDeque<ByteBuffer> ready = new ArrayDeque<>(2);
    private @Nullable ByteBuffer filling;
    private int nextChunkBytes = FIRST_CHUNK_BYTES;

    /** @param single whether each frame is kept by itself */
    EncodedFrames(boolean single) {
        this.single = single;
    }

    /**
     * Adds a frame at the end.
     *
     * @param copied whether its bytes are copied, since the buffer is used again
     */
    void add(ByteBuffer frame, boolean copied) {
        if (!copied) {
            endChunk();
            ready.add(frame.duplicate());
        } else if (single) {
            ready.add(ByteBuffer.allocate(frame.remaining()).put(frame).flip());
        } else {
            chunkFor(frame.remaining()).put(frame);
        }
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

    /** How many frames there are, where each is by itself. */
    int count() {
        return ready.size();
    }

    /** Takes the first frame, where each is by itself; null if there is none. */
    @Nullable
    ByteBuffer poll() {
        return ready.poll();
    }

    /** Adds a frame at the front, where each is by itself. */
    void addFirst(ByteBuffer frame) {
        ready.addFirst(frame);
    }

    /**
     * Takes everything.
     *
     * @param bytes how much that is: likely what comes next is as much
     */
    ArrayDeque<ByteBuffer> takeAll(long bytes) {
        endChunk();
        ArrayDeque<ByteBuffer> taken = ready;
        ready = new ArrayDeque<>(2);
        long wanted = Math.max(FIRST_CHUNK_BYTES, Math.min(LARGEST_CHUNK_BYTES, bytes));
        nextChunkBytes = Integer.highestOneBit((int) (2 * wanted - 1));
        return taken;
    }

    void clear() {
        ready.clear();
        filling = null;
    }
}
