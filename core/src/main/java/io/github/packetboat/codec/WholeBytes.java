package io.github.packetboat.codec;

import java.nio.ByteBuffer;

/** All there is, even nothing, as one message. */
final class WholeBytes implements Codec<byte[]> {

    @Override
    public byte[] decode(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return bytes;
    }

    @Override
    public void encode(byte[] bytes, FrameBuffer out) {
        out.put(bytes);
    }
}
