package io.github.packetboat.mail;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of this package ask of their arguments. Each check returns its argument, or throws an {@link
 * IllegalArgumentException} that names the field; a text's value is never in there. Stateless, thread-safe.
 */
final class Check {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private Check() {}

    static <T> T notNull(String field, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " must not be null");
        }
        return value;
    }

    /** A text that may stand in a command or header: it holds no CR, LF or NUL, with which it could say more than it should. */
    static String text(String field, @Nullable String value) {
        String text = notNull(field, value);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                String name = c == '\r' ? "CR" : c == '\n' ? "LF" : "NUL";
                throw new IllegalArgumentException(
                        field + " holds " + name + " at index " + i + ", which could forge a command or header");
            }
        }
        return text;
    }

    static int inRange(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    option + "=" + value + (value < min ? " is below " + min : " is above " + max));
        }
        return value;
    }

    /** A duration longer than zero, and of 146 years at most. */
    static Duration positive(String option, @Nullable Duration value) {
        Duration duration = notNull(option, value);
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(option + "=" + duration + " is not positive");
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(option + "=" + duration + " is above " + LONGEST);
        }
        return duration;
    }
}
