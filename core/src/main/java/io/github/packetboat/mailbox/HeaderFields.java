package io.github.packetboat.mailbox;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A header as it was read, fields in order. Immutable. */
final class HeaderFields {
    static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_FIELDS = 1000;

    private final List<HeaderField> fields;

    private HeaderFields(List<HeaderField> fields) {
        this.fields = List.copyOf(fields);
    }

    List<HeaderField> list() {
        return fields;
    }

    /** The value of the first field of that name, or an empty text. */
    String first(String name) {
        for (HeaderField field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                return field.value();
            }
        }
        return "";
    }

    List<String> all(String name) {
        List<String> values = new ArrayList<>(1);
        for (HeaderField field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                values.add(field.value());
            }
        }
        return values;
    }

    /**
     * Reads the fields between two offsets. Takes any line end; a line that is no field is left out.
     */
    static HeaderFields parse(byte[] raw, int from, int to, Charset fallback, Defects defects) {
        int end = to;
        if (to - from > MAX_BYTES) {
            end = from + MAX_BYTES;
            defects.add(Defect.Kind.HEADER_TOO_LARGE, "header of " + (to - from) + " bytes, above " + MAX_BYTES);
        }
        List<HeaderField> fields = new ArrayList<>();
        int at = from;
        while (at < end) {
            int next = endOfField(raw, at, end);
            if (fields.size() == MAX_FIELDS) {
                defects.add(Defect.Kind.HEADER_TOO_LARGE, "more than " + MAX_FIELDS + " fields");
                break;
            }
            add(raw, at, next, fallback, defects, fields);
            at = next;
        }
        return new HeaderFields(fields);
    }

    /** Behind the line end of the last line that belongs to the field at {@code at}. */
    private static int endOfField(byte[] raw, int at, int end) {
        int next = Lines.next(raw, at, end);
        while (next < end && (raw[next] == ' ' || raw[next] == '\t')) {
            next = Lines.next(raw, next, end);
        }
        return next;
    }

    private static void add(byte[] raw, int from, int to, Charset fallback, Defects defects, List<HeaderField> fields) {
        String text = text(raw, from, Lines.endOfText(raw, from, to), fallback, defects);
        int colon = text.indexOf(':');
        String name = colon < 0 ? "" : text.substring(0, colon).stripTrailing();
        if (!isName(name)) {
            boolean mboxLine = from == 0 && text.startsWith("From ");
            if (!mboxLine && !text.isBlank()) {
                defects.add(Defect.Kind.HEADER_LINE, "no field: " + text);
            }
            return;
        }
        fields.add(new HeaderField(name, text.substring(colon + 1).strip()));
    }

    /** What stands there, in one line. Nearly all is ASCII that is in one line already. */
    private static String text(byte[] raw, int from, int to, Charset fallback, Defects defects) {
        boolean ascii = true;
        boolean oneLine = true;
        for (int i = from; i < to; i++) {
            byte b = raw[i];
            ascii &= b >= 0;
            oneLine &= b != '\r' && b != '\n' && b != 0;
        }
        String text = ascii
                ? new String(raw, from, to - from, StandardCharsets.US_ASCII)
                : beyondAscii(Arrays.copyOfRange(raw, from, to), fallback, defects);
        return oneLine ? text : unfolded(text);
    }

    private static String beyondAscii(byte[] line, Charset fallback, Defects defects) {
        String utf8 = Texts.strict(line, StandardCharsets.UTF_8);
        if (utf8 != null) {
            return utf8;
        }
        defects.add(Defect.Kind.HEADER_CHARSET, "a field is neither ASCII nor UTF-8");
        return new String(line, fallback);
    }

    private static String unfolded(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\r' && c != '\n' && c != 0) {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= ' ' || name.charAt(i) >= 0x7F) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= 998;
    }
}
