package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.mime.Rendering;
import io.github.packetboat.mail.RecipientResult.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where a mailer's mails go, if not to a mail server. Thread-safe.
 *
 * <pre>{@code
 * Mailer.builder(DeliveryMethod.pickupDirectory(Path.of("outbox"))).build();      // one .eml each
 * Mailer.builder(DeliveryMethod.transport(session, "smtps")).build();            // any provider of jakarta.mail
 *
 * CapturedMails captured = DeliveryMethod.capture();                             // for tests
 * try (Mailer mailer = Mailer.builder(captured).build()) {
 *     …
 * }
 * captured.mails().get(0).mail().subject();
 * }</pre>
 */
public abstract class DeliveryMethod {
    DeliveryMethod() {}

    /**
     * Writes each mail to a file of its own in {@code directory}, which is made if it is missing; to one for each recipient
     * if each has an envelope sender of its own ({@link MailBuilder#envelopeFrom}). It is there at once and
     * whole, under a name that ends in {@code .eml}; whom it is for says the header {@code X-Receiver} of each recipient,
     * and {@code X-Sender}, as other pickup directories have it.
     */
    public static DeliveryMethod pickupDirectory(Path directory) {
        return new PickupDirectory(Check.notNull("directory", directory));
    }

    /**
     * Hands mails to a transport of {@code jakarta.mail}, one after the other over one connection. Times, retries and all
     * else are what that transport makes of the session's properties. The mail's envelope sender stands where the transport
     * looks for the From; a property such as {@code mail.smtp.from} of the session goes before it. What the transport throws
     * when it has begun to send leaves the outcome unknown, unless it says whom it sent to.
     *
     * @param protocol such as {@code smtp} or {@code smtps}
     */
    public static DeliveryMethod transport(jakarta.mail.Session session, String protocol) {
        return new TransportDelivery(Check.notNull("session", session), Check.text("protocol", protocol));
    }

    /** Keeps mails in memory. */
    public static CapturedMails capture() {
        return new CapturedMails();
    }

    /** Delivers one mail. May block; not called by two threads at once where the method says so. */
    abstract SendResult deliver(Outgoing mail, Rendering rendering, long startNanos) throws IOException;

    /** The recipients that can share an envelope: all of them, or each by itself if each has a sender of its own. */
    static List<List<Address>> envelopes(Outgoing mail) {
        return mail.hasSenderPerRecipient()
                ? mail.recipients().stream().map(List::of).toList()
                : List.of(mail.recipients());
    }

    /** Nothing more will be delivered. */
    void close() {}

    final SendResult result(Outgoing mail, Status status, String text, Duration took) {
        return new SendResult(
                mail.messageId(),
                mail.recipients().stream()
                        .map(each -> new RecipientResult(each, status, 0, null, text))
                        .toList(),
                toString(),
                text,
                1,
                took);
    }

    final SendResult accepted(Outgoing mail, String text, long startNanos) {
        return result(mail, Status.ACCEPTED, text, Duration.ofNanos(System.nanoTime() - startNanos));
    }
}
