package io.github.packetboat.mailbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decodes encoded words (RFC 2047), also where they are not as they should be: characters split over two words, no
 * padding, words inside quotes or next to text. Stateless, thread-safe.
 */
final class EncodedWords {
    private static final Pattern WORD =
            Pattern.compile("=\\?([^?\\s*]{1,64})(?:\\*[^?\\s]{0,32})?\\?([bBqQ])\\?([^?]*)\\?=");

    private EncodedWords() {}

    static String decode(String text, Charset fallback, Defects defects) {
        if (!text.contains("=?")) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        ByteArrayOutputStream pending = new ByteArrayOutputStream();
        String pendingCharset = null;
        Matcher word = WORD.matcher(text);
        int at = 0;
        while (word.find()) {
            String between = text.substring(at, word.start());
            byte[] bytes = word.group(2).equalsIgnoreCase("B") ? base64(word.group(3)) : quoted(word.group(3));
            String charset = word.group(1).toLowerCase(Locale.ROOT);
            boolean goesOn = pendingCharset != null && between.isBlank();
            if (!goesOn || !charset.equals(pendingCharset)) {
                flush(pending, pendingCharset, fallback, defects, out);
            }
            if (!goesOn) {
                out.append(between);
            }
            pending.writeBytes(bytes);
            pendingCharset = charset;
            at = word.end();
        }
        flush(pending, pendingCharset, fallback, defects, out);
        String rest = text.substring(at);
        if (rest.contains("=?") && rest.contains("?=")) {
            defects.add(Defect.Kind.ENCODED_WORD, "no encoded word: " + rest);
        }
        return out.append(rest).toString();
    }

    private static void flush(
            ByteArrayOutputStream pending,
            @Nullable String charsetName,
            Charset fallback,
            Defects defects,
            StringBuilder out) {
        if (charsetName == null || pending.size() == 0) {
            return;
        }
        out.append(oneLine(TextBytes.decode(pending.toByteArray(), charsetName, fallback, defects)));
        pending.reset();
    }

    /** What is decoded is still one field: it holds no line end. */
    private static String oneLine(String text) {
        return text.replace("\r\n", " ").replace('\r', ' ').replace('\n', ' ').replace("\0", "");
    }

    private static byte[] base64(String text) {
        return LenientBase64.decode(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] quoted(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '_') {
                out.write(' ');
            } else if (c == '=' && hex(text, i + 1) >= 0) {
                out.write(hex(text, i + 1));
                i += 2;
            } else if (c < 0x80) {
                out.write(c);
            } else {
                out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    /** The byte of two hexadecimal digits at {@code at}, or -1. */
    static int hex(CharSequence text, int at) {
        if (at + 1 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
