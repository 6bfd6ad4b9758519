package io.github.packetboat.message;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The frames that were taken from a {@link SendBuffer} and that the kernel may not have yet. When the connection is cut,
 * those go back for the next one, so that none is lost and the peer gets none by halves. Loop thread only.
 */
final class UnsentFrames {
    private record Frame(ByteBuffer bytes, boolean goesBack) {}

    private final ArrayDeque<Frame> frames = new ArrayDeque<>();

    void add(ByteBuffer frame) {
        frames.add(new Frame(frame.duplicate(), true));
    }

    /** Adds what means something to this connection only, and does not go back. */
    void addForThisOnly(ByteBuffer words) {
        frames.add(new Frame(words.duplicate(), false));
    }

    /** All of them have been written. */
    void clear() {
        frames.clear();
    }

    /** Puts back what makes up the last {@code unsentBytes} bytes, the frame that is only half written with it. */
    void putBack(SendBuffer<?> buffer, long unsentBytes) {
        ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
        long left = unsentBytes;
        while (left > 0 && !frames.isEmpty()) {
            Frame last = frames.removeLast();
            left -= last.bytes.remaining();
            if (last.goesBack) {
                unsent.addFirst(last.bytes);
            }
        }
        buffer.putBack(unsent);
    }
}
