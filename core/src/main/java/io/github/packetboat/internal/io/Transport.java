package io.github.packetboat.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Moves bytes between buffers and one non-blocking channel, plain or through TLS. What is given here by default is so where
 * bytes pass as they are. Loop thread only.
 */
public interface Transport {

    /**
     * Reads what is there into {@code into}.
     *
     * @return how many bytes came; 0 if there is nothing now; -1 at the orderly end of the stream
     */
    int read(ByteBuffer into) throws IOException;

    /** Whether {@link #read} has more without the channel becoming readable again. */
    default boolean hasUnread() {
        return false;
    }

    /** Whether a part of something came that {@link #read} can give nothing of before its rest is there. */
    default boolean isMidRecord() {
        return false;
    }

    /** The least room that {@link #read} needs in its buffer to get on. */
    default int minReadRoom() {
        return 1;
    }

    /** Writes as much of {@code from} as goes now; what it took is behind the buffer's position. */
    void write(ByteBuffer from) throws IOException;

    /** Writes the first and then the second buffer of {@code two}, as much as goes now, in one call if it can. */
    void write(ByteBuffer[] two) throws IOException;

    /** Bytes that {@link #write} took but has not handed to the kernel yet. */
    default int unflushedBytes() {
        return 0;
    }

    /** How many of the bytes that {@link #write} took the peer can make nothing of, as their end is still unflushed. */
    default int unusableBytes() {
        return 0;
    }

    /** Hands more of {@link #unflushedBytes} to the kernel. */
    default void flush() throws IOException {}

    /** Says to the peer that nothing more will come, after everything written. May need further {@link #flush} calls. */
    void shutdownOutput() throws IOException;
}
