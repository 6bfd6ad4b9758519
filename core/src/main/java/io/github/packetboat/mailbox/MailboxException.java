package io.github.packetboat.mailbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Something with a mail server did not work. The message says what was attempted, with which server, and what came instead;
 * it holds no secret, and what the server said is cut and cleaned of control characters.
 */
public final class MailboxException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is, and with it what can be done. */
    public enum Kind {
        /** There is no connection, or it broke or timed out. The next call makes a new one. */
        CONNECTION,
        /** TLS is required and could not be had, or the certificate is not accepted. */
        TLS,
        /** The server does not let this user in. */
        LOGIN,
        /** The server said no; the connection is still usable. */
        REFUSED,
        /** The server's answer breaks the protocol or a limit; the connection was closed. */
        PROTOCOL,
        /** The mail is larger than {@link Mailbox.Builder#maxMailBytes}. */
        TOO_LARGE,
        /** The mail or folder is not there, or no longer. */
        GONE,
        /** The protocol or the server cannot do that. */
        UNSUPPORTED
    }

    private final Kind kind;

    MailboxException(Kind kind, String message) {
        this(kind, message, null);
    }

    MailboxException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What kind of failure it is. */
    public Kind kind() {
        return kind;
    }
}
