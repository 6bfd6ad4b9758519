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
        /** The mail was refused, and will be again: do not repeat it as it is. */
        REJECTED,
        /** The mail was not taken this time; it can be sent again. */
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
