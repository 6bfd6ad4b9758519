package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first line and the headers of a request or response, read strictly (RFC 9112): CRLF ends a line and nothing else does,
 * no header is folded, names are tokens.
 *
 * @param start the three parts of the first line
 * @param headers by names in lower case
 */
record HttpHead(List<String> start, Map<String, List<String>> headers) {
    static final int MAX_BYTES = 8 * 1024;
    static final int MAX_HEADERS = 64;

    /** The values of {@code name}, which is in lower case; empty if there are none. */
    List<String> all(String name) {
        return headers.getOrDefault(name, List.of());
    }

    /** The value of {@code name} if there is exactly one; else null. */
    @Nullable
    String only(String name) {
        List<String> values = all(name);
        return values.size() == 1 ? values.get(0) : null;
    }

    /** Reads a head that comes bit by bit, and looks at no byte twice until it is whole. State: how many it has looked at. */
    static final class Reader {
        private int scanned;

        /** The head at the position of {@code in}, which moves behind it; or null if it is not whole. */
        @Nullable
        HttpHead read(ByteBuffer in) throws CodecException {
            int start = in.position();
            int end = start + Math.min(in.remaining(), MAX_BYTES);
            for (int i = start + scanned; i < end; i++) {
                int b = in.get(i) & 0xFF;
                if (b == '\n' && isEnd(in, start, i)) {
                    return parse(take(in, i + 1));
                }
                checkByte(b, i == start ? 0 : in.get(i - 1));
            }
            scanned = end - start;
            if (scanned == MAX_BYTES) {
                throw new HttpException(431, "a head of more than " + MAX_BYTES + " bytes");
            }
            return null;
        }

        private static boolean isEnd(ByteBuffer in, int start, int i) {
            return i - start >= 3 && in.get(i - 1) == '\r' && in.get(i - 2) == '\n' && in.get(i - 3) == '\r';
        }

        private static void checkByte(int b, int before) throws HttpException {
            boolean alone = (b == '\n') != (before == '\r');
            if (alone || b < 0x20 && b != '\r' && b != '\n' && b != '\t' || b == 0x7F) {
                throw new HttpException(
                        400, "no HTTP: byte 0x%02X after 0x%02X in the head".formatted(b, before & 0xFF));
            }
        }

        private static String take(ByteBuffer in, int end) {
            byte[] bytes = new byte[end - in.position()];
            in.get(bytes);
            return new String(bytes, 0, bytes.length - 4, StandardCharsets.ISO_8859_1);
        }

        private static HttpHead parse(String text) throws HttpException {
            String[] lines = text.split("\r\n", -1);
            if (lines.length - 1 > MAX_HEADERS) {
                throw new HttpException(431, (lines.length - 1) + " headers, and at most " + MAX_HEADERS + " are read");
            }
            String[] parts = lines[0].split(" ", 3);
            if (parts.length != 3) {
                throw new HttpException(400, "the first line has not three parts");
            }
            Map<String, List<String>> headers = new HashMap<>();
            for (int i = 1; i < lines.length; i++) {
                addHeader(lines[i], i, headers);
            }
            return new HttpHead(List.of(parts), headers);
        }

        private static void addHeader(String line, int number, Map<String, List<String>> headers) throws HttpException {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon);
            if (!Http.isToken(name)) {
                // also one that is folded, and one with a space before its colon (RFC 9112 §5.1, 5.2)
                throw new HttpException(400, "header " + number + " has no proper name");
            }
            headers.computeIfAbsent(Http.lower(name), key -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
    }
}
