package io.github.packetboat.internal.mime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The header of a message as it goes out, cut into its fields. Each is kept as it stands, folded and with its CRLF, one char
 * a byte.
 */
final class HeaderBlock {
    private final List<String> fields = new ArrayList<>();
    private final int length;

    /** @param message a message, or the beginning of one with all of its header */
    HeaderBlock(byte[] message) {
        this(message, 0, message.length);
    }

    /** Of the message or part that stands in {@code message} from {@code from} to before {@code to}. */
    HeaderBlock(byte[] message, int from, int to) {
        int start = from;
        int i = from;
        while (i + 1 < to) {
            if (message[i] != '\r' || message[i + 1] != '\n') {
                i++;
                continue;
            }
            i += 2;
            if (i - start == 2) {
                break; // the empty line, whatever the next one begins with
            }
            boolean folded = i < to && (message[i] == ' ' || message[i] == '\t');
            if (!folded) {
                fields.add(new String(message, start, i - start, StandardCharsets.ISO_8859_1));
                start = i;
            }
        }
        length = i - from;
    }

    /** How many bytes it has, with the empty line at its end. */
    int length() {
        return length;
    }

    /** All fields, from the top. */
    List<String> fields() {
        return fields;
    }

    /** The value of the first field of this name, folded as it is; empty if there is none. */
    String value(String name) {
        List<String> found = fromBottom(name);
        return found.isEmpty() ? "" : found.get(found.size() - 1).substring(name.length() + 1);
    }

    static boolean isNamed(String field, String name) {
        return field.regionMatches(true, 0, name + ':', 0, name.length() + 1);
    }

    /** The fields of this name, the last of them first, as signatures count them (RFC 6376 §5.4.2). */
    List<String> fromBottom(String name) {
        List<String> found = new ArrayList<>(1);
        for (int i = fields.size() - 1; i >= 0; i--) {
            if (isNamed(fields.get(i), name)) {
                found.add(fields.get(i));
            }
        }
        return found;
    }

    /** A field in the relaxed form: RFC 6376 §3.4.2. Ends with CRLF if {@code field} does. */
    static String relaxed(String field) {
        int colon = field.indexOf(':');
        StringBuilder out = new StringBuilder(field.length());
        out.append(field.substring(0, colon).strip().toLowerCase(Locale.ROOT)).append(':');
        boolean space = false;
        boolean any = false;
        for (int i = colon + 1; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                space = true;
                continue;
            }
            if (space && any) {
                out.append(' ');
            }
            out.append(c);
            space = false;
            any = true;
        }
        return field.endsWith("\r\n") ? out.append("\r\n").toString() : out.toString();
    }
}
