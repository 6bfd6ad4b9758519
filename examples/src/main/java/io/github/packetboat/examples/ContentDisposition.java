package io.github.packetboat.examples;

import java.nio.charset.StandardCharsets;

/** The header that makes browsers save an answer under a name (RFC 6266). */
final class ContentDisposition {
    /** What needs no percent sign (RFC 8187 §3.2.1). */
    private static final String PLAIN = "!#$&+-.^_`|~";

    private ContentDisposition() {}

    /** With the name as it is, and in ASCII for those who do not read that. */
    static String attachment(String fileName) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : fileName.getBytes(StandardCharsets.UTF_8)) {
            if (isLetterOrDigit(b) || b > 0 && PLAIN.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append("%%%02X".formatted(b & 0xFF));
            }
        }
        return "attachment; filename=\"" + fileName.replaceAll("[^A-Za-z0-9._ -]", "_") + "\"; filename*=UTF-8''"
                + encoded;
    }

    private static boolean isLetterOrDigit(byte b) {
        return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
    }
}
