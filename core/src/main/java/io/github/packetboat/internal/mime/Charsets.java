package io.github.packetboat.internal.mime;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Which charset a text is written in. Stateless, thread-safe. */
final class Charsets {
    private Charsets() {}

    /**
     * {@code wish} if readers get {@code text} back from it, else UTF-8. Tried rather than asked: in charsets with shift states a
     * control character in the text says what it should not.
     */
    static Charset able(Charset wish, String text) {
        boolean able = wish.equals(StandardCharsets.UTF_8) || new String(text.getBytes(wish), wish).equals(text);
        return able ? wish : StandardCharsets.UTF_8;
    }
}
