package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import org.jspecify.annotations.Nullable;

/**
 * The one gate for text that ends up in a header or a body; what only commands carry passes {@link Check#text}. Each check returns its argument or throws an {@link
 * IllegalArgumentException} that names the field and where it is wrong, never the text itself. Stateless, thread-safe.
 */
final class FieldText {
    private static final int DELETE = 0x7F;

    private FieldText() {}

    /** Text for people, such as a subject: any characters but controls; a tab may be. */
    static String line(String field, @Nullable String value) {
        String text = Check.notNull(field, value);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isControl(c) && c != '\t') {
                throw refused(field, c, i);
            }
        }
        return checkSurrogates(field, text);
    }

    /** Text for programs, such as a Message-ID: printable ASCII without spaces. Not empty. */
    static String token(String field, @Nullable String value) {
        String text = Check.notNull(field, value);
        if (text.isEmpty()) {
            throw new IllegalArgumentException(field + " must not be empty");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= DELETE) {
                throw refused(field, c, i);
            }
        }
        return text;
    }

    /** The text of a body: anything that has UTF-8, line breaks of any kind among it, but no NUL. */
    static String body(String field, @Nullable String value) {
        String text = Check.notNull(field, value);
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw refused(field, '\0', nul);
        }
        return checkSurrogates(field, text);
    }

    /** The text with U+FFFD for whatever {@code refused} names, and for halves of surrogate pairs. */
    static String replaced(String text, CharPredicate refused) {
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            boolean pair = Character.isHighSurrogate(chars[i])
                    && i + 1 < chars.length
                    && Character.isLowSurrogate(chars[i + 1]);
            if (pair) {
                i++;
            } else if (Character.isSurrogate(chars[i]) || refused.test(chars[i])) {
                chars[i] = '\uFFFD';
            }
        }
        return new String(chars);
    }

    /** Says which characters are meant. */
    @FunctionalInterface
    interface CharPredicate {
        boolean test(char c);
    }

    static boolean isControl(char c) {
        return c < ' ' || c == DELETE;
    }

    static IllegalArgumentException refused(String field, char c, int index) {
        return new IllegalArgumentException(
                field + " must not hold " + Check.name(c) + ", as it does at index " + index);
    }

    private static String checkSurrogates(String field, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else {
                throw refused(field, c, i);
            }
        }
        return text;
    }
}
