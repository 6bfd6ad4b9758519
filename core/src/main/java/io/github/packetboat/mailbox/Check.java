package io.github.packetboat.mailbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What this package asks of arguments. Each check returns its argument, or throws an {@link IllegalArgumentException} that
 * names the field; a text's value is never in there. Stateless, thread-safe.
 */
final class Check {
    private static final Duration LONGEST = Duration.ofDays(1);

    private Check() {}

    static <T> T notNull(String field, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " must not be null");
        }
        return value;
    }

    /** A text that may stand in a command: it holds no CR, LF or NUL. */
    static String text(String field, @Nullable String value) {
        String text = notNull(field, value);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                String name = c == '\r' ? "CR" : c == '\n' ? "LF" : "NUL";
                throw new IllegalArgumentException(
                        field + " holds " + name + " at index " + i + ", which could forge a command");
            }
        }
        return text;
    }

    static Duration inRange(String option, @Nullable Duration value, Duration min, Duration max) {
        Duration duration = notNull(option, value);
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw new IllegalArgumentException(option + "=" + duration + " is not within " + min + " and " + max);
        }
        return duration;
    }

    /** From a millisecond to a day. */
    static Duration timeout(String option, @Nullable Duration value) {
        return inRange(option, value, Duration.ofMillis(1), LONGEST);
    }
}
