package io.github.packetboat.testkit;

import java.nio.charset.StandardCharsets;

/** Bytes as text that fits one line of a failure message: everything but printable ASCII is escaped, the tail cut. */
final class Escaped {
    private static final int MAX_BYTES = 256;

    private Escaped() {}

    static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < Math.min(bytes.length, MAX_BYTES); i++) {
            append(text, bytes[i] & 0xFF);
        }
        text.append('"');
        return bytes.length > MAX_BYTES ? text + "… (" + bytes.length + " bytes)" : text.toString();
    }

    static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void append(StringBuilder text, int value) {
        switch (value) {
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            case '"', '\\' -> text.append('\\').append((char) value);
            default -> {
                if (value >= ' ' && value < 0x7F) {
                    text.append((char) value);
                } else {
                    text.append("\\x%02X".formatted(value));
                }
            }
        }
    }
}
