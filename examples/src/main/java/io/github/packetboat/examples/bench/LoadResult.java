package io.github.packetboat.examples.bench;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What one run measured. Travels between processes as one line of text. */
final class LoadResult {
    private static final String MARK = "RESULT";

    /** The figures; those of memory only in s6, all others only elsewhere. */
    enum Figure {
        MESSAGES_PER_SECOND,
        MEGABYTES_PER_SECOND,
        P50_MICROS,
        P99_MICROS,
        P999_MICROS,
        SERVER_MICROS_PER_MESSAGE,
        SERVER_CORES,
        GENERATOR_CORES,
        OTHER_CORES,
        MESSAGES_PER_READ,
        HEAP_CONNECTED,
        NATIVE_CONNECTED,
        TOTAL_CONNECTED,
        HEAP_USED,
        NATIVE_USED,
        TOTAL_USED
    }

    private final Map<Figure, Double> values = new EnumMap<>(Figure.class);

    LoadResult set(Figure figure, double value) {
        values.put(figure, value);
        return this;
    }

    /** Not a number when it was not measured. */
    double get(Figure figure) {
        return values.getOrDefault(figure, Double.NaN);
    }

    String toLine() {
        StringBuilder line = new StringBuilder(MARK);
        values.forEach((figure, value) -> line.append(' ')
                .append(figure.name().toLowerCase(Locale.ROOT))
                .append('=')
                .append(value));
        return line.toString();
    }

    /** The result in {@code line}, or null when the line is something else. */
    static LoadResult parse(String line) {
        if (!line.startsWith(MARK + " ")) {
            return null;
        }
        LoadResult result = new LoadResult();
        for (String pair : line.substring(MARK.length() + 1).split(" ")) {
            int equals = pair.indexOf('=');
            result.set(
                    Figure.valueOf(pair.substring(0, equals).toUpperCase(Locale.ROOT)),
                    Double.parseDouble(pair.substring(equals + 1)));
        }
        return result;
    }
}
