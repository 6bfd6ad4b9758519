package io.github.packetboat.mailbox;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Text that says in which charset it is, and may be wrong. Stateless, thread-safe. */
final class TextBytes {
    private TextBytes() {}

    /** Never fails: what cannot be decoded becomes U+FFFD, and is reported. */
    static String decode(byte[] bytes, String charsetName, Charset fallback, Defects defects) {
        Charset charset = Texts.charset(charsetName);
        if (charset == null) {
            defects.add(Defect.Kind.UNKNOWN_CHARSET, "charset " + charsetName);
            return Texts.guess(bytes, fallback);
        }
        String text = Texts.strict(bytes, charset);
        if (text != null) {
            return text;
        }
        defects.add(Defect.Kind.WRONG_CHARSET, "bytes that are not " + charsetName);
        String utf8 = Texts.strict(bytes, StandardCharsets.UTF_8);
        if (utf8 != null) {
            return utf8;
        }
        // Pure ASCII with 8-bit bytes says nothing; any other claim is wrong in few places, mostly at a cut.
        return new String(bytes, charset.equals(StandardCharsets.US_ASCII) ? fallback : charset);
    }
}
