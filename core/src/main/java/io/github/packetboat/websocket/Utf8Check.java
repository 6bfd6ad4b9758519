package io.github.packetboat.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tells well-formed UTF-8 (Unicode 15, table 3-7) piece by piece, so that text which can never become valid is refused when
 * its first wrong byte has come. State: how many bytes the character at the end still lacks, and between which two the next
 * must be. Not thread-safe.
 */
final class Utf8Check {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final int FIRST_CONTINUATION = 0x80;
    private static final int LAST_CONTINUATION = 0xBF;

    private int lacking;
    private int lowest = FIRST_CONTINUATION;
    private int highest = LAST_CONTINUATION;

    /** Takes the bytes between {@code from} and {@code to}. Returns the index of the first wrong one, or -1. */
    int accept(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (lacking == 0) {
                i = skipAscii(bytes, i, to);
                if (i == to) {
                    break;
                }
            }
            if (!accept(bytes[i] & 0xFF)) {
                return i;
            }
            i++;
        }
        return -1;
    }

    private static int skipAscii(byte[] bytes, int from, int to) {
        int i = from;
        while (i <= to - Long.BYTES && ((long) LONG.get(bytes, i) & HIGH_BITS) == 0) {
            i += Long.BYTES;
        }
        while (i < to && bytes[i] >= 0) {
            i++;
        }
        return i;
    }

    private boolean accept(int b) {
        if (lacking > 0) {
            if (b < lowest || b > highest) {
                return false;
            }
            lacking--;
            lowest = FIRST_CONTINUATION;
            highest = LAST_CONTINUATION;
            return true;
        }
        if (b < 0xC2 || b > 0xF4) {
            return false; // a continuation, the start of an over-long form, or one beyond U+10FFFF
        }
        lacking = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
        lowest = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : FIRST_CONTINUATION;
        highest = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : LAST_CONTINUATION;
        return true;
    }

    /** Whether no character is left unfinished. */
    boolean isComplete() {
        return lacking == 0;
    }

    /** Begins anew. */
    void reset() {
        lacking = 0;
        lowest = FIRST_CONTINUATION;
        highest = LAST_CONTINUATION;
    }
}
