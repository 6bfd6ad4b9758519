package io.github.packetboat.internal.mime;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names that no other call in any process gives: 128 bits, of which 64 are drawn once by each process and 64 are a counter
 * that a secret start and a bijection make look random. Unique without asking for randomness each time, and without showing
 * how many there were. Not secret: who has seen some may guess the next. Thread-safe.
 */
public final class Unique {
    /** 32 characters that any header, boundary or file name takes. */
    private static final byte[] ALPHABET = "0123456789abcdefghijklmnopqrstuv".getBytes(StandardCharsets.US_ASCII);

    private static final int CHARS_A_HALF = 13; // 13 * 5 bits >= 64 bits
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final long PROCESS;
    private static final AtomicLong NEXT;

    static {
        SecureRandom random = new SecureRandom();
        PROCESS = random.nextLong();
        NEXT = new AtomicLong(random.nextLong());
    }

    private Unique() {}

    /** 26 lower-case letters and digits. */
    public static String name() {
        byte[] name = new byte[2 * CHARS_A_HALF];
        put(PROCESS, name, 0);
        put(scatter(NEXT.getAndAdd(GOLDEN)), name, CHARS_A_HALF);
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    private static void put(long bits, byte[] name, int offset) {
        long rest = bits;
        for (int i = 0; i < CHARS_A_HALF; i++) {
            name[offset + i] = ALPHABET[(int) rest & 31];
            rest >>>= 5;
        }
    }

    /** The finalizer of SplitMix64: each value has one of its own. */
    private static long scatter(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
