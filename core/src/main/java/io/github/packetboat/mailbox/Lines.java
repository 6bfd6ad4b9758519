package io.github.packetboat.mailbox;

/** Lines in an array, whatever ends them: CRLF, LF or CR. Stateless, thread-safe. */
final class Lines {
    private Lines() {}

    /** Where the line behind that at {@code at} begins; {@code end} if there is none. */
    static int next(byte[] raw, int at, int end) {
        for (int i = at; i < end; i++) {
            if (raw[i] == '\n') {
                return i + 1;
            }
            if (raw[i] == '\r') {
                return i + 1 < end && raw[i + 1] == '\n' ? i + 2 : i + 1;
            }
        }
        return end;
    }

    /** Where the text of a line ends that is followed by one at {@code next}. */
    static int endOfText(byte[] raw, int at, int next) {
        int end = next;
        if (end > at && raw[end - 1] == '\n') {
            end--;
        }
        if (end > at && raw[end - 1] == '\r') {
            end--;
        }
        return end;
    }
}
