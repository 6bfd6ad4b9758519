package io.github.packetboat.examples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Words and {@code --name value} pairs, in any order. */
final class CommandLine {
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();

    CommandLine(Set<String> known, String... args) {
        for (int i = 0; i < args.length; i++) {
            if (!args[i].startsWith("--")) {
                words.add(args[i]);
                continue;
            }
            String name = args[i].substring(2);
            if (!known.contains(name)) {
                throw new IllegalArgumentException("unknown option --" + name);
            }
            if (i + 1 == args.length) {
                throw new IllegalArgumentException("--" + name + " needs a value");
            }
            options.put(name, args[++i]);
        }
    }

    List<String> words() {
        return List.copyOf(words);
    }

    String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    int integer(String name, int otherwise) {
        String value = options.get(name);
        return value == null ? otherwise : wholeNumber("--" + name, value);
    }

    static int wholeNumber(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number, not " + value, e);
        }
    }

    Duration seconds(String name, double otherwise) {
        String value = options.get(name);
        try {
            double seconds = value == null ? otherwise : Double.parseDouble(value);
            return Duration.ofNanos((long) (seconds * 1e9));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " must be a number of seconds, not " + value, e);
        }
    }
}
