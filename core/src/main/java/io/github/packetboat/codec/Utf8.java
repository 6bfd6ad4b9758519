package io.github.packetboat.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** UTF-8 without replacement characters: what is not well-formed (Unicode 15, table 3-7) is an error that says where. */
final class Utf8 {
    /** The longest encoding of one character. */
    static final int MAX_BYTES = 4;

    /** What {@link String#getBytes} writes for half of a surrogate pair. */
    static final byte UNENCODABLE = '?';

    /** What a String made of bytes holds in the place of those that are not UTF-8. */
    static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /**
     * The text of the {@code length} bytes of {@code in} from {@code from} on.
     *
     * @param unit what the offset in the error counts from, such as "line"
     */
    static String decode(ByteBuffer in, int from, int length, String unit) throws CodecException {
        String text = decodeLeniently(in, from, length);
        // Replacement characters may also have been sent as such, so only a second look can tell.
        if (text.indexOf(REPLACEMENT) >= 0) {
            int bad = wellFormed(in, from, from + length);
            if (bad < from + length) {
                throw invalid(in.get(bad), bad - from, unit);
            }
        }
        return text;
    }

    /** The text of these bytes, with U+FFFD in the place of what is not well-formed. */
    static String decodeLeniently(ByteBuffer in, int from, int length) {
        if (in.hasArray()) {
            return new String(in.array(), in.arrayOffset() + from, length, StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[length];
        in.get(from, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static CodecException invalid(byte first, long offset, String unit) {
        return new CodecException(
                "invalid UTF-8 at offset %d of the %s: no character starts with 0x%02X and what follows it"
                        .formatted(offset, unit, first));
    }

    /** The index of the first byte that does not start a whole, well-formed sequence before {@code to}; {@code to} if all do. */
    static int wellFormed(ByteBuffer in, int from, int to) {
        int i = from;
        while (i < to) {
            int n = sequenceBytes(in.get(i));
            if (n == 0 || n > to - i || !startsWell(in, i, i + n)) {
                return i;
            }
            i += n;
        }
        return to;
    }

    /** Whether the bytes from {@code at} to {@code to} are a proper beginning of a sequence that more bytes can complete. */
    static boolean isIncomplete(ByteBuffer in, int at, int to) {
        int n = sequenceBytes(in.get(at));
        return n > to - at && startsWell(in, at, to);
    }

    /** The index of the incomplete sequence that ends at {@code to}, or {@code to} if there is none that looks like one. */
    static int incompleteTail(ByteBuffer in, int from, int to) {
        for (int i = to - 1; i >= from && to - i < MAX_BYTES; i--) {
            byte b = in.get(i);
            if (!isContinuation(b)) {
                return sequenceBytes(b) > to - i ? i : to;
            }
        }
        return to;
    }

    /** Refuses half of a surrogate pair. Need not be called for a text that became bytes without {@link #UNENCODABLE}. */
    static void checkSurrogates(String text) throws CodecException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (!Character.isSurrogatePair(c, i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
                throw new CodecException("unpaired surrogate U+%04X at index %d has no UTF-8".formatted((int) c, i));
            }
            i++;
        }
    }

    /** How many bytes the sequence that begins with {@code first} has, or 0 if none begins so. */
    private static int sequenceBytes(byte first) {
        int b = first & 0xFF;
        if (b < 0x80) {
            return 1;
        }
        if (b < 0xC2) {
            return 0; // a continuation byte, or the start of an over-long form
        }
        return b < 0xE0 ? 2 : b < 0xF0 ? 3 : b < 0xF5 ? 4 : 0;
    }

    /** Whether the bytes behind the first are continuations, and the second none of an over-long form, surrogate or beyond U+10FFFF. */
    private static boolean startsWell(ByteBuffer in, int at, int to) {
        for (int i = at + 1; i < to; i++) {
            if (!isContinuation(in.get(i))) {
                return false;
            }
        }
        if (to - at < 2) {
            return true;
        }
        int second = in.get(at + 1) & 0xFF;
        return switch (in.get(at) & 0xFF) {
            case 0xE0 -> second >= 0xA0;
            case 0xED -> second < 0xA0;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second < 0x90;
            default -> true;
        };
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xC0) == 0x80;
    }
}
