package io.github.packetboat.mail;

import java.time.Duration;

/**
 * Told of what a mailer does, for logs and metrics. Every method does nothing unless overridden. Calls come from event loops
 * and other threads, several at once: they must be quick and must not block. What they throw is logged.
 */
public interface MailerListener {
    /** A connection to {@code server} is open, logged in and ready. */
    default void onConnected(String server, boolean encrypted) {}

    /** A connection to {@code server} has ended; {@code detail} says why, and is empty if it ended in order. */
    default void onDisconnected(String server, String detail) {}

    /** A mail is done: accepted or not. */
    default void onDone(SendResult result) {}

    /** Some recipients were not accepted for now; they are tried again after {@code wait}. */
    default void onDeferred(String messageId, int recipients, Duration wait, String detail) {}

    /** The last call: the mailer is closed. */
    default void onClosed() {}
}
