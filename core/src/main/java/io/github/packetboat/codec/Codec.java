package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into messages and messages into bytes. A codec knows no socket, no thread and no log, so it can be tested
 * with an array.
 *
 * <p><b>Instances and threads.</b> A codec comes from a {@link CodecFactory} and is confined: no two of its methods ever
 * run at the same time, so it needs no lock. A connection decodes with one instance. Messages may be <em>encoded</em> by
 * other instances of the same factory (for sends from several threads, and for a broadcast, which is encoded once for all
 * members), so the bytes that {@link #encode} writes depend on the message alone, never on messages encoded before.
 *
 * @param <M> the type of message
 */
public interface Codec<M> {

    /** What {@link #maxFrameBytes} says unless a codec says otherwise: 1 MiB. */
    int DEFAULT_MAX_FRAME_BYTES = 1 << 20;

    /**
     * Takes one message off the front of {@code in}.
     *
     * <p>Called again and again until it returns null. On a message the position of {@code in} stands behind that
     * message's last byte. On null the unfinished frame's bytes are left unread: they are presented again, from the
     * same first byte and with more behind them, when more have arrived. A codec may remember how far it looked, so that
     * the work stays linear in the bytes however slowly they come.
     *
     * <p>{@code in} is big-endian when the call begins, is valid until the call returns, and must not be written to; its
     * limit must be left, or put back, as it was.
     *
     * @return the message, or null if {@code in} does not hold a whole one yet
     * @throws CodecException if the bytes cannot be the start of a valid frame: the stream is then worthless and its
     *     connection is closed
     */
    @Nullable
    M decode(ByteBuffer in) throws CodecException;

    /**
     * Appends {@code message} to {@code out}.
     *
     * @throws CodecException if the message cannot be sent by this codec, for instance since it is over its limit; what
     *     was put into {@code out} by then is taken back, and nothing of it reaches the wire
     */
    void encode(M message, FrameBuffer out) throws CodecException;

    /**
     * The most bytes that an unfinished frame may have. A connection whose codec leaves more unread is closed, so that no
     * peer can make the process buffer without bound. At least 1; {@value #DEFAULT_MAX_FRAME_BYTES} unless overridden.
     */
    default int maxFrameBytes() {
        return DEFAULT_MAX_FRAME_BYTES;
    }

    /**
     * Whether the messages of {@link #decode} are views of its argument, valid only until the listener returns. A
     * connection refuses to hand such messages to another thread.
     */
    default boolean decodesToViews() {
        return false;
    }

    /**
     * The message that a connection sends when it has been silent for the heartbeat interval, or null if this codec has
     * none. Heartbeats that come in are consumed by {@link #decode} and not returned.
     */
    default @Nullable M heartbeat() {
        return null;
    }
}
