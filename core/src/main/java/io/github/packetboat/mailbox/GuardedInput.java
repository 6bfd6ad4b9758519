package io.github.packetboat.mailbox;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.Serial;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a server sends, on its way to a parser that trusts it: no line, literal or answer longer than expected, and no answer
 * later than its deadline gets through. {@link #expect} sets both anew for each command. One thread only, but for what
 * closes the socket.
 *
 * <p>A literal is seen as the parser sees it, {@code {digits}CRLF}, before it allocates what is announced.
 */
final class GuardedInput extends InputStream {
    /** Longer than any literal, and short enough that ten times as much is still a long. */
    private static final long MAX_NUMBER = 1L << 52;

    /** Room for what stands behind a literal. */
    private static final int BEHIND_LITERAL = 1024;

    private final byte[] buffer = new byte[16 * 1024];
    private final boolean literals;
    private final int readTimeoutMillis;
    private Socket socket;
    private InputStream in;
    private int next;
    private int end;
    private long bytesLeft;
    private long maxLine;
    private long deadline;
    private long lineBytes;
    private long literalLeft;
    private long number;
    private int state; // of a literal's announcement: 0 none, 1 behind {, 2 digits, 3 behind }, 4 behind CR
    private int previous;
    private @Nullable IOException failure;

    GuardedInput(Socket socket, boolean literals, Duration readTimeout) throws IOException {
        this.literals = literals;
        this.readTimeoutMillis = millis(readTimeout.toNanos());
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** Reads from another socket from now on: that of TLS over the first. */
    void switchTo(Socket upgraded) throws IOException {
        socket = upgraded;
        in = upgraded.getInputStream();
    }

    /** Gives bytes to the reader as if the server had sent them now; nothing else may be buffered. */
    void replay(byte[] bytes) {
        System.arraycopy(bytes, 0, buffer, 0, bytes.length);
        next = 0;
        end = bytes.length;
    }

    /** The next answer may have so many bytes and no longer lines, and must be complete in time. */
    void expect(long maxBytes, long maxLineBytes, Duration within) {
        bytesLeft = maxBytes;
        maxLine = maxLineBytes;
        deadline = System.nanoTime() + within.toNanos();
    }

    /** Waits until something is there to read; false if nothing came in time. */
    boolean await(Duration most) throws IOException {
        if (next < end) {
            return true;
        }
        try {
            fill(Math.max(1, millis(most.toNanos())));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Override
    public int available() {
        return end - next;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return length == 0 ? 0 : guarded(target, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure; // those after the first only say that it is closed
            throw e;
        }
    }

    /** What reading has failed with, for those who are told less of it; null if it has not. */
    @Nullable
    IOException failure() {
        return failure;
    }

    private int guarded(byte[] target, int offset, int length) throws IOException {
        if (next == end && !refill()) {
            return -1;
        }
        int from = next;
        scan(from + Math.min(length, end - from), false);
        System.arraycopy(buffer, from, target, offset, next - from);
        return next - from;
    }

    /**
     * The next response of an IMAP server: its bytes up to the line end that is in no literal and announces none.
     *
     * @return what the caller may keep, with an array of its own
     * @throws EOFException if the server ends the connection before the response is complete
     */
    ByteBuffer response() throws IOException {
        try {
            byte[] whole = {};
            int length = 0;
            while (true) {
                if (next == end && !refill()) {
                    throw new EOFException("the server closed the connection in the middle of an answer");
                }
                int from = next;
                boolean over = scan(end, true);
                if (over && length == 0) { // as nearly always; and no larger than what came, of however many
                    return ByteBuffer.wrap(Arrays.copyOfRange(buffer, from, next));
                }
                whole = withRoom(whole, length + next - from);
                System.arraycopy(buffer, from, whole, length, next - from);
                length += next - from;
                if (over) {
                    return ByteBuffer.wrap(whole, 0, length);
                }
            }
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** Grows with what has come, not with what is announced. */
    private byte[] withRoom(byte[] whole, int needed) {
        if (needed <= whole.length) {
            return whole;
        }
        long most = literalLeft > 0 ? needed + literalLeft + BEHIND_LITERAL : Integer.MAX_VALUE - 8;
        return Arrays.copyOf(whole, (int) Math.max(needed, Math.min(most, 2L * whole.length)));
    }

    private boolean refill() throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the answer is not complete in time");
        }
        return fill(Math.min(readTimeoutMillis, millis(left)));
    }

    private boolean fill(int timeoutMillis) throws IOException {
        try {
            socket.setSoTimeout(timeoutMillis);
            int count = in.read(buffer, 0, buffer.length);
            next = 0;
            end = Math.max(0, count);
            return count > 0;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (InterruptedIOException e) {
            throw new SocketTimeoutException(e.getMessage());
        }
    }

    /** Goes on up to {@code to}, or up to the end of the response, if only that is wanted; whether it is there. */
    private boolean scan(int to, boolean oneResponse) throws IOException {
        while (next < to) {
            if (literalLeft > 0) {
                int skipped = (int) Math.min(literalLeft, to - next);
                literalLeft -= skipped;
                next += skipped;
                count(skipped);
            } else if (inLine(to) && oneResponse) {
                return true;
            }
        }
        return false;
    }

    private void count(int bytes) throws IOException {
        bytesLeft -= bytes;
        if (bytesLeft < 0) {
            throw new AnswerTooLargeException("the answer is larger than expected");
        }
    }

    /** Goes on within a line; whether it has ended there, and with it the response. */
    private boolean inLine(int to) throws IOException {
        int at = next;
        boolean lineEnd = false;
        boolean announced = false;
        while (at < to && !lineEnd) {
            int c = buffer[at++];
            lineEnd = c == '\n' && previous == '\r';
            announced = lineEnd && state == 4 && literals;
            if (state != 0 || c == '{') {
                state = nextState(c);
            }
            previous = c;
        }
        lineBytes += at - next;
        count(at - next);
        next = at;
        if (lineBytes > maxLine) {
            throw new AnswerTooLargeException("a line is longer than " + maxLine + " bytes");
        }
        if (lineEnd) {
            lineBytes = 0;
        }
        if (announced) {
            if (number > bytesLeft) {
                throw new AnswerTooLargeException(
                        "a literal of " + number + " bytes is announced, where at most " + bytesLeft + " are expected");
            }
            literalLeft = number;
        }
        return lineEnd && !announced;
    }

    private int nextState(int c) {
        if (c == '{') {
            number = 0;
            return 1;
        }
        if ((state == 1 || state == 2) && c >= '0' && c <= '9') {
            number = Math.min(MAX_NUMBER, number * 10 + (c - '0'));
            return 2;
        }
        if (state == 2 && c == '}') {
            return 3;
        }
        return state == 3 && c == '\r' ? 4 : 0;
    }

    private static int millis(long nanos) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, nanos / 1_000_000));
    }

    /** The server sends more than was asked for. */
    static final class AnswerTooLargeException extends IOException {
        @Serial
        private static final long serialVersionUID = 1L;

        AnswerTooLargeException(String message) {
            super(message);
        }
    }
}
