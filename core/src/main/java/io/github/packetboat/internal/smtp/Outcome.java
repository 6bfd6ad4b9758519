package io.github.packetboat.internal.smtp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt to hand over a mail. Immutable and thread-safe.
 *
 * @param recipients for each recipient the reply that decided, or null where there was none; empty if nothing was asked
 * @param finalReply the reply to the whole mail, or null if it did not come to that
 * @param failure what went wrong with the connection or the mail, or null if every recipient has a reply
 */
public record Outcome(
        Kind kind,
        List<@Nullable Reply> recipients,
        @Nullable Reply finalReply,
        @Nullable SmtpException failure,
        String server) {

    /** What is known. */
    public enum Kind {
        /** Every recipient has a reply. */
        ANSWERED,
        /** No recipient without a reply has got the mail: it can be sent again. */
        NOT_SENT,
        /** The whole mail was on its way when the connection broke: whoever was accepted may have got it. */
        UNKNOWN
    }

    public Outcome {
        recipients = Collections.unmodifiableList(new ArrayList<>(recipients));
    }

    static Outcome notSent(SmtpException failure, String server) {
        return new Outcome(Kind.NOT_SENT, List.of(), null, failure, server);
    }
}
