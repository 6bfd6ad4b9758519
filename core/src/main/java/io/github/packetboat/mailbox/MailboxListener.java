package io.github.packetboat.mailbox;

import java.time.Duration;
import java.util.Set;

/**
 * What a {@link Watch} tells. All calls come from the watch's own thread, one after the other; they may block, and may use
 * the mailbox. A call that throws ends the watch, and what it was told stays untold: {@link Watch#watermark()} does not
 * include it.
 */
@FunctionalInterface
public interface MailboxListener {
    /**
     * A mail has come. Each is told once, in the order of their arrival, also those that came while there was no
     * connection.
     */
    void onNew(ReceivedMail mail);

    /** The mail of that {@link ReceivedMail#id()} is not in the folder any more. */
    default void onRemoved(String id) {}

    /** The flags of the mail of that {@link ReceivedMail#id()} have changed to these. Not over POP3. */
    default void onFlagsChanged(String id, Set<Flag> flags) {}

    /**
     * The server has given all mails new UIDs, which happens when a folder is made anew: no {@link ReceivedMail#id()} from
     * before means anything. What is in the folder now is not told as new; list it to see. Not over POP3.
     */
    default void onReset() {}

    /** There is no connection; the next attempt is made after {@code retryIn}. */
    default void onInterrupted(MailboxException reason, Duration retryIn) {}

    /** There is a connection, for the first time or again, and all that had happened meanwhile was told. */
    default void onConnected() {}
}
