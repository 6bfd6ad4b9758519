package io.github.packetboat.websocket;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The few words of HTTP/1.1 that an opening handshake needs (RFC 9110, RFC 9112). */
final class Http {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
    /** Whatever RFC 3986 §3.2.2 lets into a registered name, such as an underscore. */
    private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9._~%!$&'()*+;=-]+");

    private static final Pattern IP_LITERAL = Pattern.compile("\\[[0-9a-f:.]+]");
    private static final Pattern PORT = Pattern.compile("(:[0-9]{0,5})?");

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(101, "Switching Protocols"),
            Map.entry(200, "OK"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(421, "Misdirected Request"),
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

    /** Whether {@code text} is a path and maybe a query, as the target of a request mostly is (RFC 9112 §3.2.1). */
    static boolean isTarget(String text) {
        return text.startsWith("/") && text.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '#');
    }

    /** The host of {@code authority}, which is that and maybe a port (RFC 9110 §4.2), in lower case; or null if it is neither. */
    static @Nullable String host(String authority) {
        boolean literal = authority.startsWith("[");
        int colon = literal ? authority.indexOf(']') + 1 : authority.indexOf(':');
        int end = colon < 0 ? authority.length() : colon;
        String host = lower(authority.substring(0, end));
        String port = authority.substring(end);
        boolean proper = literal
                ? IP_LITERAL.matcher(host).matches()
                : HOST_NAME.matcher(host).matches();
        return proper && PORT.matcher(port).matches() ? host : null;
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
