package io.github.packetboat.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/** Masks and unmasks payloads (RFC 6455 §5.3), eight bytes at a time. */
final class Masking {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long EACH_INT = 0x0000_0001_0000_0001L;
    private static final int KEYS_AHEAD_BYTES = 1024;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ThreadLocal<Keys> KEYS = ThreadLocal.withInitial(Keys::new);

    private Masking() {}

    /** The key as it lies over eight bytes of which the first is byte {@code offset} of the payload. */
    private static long wide(int key, int offset) {
        return (Integer.rotateLeft(key, 8 * (offset & 3)) & 0xFFFF_FFFFL) * EACH_INT;
    }

    /**
     * Copies {@code length} bytes of {@code in} from {@code from} on, the first of which is byte {@code offset} of the
     * payload, to {@code out} from {@code at} on, and unmasks them. With the key 0 that is a plain copy.
     *
     * @param in big-endian
     * @return negative bytes among the copied ones leave their high bit, at some place, in this
     */
    static long unmask(ByteBuffer in, int from, int length, int key, int offset, byte[] out, int at) {
        long mask = wide(key, offset);
        long seen = 0;
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            long word = in.getLong(from + i) ^ mask;
            seen |= word;
            LONG.set(out, at + i, word);
        }
        for (int shift = 56; i < length; i++, shift -= 8) {
            byte b = (byte) (in.get(from + i) ^ (mask >>> shift));
            seen |= b;
            out[at + i] = b;
        }
        return seen;
    }

    /** Masks {@code length} bytes from {@code from} on where they are; the first is byte {@code offset} of the payload. */
    static void mask(byte[] bytes, int from, int length, int key, int offset) {
        long mask = wide(key, offset);
        int i = from;
        int end = from + length;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            LONG.set(bytes, i, (long) LONG.get(bytes, i) ^ mask);
        }
        for (int shift = 56; i < end; i++, shift -= 8) {
            bytes[i] ^= (byte) (mask >>> shift);
        }
    }

    /** A key that no peer, and nobody who chooses payloads, can predict (RFC 6455 §10.3). */
    static int nextKey() {
        return KEYS.get().next();
    }

    /** Random bytes fetched ahead: each call for some costs a thousand times what one key does. */
    private static final class Keys {
        private final byte[] bytes = new byte[KEYS_AHEAD_BYTES];
        private final ByteBuffer keys = ByteBuffer.wrap(bytes).limit(0);

        int next() {
            if (!keys.hasRemaining()) {
                RANDOM.nextBytes(bytes);
                keys.clear();
            }
            return keys.getInt();
        }
    }
}
