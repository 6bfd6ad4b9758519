package io.github.packetboat.codec;

import java.nio.ByteBuffer;

/** All there is, even nothing, as one text. */
final class WholeText implements Codec<String> {

    @Override
    public String decode(ByteBuffer in) throws CodecException {
        String text = Utf8.decode(in, in.position(), in.remaining(), "text");
        in.position(in.limit());
        return text;
    }

    @Override
    public void encode(String text, FrameBuffer out) throws CodecException {
        out.putUtf8(text);
    }
}
