package io.github.packetboat.codec;

import java.nio.ByteBuffer;

/** How the length of a payload is written in front of it. Immutable. */
sealed interface LengthHeader permits FixedHeader, FixedHeader.BigEndian32, VarintHeader {
    /** What {@link #peek} returns if the header is not whole yet. */
    long INCOMPLETE = -1;

    /** The length of the payload whose header is at the position of {@code in}, which does not move. */
    long peek(ByteBuffer in) throws CodecException;

    /** Puts the header of a payload of {@code length} bytes. */
    void put(int length, FrameBuffer out);

    /** How many bytes the header of a payload of {@code length} bytes has. */
    int bytes(int length);

    /** The longest payload whose length can be said. */
    long maxLength();
}
