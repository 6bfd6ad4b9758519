package io.github.packetboat.mailbox;

import java.time.Duration;

/** How one protocol notices what happens in a folder. On the thread of its watch, but where it says otherwise. */
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

    /** Cuts the connection, and with it a call that waits for it; {@link #connect} may follow. From any thread. */
    void disconnect();

    /** Lets a call that waits for something to happen return soon, and no other begin: it is the end. From any thread. */
    void close();

    /** Takes leave of the server, if there is a connection still, and ends it. */
    void leave();
}
