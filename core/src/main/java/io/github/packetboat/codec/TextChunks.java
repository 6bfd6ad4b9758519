package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Text as it arrives, never half a character. What is well-formed before an error is still a message, so the text that
 * comes through is the same whichever way the stream was cut. State: how many bytes of the stream have been taken.
 */
final class TextChunks implements Codec<String> {
    private long taken;

    @Override
    public @Nullable String decode(ByteBuffer in) throws CodecException {
        int from = in.position();
        int to = Utf8.incompleteTail(in, from, in.limit());
        if (to == from) {
            if (in.hasRemaining() && !Utf8.isIncomplete(in, from, in.limit())) {
                throw Utf8.invalid(in.get(from), taken, "stream");
            }
            return null;
        }
        String text = Utf8.decodeLeniently(in, from, to - from);
        if (text.indexOf(Utf8.REPLACEMENT) >= 0) {
            int bad = Utf8.wellFormed(in, from, to);
            if (bad == from) {
                throw Utf8.invalid(in.get(from), taken, "stream");
            }
            if (bad < to) {
                text = Utf8.decodeLeniently(in, from, bad - from);
                to = bad;
            }
        }
        taken += to - from;
        in.position(to);
        return text;
    }

    @Override
    public void encode(String text, FrameBuffer out) throws CodecException {
        out.putUtf8(text);
    }

    /** Only a part of one character is ever left unread. */
    @Override
    public int maxFrameBytes() {
        return Utf8.MAX_BYTES;
    }
}
