package io.github.packetboat.internal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the library asks of arguments. Each check returns its argument, or throws an {@link IllegalArgumentException} that
 * names the option; a number or a duration is in there too, a text never, as it may be a secret. Stateless, thread-safe.
 */
public final class Check {
    /** Half of what nanoseconds can say, so that deadlines can be compared by their difference. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private Check() {}

    /** Something, whatever it is. */
    public static <T> T notNull(String option, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(option + " must not be null");
        }
        return value;
    }

    /** A text that may stand in a command or header: it holds no CR, LF or NUL, with which it could say more than it should. */
    public static String text(String option, @Nullable String value) {
        String text = notNull(option, value);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                throw new IllegalArgumentException(
                        option + " holds " + name(c) + " at index " + i + ", which could forge a command or header");
            }
        }
        return text;
    }

    /** How messages call a character that is not to be shown. */
    public static String name(char c) {
        return switch (c) {
            case '\r' -> "CR";
            case '\n' -> "LF";
            case '\0' -> "NUL";
            default -> "U+%04X".formatted((int) c);
        };
    }

    /** 1 or more. */
    public static int positive(String option, int value) {
        return inRange(option, value, 1, Integer.MAX_VALUE);
    }

    /** {@code min}, {@code max} or something between. */
    public static int inRange(String option, int value, int min, int max) {
        return (int) inRange(option, (long) value, min, max);
    }

    /** {@code min}, {@code max} or something between. */
    public static long inRange(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    option + "=" + value + (value < min ? " is below " + min : " is above " + max));
        }
        return value;
    }

    /** {@code min}, {@code max} or something between. */
    public static Duration inRange(String option, @Nullable Duration value, Duration min, Duration max) {
        Duration duration = notNull(option, value);
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw new IllegalArgumentException(option + "=" + duration + " is not within " + min + " and " + max);
        }
        return duration;
    }

    /** A duration longer than zero, and of 146 years at most. */
    public static Duration positive(String option, @Nullable Duration value) {
        Duration duration = notNull(option, value);
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(option + "=" + duration + " is not positive");
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(option + "=" + duration + " is above " + LONGEST);
        }
        return duration;
    }

    /** Two options that contradict each other unless {@code low <= high}. */
    public static void ordered(String lowOption, long low, String highOption, long high) {
        if (low > high) {
            throw new IllegalArgumentException(lowOption + "=" + low + " is above " + highOption + "=" + high);
        }
    }
}
