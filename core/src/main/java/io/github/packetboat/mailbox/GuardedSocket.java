package io.github.packetboat.mailbox;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A socket on which no write blocks without end, whoever writes, TLS included: Java's have no timeout for that. A server
 * that takes nothing for too long finds the connection closed; {@link WriteClock} looks for that. Thread-safe.
 */
final class GuardedSocket extends Socket {
    /** Less than any kernel takes at once when its buffer is empty; one who reads at all takes it in time. */
    private static final int PIECE = 8 * 1024;

    private final Duration patience;
    private volatile long begun; // when the write under way began, by System.nanoTime(); 0 if none is
    private volatile @Nullable String tooLate; // why it was closed here

    GuardedSocket(Proxy proxy, Duration patience) {
        super(proxy);
        this.patience = patience;
    }

    Duration patience() {
        return patience;
    }

    /** Closes it if a write takes too long. */
    void closeIfLate() {
        long since = begun;
        if (since != 0 && System.nanoTime() - since > patience.toNanos()) {
            tooLate = "the server has taken nothing of what it is sent for readTimeout=" + patience;
            try {
                close();
            } catch (IOException e) {
                // a socket that cannot be closed was not open
            }
        }
    }

    private void write(OutputStream out, byte[] bytes, int offset, int length) throws IOException {
        begun = System.nanoTime() | 1; // 0 has another meaning
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw reason(e);
        } finally {
            begun = 0;
        }
    }

    /** No SocketTimeoutException: a PrintStream would take that for an interrupt of its thread. */
    private IOException reason(IOException e) {
        String said = tooLate;
        if (said == null) {
            return e;
        }
        SocketException late = new SocketException(said);
        late.initCause(e);
        return late;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        OutputStream out = super.getOutputStream();
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int at = 0; at < length; at += PIECE) {
                    GuardedSocket.this.write(out, bytes, offset + at, Math.min(PIECE, length - at));
                }
            }

            @Override
            public void close() throws IOException {
                GuardedSocket.this.close();
            }
        };
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                try {
                    return super.read(target, offset, length);
                } catch (IOException e) {
                    throw reason(e); // who writes may not have been told
                }
            }
        };
    }

    @Override
    public void close() throws IOException {
        WriteClock.remove(this);
        super.close();
    }
}
