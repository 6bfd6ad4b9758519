package io.github.packetboat.datagram;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;

/** Makes datagrams of messages, one at a time, in a buffer of its own. For one thread at a time. */
final class Encoder<M> {
    private final Codec<M> codec;
    private final ByteBuffer datagram;
    private final FrameBuffer frame = FrameBuffer.allocate(0);

    /** @param datagram as large as a datagram may be */
    Encoder(Codec<M> codec, ByteBuffer datagram) {
        this.codec = codec;
        this.datagram = datagram;
    }

    /**
     * The bytes of {@code message}, valid until the next call.
     *
     * @throws IllegalArgumentException if it cannot be encoded, or is larger than a datagram may be
     */
    ByteBuffer encode(M message) {
        frame.begin(datagram.clear(), false);
        try {
            codec.encode(message, frame);
        } catch (CodecException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (frame.bytes() != datagram) {
            throw new IllegalArgumentException("a message of " + frame.length() + " bytes exceeds maxDatagramBytes="
                    + datagram.capacity() + ": split it, or raise the maximum (to 65507 at most)");
        }
        return datagram.flip();
    }
}
