package io.github.packetboat.datagram;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of this package ask of their arguments. Each check returns its argument, or throws an {@link
 * IllegalArgumentException} that names the option and the value. Stateless, thread-safe.
 */
final class Check {
    /** Half of what nanoseconds can say, so that deadlines can be compared by their difference. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private Check() {}

    static <T> T notNull(String option, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(option + " must not be null");
        }
        return value;
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
