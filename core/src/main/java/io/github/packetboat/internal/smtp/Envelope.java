package io.github.packetboat.internal.smtp;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a mail to whom (RFC 5321 §2.3.1), and what is asked of the server on top. Immutable and thread-safe; nothing in
 * it can end a command.
 *
 * @param sender where bounces go; empty for nowhere
 * @param notifications who wants to hear what has become of the mail, or null if nobody does beyond the usual
 */
public record Envelope(
        String sender, List<String> recipients, @Nullable Notifications notifications) {

    /**
     * A wish for delivery status notifications (RFC 3461), which is left out where the server knows none.
     *
     * @param condition the value of NOTIFY, such as {@code SUCCESS,FAILURE}, or null for what the server does unasked
     * @param fullReturn whether a bounce brings the whole mail back (RET=FULL) rather than its headers; null to leave that
     *     to the server
     * @param envelopeId what comes back in the notification, or null
     */
    public record Notifications(
            @Nullable String condition,
            @Nullable Boolean fullReturn,
            @Nullable String envelopeId) {
        public Notifications {
            if (condition != null && !condition.matches("NEVER|(SUCCESS|FAILURE|DELAY)(,(SUCCESS|FAILURE|DELAY))*")) {
                throw new IllegalArgumentException("NOTIFY is NEVER, or of SUCCESS, FAILURE and DELAY");
            }
        }
    }

    /** RFC 5321 §4.5.3.1.3, with the brackets. */
    private static final int MAX_PATH_BYTES = 4096;

    public Envelope {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a mail needs a recipient");
        }
        checkPath("envelope sender", sender);
        for (String recipient : recipients) {
            if (recipient.isEmpty()) {
                throw new IllegalArgumentException("a recipient must not be empty");
            }
            checkPath("recipient", recipient);
        }
    }

    /** Whether an address is in another script than ASCII, so that it needs SMTPUTF8. */
    public boolean needsUtf8() {
        return !isAscii(sender) || !recipients.stream().allMatch(Envelope::isAscii);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7E) {
                return false;
            }
        }
        return true;
    }

    /** No control character anywhere; spaces and angle brackets in a quoted local part only. */
    private static void checkPath(String field, String address) {
        if (address.length() > MAX_PATH_BYTES) {
            throw new IllegalArgumentException(field + " of " + address.length() + " characters is too long");
        }
        boolean quoted = false;
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c < ' ' || c == 0x7F || !quoted && (c == ' ' || c == '<' || c == '>')) {
                throw new IllegalArgumentException(field
                        + " holds character U+%04X at index %d, which could end the command".formatted((int) c, i));
            }
            if (quoted && c == '\\') {
                i++; // what is escaped was not looked at, so it must be no control character either
                if (i < address.length() && (address.charAt(i) < ' ' || address.charAt(i) == 0x7F)) {
                    throw new IllegalArgumentException(field + " holds a control character at index " + i);
                }
            } else if (c == '"') {
                quoted = !quoted;
            }
        }
    }
}
