package io.github.packetboat.websocket;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The few words of HTTP/1.1 that an opening handshake needs (RFC 9110, RFC 9112). */
final class Http {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(101, "Switching Protocols"),
            Map.entry(200, "OK"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(426, "Upgrade Required"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"));

    private Http() {}

    /** The words that go with {@code status}; they mean nothing, and may be none. */
    static String reason(int status) {
        return REASONS.getOrDefault(status, "");
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (!plain && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether {@code text} can be the value of a header: no control character but a tab, and nothing beyond 8 bits. */
    static boolean isValue(String text) {
        return text.chars().allMatch(c -> c == '\t' || c >= 0x20 && c != 0x7F && c <= 0xFF);
    }

    /** The elements of comma-separated lists, those in quotes taken as they are, trimmed and without empty ones. */
    static List<String> elements(List<String> values) {
        List<String> all = new ArrayList<>();
        for (String value : values) {
            split(value, ',', all);
        }
        return all;
    }

    /** The parts of {@code value} between {@code mark}s that are not in quotes, trimmed and without empty ones. */
    static void split(String value, char mark, List<String> parts) {
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i <= value.length(); i++) {
            if (i == value.length() || value.charAt(i) == mark && !quoted) {
                String part = value.substring(from, i).strip();
                if (!part.isEmpty()) {
                    parts.add(part);
                }
                from = i + 1;
            } else if (value.charAt(i) == '"') {
                quoted = !quoted;
            }
        }
    }

    static boolean hasElement(List<String> values, String wanted) {
        return elements(values).stream().anyMatch(wanted::equalsIgnoreCase);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
