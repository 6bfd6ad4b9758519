package io.github.packetboat.mailbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A value with parameters, such as that of Content-Type: RFC 2045 §5.1, RFC 2231, and what programs make of them (encoded
 * words as values, values without quotes). Immutable.
 */
final class Parameters {
    private static final int MAX = 100;

    private final String value;
    private final Map<String, String> byName;

    private Parameters(String value, Map<String, String> byName) {
        this.value = value;
        this.byName = byName;
    }

    /** The value before the first semicolon, in lower case. */
    String value() {
        return value;
    }

    /** The parameter of that name (in lower case), or an empty text. */
    String get(String name) {
        return byName.getOrDefault(name, "");
    }

    static Parameters parse(String field, Charset fallback, Defects defects) {
        int semicolon = field.indexOf(';');
        String value =
                (semicolon < 0 ? field : field.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        Map<String, String> plain = new HashMap<>();
        Map<String, TreeMap<Integer, Section>> sections = new HashMap<>();
        int at = semicolon;
        for (int i = 0; at >= 0 && at < field.length() && i < MAX; i++) {
            int equals = field.indexOf('=', at);
            if (equals < 0) {
                break;
            }
            String name = field.substring(at, equals).replace(';', ' ').strip().toLowerCase(Locale.ROOT);
            StringBuilder text = new StringBuilder();
            at = value(field, equals + 1, text);
            put(name, text.toString(), plain, sections);
        }
        plain.replaceAll((name, text) -> EncodedWords.decode(text, fallback, defects));
        sections.forEach((name, parts) -> plain.put(name, joined(parts, fallback, defects)));
        return new Parameters(value, plain);
    }

    /** Appends the value at {@code at} and returns where the next parameter begins, at its semicolon. */
    private static int value(String field, int at, StringBuilder text) {
        int i = at;
        while (i < field.length() && Character.isWhitespace(field.charAt(i))) {
            i++;
        }
        if (i < field.length() && field.charAt(i) == '"') {
            for (i++; i < field.length() && field.charAt(i) != '"'; i++) {
                boolean escape = field.charAt(i) == '\\'
                        && i + 1 < field.length()
                        && (field.charAt(i + 1) == '"' || field.charAt(i + 1) == '\\');
                text.append(field.charAt(escape ? ++i : i));
            }
            int semicolon = field.indexOf(';', i);
            return semicolon < 0 ? field.length() : semicolon;
        }
        int end = field.indexOf(';', i);
        end = end < 0 ? field.length() : end;
        text.append(field.substring(i, end).strip());
        return end;
    }

    private record Section(String text, boolean encoded) {}

    private static void put(
            String name, String text, Map<String, String> plain, Map<String, TreeMap<Integer, Section>> sections) {
        boolean encoded = name.endsWith("*");
        String bare = encoded ? name.substring(0, name.length() - 1) : name;
        int star = bare.indexOf('*');
        if (!encoded && star < 0) {
            plain.putIfAbsent(name, text);
            return;
        }
        int number = 0;
        if (star >= 0) {
            String digits = bare.substring(star + 1);
            if (!digits.matches("[0-9]{1,3}")) {
                plain.putIfAbsent(bare.substring(0, star), text);
                return;
            }
            number = Integer.parseInt(digits);
            bare = bare.substring(0, star);
        }
        sections.computeIfAbsent(bare, key -> new TreeMap<>()).putIfAbsent(number, new Section(text, encoded));
    }

    private static String joined(TreeMap<Integer, Section> sections, Charset fallback, Defects defects) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String charset = "";
        for (Map.Entry<Integer, Section> each : sections.entrySet()) {
            String text = each.getValue().text();
            if (!each.getValue().encoded()) {
                bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
                continue;
            }
            if (each.getKey().equals(sections.firstKey())) {
                int quote = text.indexOf('\'');
                int second = quote < 0 ? -1 : text.indexOf('\'', quote + 1);
                if (second >= 0) {
                    charset = text.substring(0, quote);
                    text = text.substring(second + 1);
                }
            }
            percentDecode(text, bytes);
        }
        return charset.isEmpty()
                ? Texts.guess(bytes.toByteArray(), fallback)
                : TextBytes.decode(bytes.toByteArray(), charset, fallback, defects);
    }

    private static void percentDecode(String text, ByteArrayOutputStream out) {
        for (int i = 0; i < text.length(); i++) {
            int code = text.charAt(i) == '%' ? EncodedWords.hex(text, i + 1) : -1;
            if (code >= 0) {
                out.write(code);
                i += 2;
            } else {
                out.writeBytes(String.valueOf(text.charAt(i)).getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
