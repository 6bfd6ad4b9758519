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
        int start = 0;
        int i = 0;
        while (i + 1 < message.length) {
            if (message[i] != '\r' || message[i + 1] != '\n') {
                i++;
                continue;
            }
            i += 2;
            boolean folded = i < message.length && (message[i] == ' ' || message[i] == '\t');
            if (!folded) {
                if (i - start == 2) {
                    break; // the empty line
                }
                fields.add(new String(message, start, i - start, StandardCharsets.ISO_8859_1));
                start = i;
            }
        }
        length = i;
    }

    /** How many bytes it has, with the empty line at its end. */
    int length() {
        return length;
    }

    /** The fields of this name, the last of them first, as signatures count them (RFC 6376 §5.4.2). */
    List<String> fromBottom(String name) {
        List<String> found = new ArrayList<>(1);
        for (int i = fields.size() - 1; i >= 0; i--) {
            if (fields.get(i).regionMatches(true, 0, name + ':', 0, name.length() + 1)) {
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
