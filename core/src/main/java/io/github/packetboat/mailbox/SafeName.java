package io.github.packetboat.mailbox;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Makes of the file name that a stranger has chosen one that can be used on any system. Stateless, thread-safe. */
final class SafeName {
    private static final int MAX_BYTES = 200;
    private static final Pattern DEVICE =
            Pattern.compile("(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\\$|conout\\$)(\\..*)?");

    private SafeName() {}

    /**
     * The last part of a path, without controls, marks that turn the direction of writing, and what some system
     * forbids; {@code otherwise} if nothing is left.
     */
    static String of(String name, String otherwise) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        StringBuilder clean = new StringBuilder();
        last.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean unseen = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            if (!unseen) {
                clean.appendCodePoint("<>:\"|?*".indexOf(c) >= 0 ? '_' : c);
            }
        });
        String text = clean.toString().strip();
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '.' || text.charAt(end - 1) == ' ')) {
            end--;
        }
        text = text.substring(0, end);
        if (text.isEmpty()) {
            return otherwise;
        }
        return shortened(DEVICE.matcher(text).matches() ? '_' + text : text);
    }

    private static String shortened(String name) {
        if (utf8Length(name) <= MAX_BYTES) {
            return name;
        }
        int dot = name.lastIndexOf('.');
        String ending = dot > 0 && utf8Length(name.substring(dot)) <= 20 ? name.substring(dot) : "";
        String stem = name.substring(0, name.length() - ending.length());
        int most = Math.min(stem.length(), MAX_BYTES); // a char has at least one byte
        boolean split = most > 0 && most < stem.length() && Character.isHighSurrogate(stem.charAt(most - 1));
        stem = stem.substring(0, split ? most - 1 : most);
        while (utf8Length(stem) + utf8Length(ending) > MAX_BYTES) {
            stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
        }
        return stem + ending;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
