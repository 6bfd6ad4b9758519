package io.github.packetboat.internal.smtp;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered: three digits and at least one line of text (RFC 5321 §4.2). Control characters in the text are
 * escaped, so it is safe to log. Immutable and thread-safe.
 *
 * @param lines the text of each line, without code, enhanced status code and line end
 * @param enhancedStatus such as {@code 5.1.1} (RFC 3463), or null if the server gave none
 */
public record Reply(int code, List<String> lines, @Nullable String enhancedStatus) implements Wire {
    private static final Pattern ENHANCED = Pattern.compile("([245]\\.\\d{1,3}\\.\\d{1,3})(?: |$)");
    private static final int MAX_SHOWN_CHARS = 512;

    /** The service is closing the connection (RFC 5321 §3.8). */
    static final int CLOSING = 421;

    /** Takes the enhanced status code, if there is one of the reply's own class, out of the text. */
    static Reply of(int code, List<String> text) {
        Matcher first = ENHANCED.matcher(text.get(0));
        if (!first.lookingAt() || first.group(1).charAt(0) != '0' + code / 100) {
            return new Reply(code, List.copyOf(text), null);
        }
        String status = first.group(1);
        return new Reply(code, text.stream().map(line -> without(status, line)).toList(), status);
    }

    private static String without(String status, String line) {
        return line.startsWith(status) ? line.substring(status.length()).stripLeading() : line;
    }

    /** Done: 2yz. */
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /** Go on: 3yz. */
    boolean isIntermediate() {
        return code / 100 == 3;
    }

    /** Not now: 4yz. */
    public boolean isTransient() {
        return code / 100 == 4;
    }

    /** Never: 5yz. */
    public boolean isPermanent() {
        return code / 100 == 5;
    }

    /** The lines joined by spaces. */
    public String text() {
        return String.join(" ", lines);
    }

    /** Code, enhanced status and text in one line, cut if it is very long. */
    @Override
    public String toString() {
        String all = code + (enhancedStatus == null ? "" : " " + enhancedStatus) + " " + text();
        return all.length() <= MAX_SHOWN_CHARS ? all : all.substring(0, MAX_SHOWN_CHARS) + "…";
    }
}
