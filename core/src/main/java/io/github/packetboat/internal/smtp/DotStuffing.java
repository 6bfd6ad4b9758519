package io.github.packetboat.internal.smtp;

/**
 * Makes the bytes of a mail fit to stand between DATA and the final dot: every line ends in CRLF, a dot that begins one is
 * doubled (RFC 5321 §4.5.2), and no CR or LF is left alone, with which a second mail could be smuggled past a server that
 * reads lines otherwise. Pieces may be cut anywhere. Not thread-safe.
 *
 * <pre>
 *   LINE_START ──"." / ".."──▶ TEXT ──CR / CR LF──▶ AFTER_CR ──LF / nothing──▶ LINE_START
 *       ▲                        └───LF / CR LF────────────────────────────────────┘
 * </pre>
 */
final class DotStuffing {
    /** How many bytes become of one at most. */
    static final int MOST_PER_BYTE = 2;
    /** How many bytes {@link #end} adds at most. */
    static final int MOST_AT_END = 5;

    private enum State {
        LINE_START,
        TEXT,
        AFTER_CR
    }

    private State state = State.LINE_START;

    /** Whether {@code bytes} are as they have to be, but for the end. */
    static boolean isClean(byte[] bytes) {
        boolean lineStart = true;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '\r') {
                if (i + 1 == bytes.length || bytes[++i] != '\n') {
                    return false;
                }
                lineStart = true;
            } else if (b == '\n' || lineStart && b == '.') {
                return false;
            } else {
                lineStart = false;
            }
        }
        return true;
    }

    /**
     * Puts what becomes of {@code length} bytes of {@code in} into {@code out} at {@code at}, where there must be room for
     * {@link #MOST_PER_BYTE} times as many. Returns the index behind the last.
     */
    int put(byte[] in, int offset, int length, byte[] out, int at) {
        int to = at;
        State now = state;
        for (int i = offset; i < offset + length; i++) {
            byte b = in[i];
            if (b == '\n') {
                if (now != State.AFTER_CR) {
                    out[to++] = '\r';
                    out[to++] = '\n';
                }
                now = State.LINE_START;
            } else if (b == '\r') {
                out[to++] = '\r';
                out[to++] = '\n';
                now = State.AFTER_CR;
            } else {
                if (b == '.' && now != State.TEXT) {
                    out[to++] = '.';
                }
                out[to++] = b;
                now = State.TEXT;
            }
        }
        state = now;
        return to;
    }

    /** Puts the end of the mail: that of its last line, if it has none, and the final dot. */
    int end(byte[] out, int at) {
        int to = at;
        if (state == State.TEXT) {
            out[to++] = '\r';
            out[to++] = '\n';
        }
        out[to++] = '.';
        out[to++] = '\r';
        out[to++] = '\n';
        return to;
    }
}
