package io.github.packetboat.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came before the first message of a {@link Conversation}: what the client asked for, and what both agreed on.
 * Immutable and thread-safe.
 *
 * <p>On a server {@link #header} reads the request, on a client the response. Everything in here is as the peer sent it:
 * nothing of it has been decoded, and nothing but the form has been checked.
 */
public final class Handshake {
    private final String target;
    /** As {@code name:value} with an LF each. It stays as long as the connection, and is looked at once or twice. */
    private final String headers;

    private final @Nullable String subprotocol;

    /**
     * A handshake for whoever makes a {@link Conversation}, or a test of what reads one.
     *
     * @param target the path and, after a question mark, the query
     * @param headers each name, in any case, with its values in the order in which they came
     * @param subprotocol what was agreed on, or null
     * @throws IllegalArgumentException if a name has a colon or LF in it, or a value an LF
     */
    public Handshake(String target, Map<String, List<String>> headers, @Nullable String subprotocol) {
        this.target = target;
        this.subprotocol = subprotocol;
        StringBuilder all = new StringBuilder();
        headers.forEach((name, values) -> values.forEach(value -> all.append(line(name, value))));
        this.headers = all.toString();
    }

    private static String line(String name, String value) {
        if (name.indexOf(':') >= 0 || name.indexOf('\n') >= 0 || value.indexOf('\n') >= 0) {
            throw new IllegalArgumentException(
                    "a header's name has a colon, or one of its lines does not end where it should");
        }
        return folded(name) + ":" + value + "\n";
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The path that the client asked for, without the query; begins with a slash. */
    public String path() {
        int mark = target.indexOf('?');
        return mark < 0 ? target : target.substring(0, mark);
    }

    /** What follows the question mark behind the path, or null if there is none. */
    public @Nullable String query() {
        int mark = target.indexOf('?');
        return mark < 0 ? null : target.substring(mark + 1);
    }

    /** The value of the header {@code name}, the first if there are several, or null. The case of the name does not matter. */
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    /** All values of the header {@code name}; empty if there is none. The case of the name does not matter. */
    public List<String> headers(String name) {
        String start = folded(name) + ":";
        List<String> values = new ArrayList<>(1);
        for (int from = 0; from < headers.length(); ) {
            int end = headers.indexOf('\n', from);
            if (headers.startsWith(start, from)) {
                values.add(headers.substring(from + start.length(), end));
            }
            from = end + 1;
        }
        return List.copyOf(values);
    }

    /** The subprotocol that was agreed on, or null if none was. */
    public @Nullable String subprotocol() {
        return subprotocol;
    }

    /** Without the headers: there may be secrets among them. */
    @Override
    public String toString() {
        return "Handshake[" + path() + (subprotocol == null ? "" : ", " + subprotocol) + "]";
    }
}
