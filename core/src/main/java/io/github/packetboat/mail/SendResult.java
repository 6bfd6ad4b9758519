package io.github.packetboat.mail;

import io.github.packetboat.mail.RecipientResult.Status;
import java.time.Duration;
import java.util.List;

/**
 * What became of a mail. Immutable and thread-safe.
 *
 * @param messageId its Message-ID, with angle brackets
 * @param recipients what became of it for each recipient, in the order of the mail
 * @param server who answered last, as {@code host:port}; empty if nobody was asked
 * @param reply what that server said to the mail as a whole, such as the name it has in its queue; empty if it did not come
 *     to that
 * @param attempts how often it was handed to a server, in whole or in part
 * @param took from the call to this result
 */
public record SendResult(
        String messageId, List<RecipientResult> recipients, String server, String reply, int attempts, Duration took) {

    /** Copies the recipients. */
    public SendResult {
        recipients = List.copyOf(recipients);
    }

    /** Whether every recipient was accepted. */
    public boolean isAccepted() {
        return recipients.stream().allMatch(each -> each.status() == Status.ACCEPTED);
    }

    /** Whether any recipient was accepted. */
    public boolean isAcceptedByAny() {
        return recipients.stream().anyMatch(each -> each.status() == Status.ACCEPTED);
    }

    /** The recipients of that status. */
    public List<RecipientResult> with(Status status) {
        return recipients.stream().filter(each -> each.status() == status).toList();
    }

    /** Everything in one line. */
    @Override
    public String toString() {
        return "SendResult[" + messageId
                + (server.isEmpty() ? "" : " by " + server)
                + (reply.isEmpty() ? "" : ": " + reply)
                + "; " + recipients + ", attempts=" + attempts + ", " + took.toMillis() + " ms]";
    }
}
