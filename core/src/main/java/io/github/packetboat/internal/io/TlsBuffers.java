package io.github.packetboat.internal.io;

import java.nio.ByteBuffer;

/** The ciphertext that goes through one loop: no connection holds a buffer of its own between turns. Loop thread only. */
public final class TlsBuffers {
    private static final int BYTES = 256 * 1024;
    /** Larger than any plaintext of one record. */
    private static final int SCRATCH_BYTES = 32 * 1024;

    /** The most plaintext in one record (RFC 8446 §5.1). */
    private static final int MAX_FRAGMENT_BYTES = 16 * 1024;

    private final ByteBuffer in = ByteBuffer.allocateDirect(BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BYTES);
    private final int[] records = new int[2 * (BYTES / MAX_FRAGMENT_BYTES + 8)];
    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);

    TlsBuffers() {}

    ByteBuffer in() {
        return in;
    }

    ByteBuffer out() {
        return out;
    }

    /** Where a transport notes the plain and the encrypted length of each record that it makes. */
    int[] records() {
        return records;
    }

    ByteBuffer scratch() {
        return scratch.clear();
    }
}
