package io.github.packetboat.internal.smtp;

import io.github.packetboat.message.CloseReason;
import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Why a mail could not be handed over, beyond what the server said of single recipients. */
public final class SmtpException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What failed, and so what can be tried next. */
    public enum Kind {
        /** No connection came to be, or it was not opened in time: another server, or later. */
        UNREACHABLE(true),
        /** TLS was refused or failed, or its absence forbids what was asked for. */
        TLS(false),
        /** The server did not let us in. */
        LOGIN(false),
        /** The supplier of the password or token failed. */
        SECRET(true),
        /** The server does not want us at the moment: 4yz as greeting or to EHLO, or 421. */
        UNAVAILABLE(true),
        /** The server does not want us: 5yz as greeting or to EHLO. */
        REFUSED(false),
        /** What the server said is no SMTP, or no answer to what was asked. */
        PROTOCOL(false),
        /** The server did not answer in time. */
        TIMEOUT(true),
        /** The connection broke. */
        LOST(true),
        /** The mail is larger than the server takes. */
        TOO_LARGE(false),
        /** The mail needs an extension that the server has not. */
        UNSUPPORTED(false),
        /** Some recipients were refused, and the mail is for all or none. */
        INCOMPLETE(false),
        /** The same, and all of them only for now. */
        INCOMPLETE_FOR_NOW(true),
        /** The mail's own bytes could not be read. */
        CONTENT(false),
        /** The pool is closed. */
        CLOSED(false);

        private final boolean temporary;

        Kind(boolean temporary) {
            this.temporary = temporary;
        }

        /** What the end of a connection means. */
        static Kind of(CloseReason.Kind end) {
            return switch (end) {
                case PROTOCOL_ERROR, TRUNCATED_FRAME, LISTENER_FAILED -> PROTOCOL;
                case HANDSHAKE_FAILED -> TLS;
                case FRAME_TIMEOUT, WRITE_TIMEOUT, IDLE_TIMEOUT, HANDSHAKE_TIMEOUT -> TIMEOUT;
                default -> LOST;
            };
        }

        /** Whether the same may work later. */
        public boolean isTemporary() {
            return temporary;
        }
    }

    private final Kind kind;

    @Nullable
    private final transient Reply reply;

    SmtpException(Kind kind, String message, @Nullable Reply reply, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.reply = reply;
    }

    public SmtpException(Kind kind, String message, @Nullable Throwable cause) {
        this(kind, message, null, cause);
    }

    static SmtpException of(Kind kind, String message, Reply reply) {
        return new SmtpException(kind, message + ": " + reply, reply, null);
    }

    public Kind kind() {
        return kind;
    }

    /** What the server said, or null if it was not that. */
    public @Nullable Reply reply() {
        return reply;
    }

    /** Whether the same may work later. */
    public boolean isTemporary() {
        return reply != null ? reply.isTransient() : kind.isTemporary();
    }
}
