package io.github.packetboat.examples;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Who has which name, where names that look alike count as the same. Thread-safe. */
final class UniqueNames<T> {
    static final String RULE = "1 to 20 letters, digits, - and _";

    /** Letters and digits of any script, but for the letters that are blank. */
    private static final Pattern VALID = Pattern.compile("[\\p{L}\\p{Nd}_\\-&&[^\\u115F\\u1160\\u3164\\uFFA0]]{1,20}");

    private final Map<String, T> owners = new ConcurrentHashMap<>();

    static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }

    /** The one spelling of "Ann", "ann", and "ａｎｎ" in wide letters. */
    static String folded(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    /** Gives {@code name} to {@code owner} instead of {@code old}; false if another one has it. */
    boolean claim(String name, String old, T owner) {
        T other = owners.putIfAbsent(folded(name), owner);
        if (other != null && other != owner) {
            return false;
        }
        if (!folded(name).equals(folded(old))) {
            release(old, owner);
        }
        return true;
    }

    void release(String name, T owner) {
        owners.remove(folded(name), owner);
    }

    /** The owner of {@code name}, or null. */
    T owner(String name) {
        return owners.get(folded(name));
    }
}
