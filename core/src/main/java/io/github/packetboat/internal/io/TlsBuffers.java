package io.github.packetboat.internal.io;

import java.nio.ByteBuffer;

/** The ciphertext that goes through one loop: no connection holds a buffer of its own between turns. Loop thread only. */
public final class TlsBuffers {
    private static final int BYTES = 256 * 1024;
    /** Larger than any plaintext of one record. */
    private static final int SCRATCH_BYTES = 32 * 1024;

    private final ByteBuffer in = ByteBuffer.allocateDirect(BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BYTES);
    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);

    TlsBuffers() {}

    ByteBuffer in() {
        return in;
    }

    ByteBuffer out() {
        return out;
    }

    ByteBuffer scratch() {
        return scratch.clear();
    }
}
