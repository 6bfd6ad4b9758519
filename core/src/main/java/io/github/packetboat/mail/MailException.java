package io.github.packetboat.mail;

import io.github.packetboat.mail.RecipientResult.Status;
import java.io.IOException;
import java.io.Serial;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A mail that no recipient was accepted for. {@link #result()} says what is known of each, {@link #isTemporary()} whether the
 * same may work later. The mailer goes on being usable.
 */
public final class MailException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MAX_SHOWN = 3;

    private final transient SendResult result;

    MailException(SendResult result, @Nullable Throwable cause) {
        super(text(result), cause);
        this.result = result;
    }

    private static String text(SendResult result) {
        int more = result.recipients().size() - MAX_SHOWN;
        return "nobody was accepted for " + result.messageId()
                + (result.server().isEmpty() ? "" : " by " + result.server())
                + (result.attempts() > 1 ? " in " + result.attempts() + " attempts" : "") + ": "
                + result.recipients().stream()
                        .limit(MAX_SHOWN)
                        .map(RecipientResult::toString)
                        .collect(Collectors.joining("; "))
                + (more > 0 ? "; and " + more + " more" : "");
    }

    /** What became of the mail. */
    public SendResult result() {
        return result;
    }

    /** Whether some recipient may be accepted later, and none may have got the mail already. */
    public boolean isTemporary() {
        return !isUnknown() && !result.with(Status.DEFERRED).isEmpty();
    }

    /** Whether a recipient may have got the mail, so that sending it again may deliver it twice. */
    public boolean isUnknown() {
        return !result.with(Status.UNKNOWN).isEmpty();
    }
}
