package io.github.packetboat.internal.smtp;

import org.jspecify.annotations.Nullable;

/**
 * Told of what happens to a pool's connections. Calls come from event loops, several at once, so they must not block; what
 * they throw is reported to the loop.
 */
public interface SmtpEvents {
    /** Tells nobody. */
    SmtpEvents NONE = new SmtpEvents() {};

    /** A connection is ready to take mails. */
    default void opened(String server, long connection, boolean encrypted, Capabilities capabilities) {}

    /** A connection that was ready has ended, for {@code failure} or in order. */
    default void closed(String server, long connection, @Nullable SmtpException failure) {}

    /** Whether {@link #line} is wanted. */
    default boolean wantsLines() {
        return false;
    }

    /** One line of the dialogue: what was said, without line end, with secrets masked; of a mail's bytes their number. */
    default void line(long connection, boolean fromServer, String text) {}
}
