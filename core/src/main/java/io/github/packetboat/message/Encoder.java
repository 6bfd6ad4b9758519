package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.internal.io.EventLoop;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what a connection sends on its loop straight into the loop's outbox. What is too large for that lies elsewhere
 * afterwards: grown out of the outbox, or borrowed from the caller. Loop thread only.
 */
final class Encoder<M> {
    private final FrameBuffer frame;
    private final Codec<M> codec;
    private boolean borrows = true;

    Encoder(EventLoop loop, Codec<M> codec) {
        this.frame = frameOf(loop);
        this.codec = codec;
    }

    /** All encoders of a loop share one. */
    private static FrameBuffer frameOf(EventLoop loop) {
        synchronized (loop) {
            if (loop.attachment() instanceof FrameBuffer shared) {
                return shared;
            }
            FrameBuffer shared = FrameBuffer.allocate(0);
            loop.attach(shared);
            return shared;
        }
    }

    /** From now on what is encoded is copied: a transport that encrypts could not lend it on. */
    void borrowNothing() {
        borrows = false;
    }

    /**
     * Encodes {@code message} at the position of {@code target}, the outbox's buffer, or puts that back and throws. If
     * {@link #isApart} then, not all of the frame is there.
     */
    void encode(M message, ByteBuffer target) {
        encode(message, target, borrows);
    }

    private void encode(M message, ByteBuffer target, boolean mayBorrow) {
        int start = target.position();
        frame.begin(target, mayBorrow);
        try {
            codec.encode(message, frame);
        } catch (CodecException e) {
            target.position(start);
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            target.position(start);
            throw e;
        }
    }

    /** Whether what was encoded last is not, or not all, in {@code target}. */
    boolean isApart(ByteBuffer target) {
        return frame.bytes() != target || frame.borrowed() != null;
    }

    /** The length of the frame encoded last. */
    int length() {
        return frame.length();
    }

    /**
     * What of the frame encoded last is not in {@code target}, whose position is behind what is; that of {@code start} if
     * nothing is. Not to be touched once the send that it is part of returns.
     */
    ByteBuffer apart(ByteBuffer target, int start) {
        if (frame.bytes() != target) {
            target.position(start);
            return frame.bytes().flip();
        }
        return frame.borrowed().duplicate();
    }

    /** Encodes {@code message} into the outbox for several connections of this loop; it starts where this returns. */
    int encodeShared(M message, ByteBuffer target) {
        int start = target.position();
        encode(message, target, false);
        if (frame.bytes() != target) {
            target.position(start);
        }
        return start;
    }

    /** What {@link #encodeShared} encoded, if it was too large for the outbox; else null. */
    @Nullable
    ByteBuffer outgrownShared() {
        ByteBuffer bytes = frame.bytes();
        return bytes.isDirect() ? null : bytes.flip();
    }
}
