package io.github.packetboat.mailbox;

import java.time.Duration;

/**
 * Closes a connection when time is over, for what a socket has no timeout: writing, and a TLS handshake that comes byte by
 * byte. Thread-safe.
 */
final class Deadline implements AutoCloseable {
    private final Thread timer;
    private volatile boolean over;

    Deadline(Line line, Duration within) {
        timer = new Thread(
                () -> {
                    try {
                        Thread.sleep(within.toMillis());
                        over = true;
                        line.close();
                    } catch (InterruptedException e) {
                        // done in time: the thread ends
                    }
                },
                "packetboat-mailbox-deadline");
        timer.setDaemon(true);
        timer.start();
    }

    /** Whether time was over before it was closed. */
    boolean isOver() {
        return over;
    }

    /** It was done in time. */
    @Override
    public void close() {
        timer.interrupt();
    }
}
