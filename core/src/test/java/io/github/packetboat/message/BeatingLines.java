package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;

/** Lines of which the empty one is a heartbeat. */
final class BeatingLines implements Codec<String> {
    static final CodecFactory<String> CODEC = BeatingLines::new;

    private final Codec<String> lines = Codecs.lines().create();

    @Override
    public String decode(ByteBuffer in) throws CodecException {
        String line = lines.decode(in);
        while (line != null && line.isEmpty()) {
            line = lines.decode(in);
        }
        return line;
    }

    @Override
    public void encode(String line, FrameBuffer out) throws CodecException {
        lines.encode(line, out);
    }

    @Override
    public String heartbeat() {
        return "";
    }
}
