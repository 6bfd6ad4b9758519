package io.github.packetboat.internal.mime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A message as it goes out: CRLF lines only, the last one ended, dots not yet doubled. It gives the same bytes each time it
 * is opened. Immutable and thread-safe; the streams that {@link #open()} returns are not.
 */
public final class Rendering {
    private final byte[] bytes;
    private final boolean eightBit;

    private Rendering(byte[] bytes, boolean eightBit) {
        this.bytes = bytes;
        this.eightBit = eightBit;
    }

    /** A message that is ready. The array is not copied and must not change any more. */
    public static Rendering of(byte[] bytes) {
        boolean eightBit = false;
        for (int i = 0; i < bytes.length && !eightBit; i++) {
            eightBit = bytes[i] < 0;
        }
        return new Rendering(bytes, eightBit);
    }

    /** How many bytes {@link #open()} gives, or {@link Content#UNKNOWN} if an attachment does not say how long it is. */
    public long size() {
        return bytes.length;
    }

    /** Whether any byte is above 127, so that the server must offer 8BITMIME. */
    public boolean isEightBit() {
        return eightBit;
    }

    /** All of it if it is short enough to be kept in memory, else null: then {@link #open()} streams it. Not to be changed. */
    public byte @Nullable [] bytes() {
        return bytes;
    }

    /**
     * A new stream over all of it, which the caller closes. Reading fails with an {@link IOException} if an attachment
     * cannot be read or is not as long as it said: what was read until then must not be ended as a whole message.
     */
    public InputStream open() throws IOException {
        return new ByteArrayInputStream(bytes);
    }

    /** Writes all of it to {@code out}, which stays open. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }
}
