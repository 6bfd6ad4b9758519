package io.github.packetboat.mailbox;

import java.time.Duration;

/** How one protocol notices what happens in a folder. On the thread of its watch, but for {@link #close}. */
sealed interface Watcher permits ImapWatch, Pop3Watch {
    /** Sleeps until time is over or the watch is closed. */
    interface Sleeper {
        void sleep(Duration time);
    }

    /** Connects and tells what has happened since it was connected last. */
    void connect();

    /** Waits for something to happen, for a while, and tells it. */
    void await(Sleeper sleeper);

    /** Up to where new mail was told. From any thread. */
    Watermark watermark();

    /** Ends the connection; {@link #connect} may follow. */
    void disconnect();

    /** Ends the connection, and a call that waits for it, for good. From any thread. */
    void close();
}
