package io.github.packetboat.websocket;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses messages and expands them (permessage-deflate, RFC 7692). Each message by itself: neither side keeps a window
 * between messages, so an idle connection holds no zlib memory, and one compressed message serves all members of a group.
 * Thread-safe.
 *
 * @param windowBits how far back a compressed message may refer, as a power of two: 8 to 15
 */
record Deflate(int windowBits) {
    static final int MAX_WINDOW_BITS = 15;
    static final int MIN_WINDOW_BITS = 8;
    /** Smaller messages hardly shrink. */
    private static final int WORTHWHILE_BYTES = 64;
    /** What the end of a flushed block looks like; it is not sent (RFC 7692 §7.2.1). */
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    /** Each costs as much as a small message, and takes two bytes of a peer that has nothing to say. */
    private static final int MAX_FINAL_BLOCKS = 64;

    /** Each of them has a quarter of a megabyte outside of the heap, and is used for microseconds. */
    private static final ArrayBlockingQueue<Deflater> DEFLATERS = new ArrayBlockingQueue<>(8);

    private static final ArrayBlockingQueue<Inflater> INFLATERS = new ArrayBlockingQueue<>(8);

    /** {@code payload} compressed, or null if that would not make it smaller. */
    byte @Nullable [] deflate(byte[] payload) {
        if (payload.length < WORTHWHILE_BYTES) {
            return null;
        }
        Deflater pooled = DEFLATERS.poll();
        Deflater deflater = pooled != null ? pooled : new Deflater(Deflater.BEST_SPEED, true);
        try {
            return deflate(payload, deflater);
        } finally {
            deflater.reset();
            if (!DEFLATERS.offer(deflater)) {
                deflater.end();
            }
        }
    }

    private byte @Nullable [] deflate(byte[] payload, Deflater deflater) {
        byte[] out = new byte[payload.length];
        int window = windowBits == MAX_WINDOW_BITS ? payload.length : 1 << windowBits;
        int n = 0;
        // a full flush forgets what came before it, so that nothing refers further back than a small window
        for (int from = 0; from < payload.length; from += window) {
            int length = Math.min(window, payload.length - from);
            deflater.setInput(payload, from, length);
            n += deflater.deflate(out, n, out.length - n, Deflater.FULL_FLUSH);
            if (n == out.length) {
                return null; // as large as it was, and maybe not all of it yet
            }
        }
        return Arrays.copyOf(out, n - TAIL.length);
    }

    /**
     * The message that was compressed to the first {@code length} of {@code bytes}.
     *
     * @param maxBytes how large it may be
     * @throws WebSocketException if it is larger, or was not compressed so
     */
    static byte[] inflate(byte[] bytes, int length, int maxBytes) throws WebSocketException {
        Inflater pooled = INFLATERS.poll();
        Inflater inflater = pooled != null ? pooled : new Inflater(true);
        try {
            return new Inflation(inflater, maxBytes).of(bytes, length);
        } catch (DataFormatException e) {
            throw new WebSocketException(
                    CloseCode.INVALID_DATA,
                    "a compressed message of " + length + " bytes is not deflated properly: " + e.getMessage());
        } finally {
            inflater.reset();
            if (!INFLATERS.offer(inflater)) {
                inflater.end();
            }
        }
    }

    /** One message being expanded, into an array that grows with what there is, never beyond the limit. */
    private static final class Inflation {
        private final Inflater inflater;
        private final int maxBytes;
        private byte[] out = new byte[0];
        private int n;
        private int finalBlocks;

        Inflation(Inflater inflater, int maxBytes) {
            this.inflater = inflater;
            this.maxBytes = maxBytes;
        }

        byte[] of(byte[] bytes, int length) throws DataFormatException, WebSocketException {
            out = new byte[(int) Math.min(maxBytes, 4L * length + 64)];
            take(bytes, length);
            if (!inflater.finished()) {
                take(TAIL, TAIL.length);
            }
            return n == out.length ? out : Arrays.copyOf(out, n);
        }

        private void take(byte[] bytes, int length) throws DataFormatException, WebSocketException {
            inflater.setInput(bytes, 0, length);
            while (true) {
                int got = expand();
                if (inflater.finished()) {
                    int rest = inflater.getRemaining();
                    if (rest == 0) {
                        return;
                    }
                    // a final block need not be the last (RFC 7692 §7.2.3.4)
                    if (++finalBlocks == MAX_FINAL_BLOCKS) {
                        throw new WebSocketException(
                                CloseCode.TOO_LARGE,
                                "a compressed message goes on after " + MAX_FINAL_BLOCKS + " final blocks");
                    }
                    inflater.reset();
                    inflater.setInput(bytes, length - rest, rest);
                } else if (got == 0) {
                    return;
                }
            }
        }

        private int expand() throws DataFormatException, WebSocketException {
            if (n == out.length) {
                // one more than allowed, to see whether it is too much
                out = Arrays.copyOf(out, (int) Math.min(maxBytes + 1L, 2L * n + 64));
            }
            int got = inflater.inflate(out, n, out.length - n);
            n += got;
            if (n > maxBytes) {
                throw new WebSocketException(
                        CloseCode.TOO_LARGE, "a compressed message expands beyond maxMessageBytes=" + maxBytes);
            }
            return got;
        }
    }
}
