package io.github.packetboat.websocket;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a plain GET is answered with. Immutable and thread-safe.
 *
 * @param at by path
 * @param below by the beginning of a path, for what follows it
 */
record Pages(Map<String, Supplier<Page>> at, Map<String, Function<String, @Nullable Page>> below) {
    static final Pages NONE = new Pages(Map.of(), Map.of());

    Pages at(String path, Supplier<Page> page) {
        Map<String, Supplier<Page>> all = new HashMap<>(at);
        all.put(path, page);
        return new Pages(Map.copyOf(all), below);
    }

    Pages below(String prefix, Function<String, @Nullable Page> pages) {
        Map<String, Function<String, @Nullable Page>> all = new HashMap<>(below);
        all.put(prefix, pages);
        return new Pages(at, Map.copyOf(all));
    }

    /** The page at {@code path}: its own, else that of the longest prefix; null if there is none. */
    @Nullable
    Page find(String path) {
        Supplier<Page> own = at.get(path);
        if (own != null) {
            return own.get();
        }
        String longest = "";
        for (String prefix : below.keySet()) {
            if (prefix.length() > longest.length() && path.startsWith(prefix)) {
                longest = prefix;
            }
        }
        Function<String, @Nullable Page> pages = below.get(longest);
        return pages == null ? null : pages.apply(path.substring(longest.length()));
    }
}
