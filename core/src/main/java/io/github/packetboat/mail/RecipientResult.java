package io.github.packetboat.mail;

import org.jspecify.annotations.Nullable;

/**
 * What became of a mail for one of its recipients. Immutable and thread-safe.
 *
 * @param recipient the address
 * @param status what is known
 * @param code the three digits of the server's reply that decided, or 0 if there was none
 * @param enhancedStatus such as {@code 5.1.1} (RFC 3463), or null if the server gave none
 * @param text what the server said, or what went wrong before it could; safe to log
 */
public record RecipientResult(
        Address recipient,
        Status status,
        int code,
        @Nullable String enhancedStatus,
        String text) {

    /** What is known. */
    public enum Status {
        /** The server has taken the mail for this recipient, and answers for it. */
        ACCEPTED,
        /**
         * The server refused this recipient, the sender or the mail for good, or cannot take a mail like this: do not repeat
         * it as it is.
         */
        REJECTED,
        /**
         * The mail was not taken this time; it can be sent again. Also where the server did not let us in, the mail could not
         * be made, or it was for all or none: nothing of that says anything against this recipient.
         */
        DEFERRED,
        /**
         * The whole mail was on its way when the connection broke: this recipient may get it, or may not. Sending it again
         * may deliver it twice.
         */
        UNKNOWN
    }

    /** Address, status and what the server said, in one line. */
    @Override
    public String toString() {
        return recipient.address() + " " + status
                + (code == 0 ? "" : " " + code)
                + (enhancedStatus == null ? "" : " " + enhancedStatus)
                + (text.isEmpty() ? "" : " " + text);
    }
}
