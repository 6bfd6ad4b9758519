package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds half a surrogate pair, which has no UTF-8 and which Java replaces by a question mark. */
final class Surrogates {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long MARKS = 0x3F3F_3F3F_3F3F_3F3FL;
    private static final long LOW_7_BITS = 0x7F7F_7F7F_7F7F_7F7FL;

    private Surrogates() {}

    /** Whether there is a question mark among {@code bytes}. */
    static boolean mayHaveBeenReplaced(byte[] bytes) {
        int i = 0;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            long word = (long) LONG.get(bytes, i) ^ MARKS;
            if (~(((word & LOW_7_BITS) + LOW_7_BITS) | word | LOW_7_BITS) != 0) {
                return true;
            }
        }
        for (; i < bytes.length; i++) {
            if (bytes[i] == '?') {
                return true;
            }
        }
        return false;
    }

    static void check(String text) throws CodecException {
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
}
