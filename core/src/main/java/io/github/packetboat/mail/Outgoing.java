package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Form;
import io.github.packetboat.internal.mime.Rendering;
import io.github.packetboat.internal.mime.SevenBit;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a mailer needs to know of a message, whether it was built here, came as a {@code MimeMessage} or is bytes: the
 * envelope, and how to get the bytes. Immutable and thread-safe.
 *
 * <p>The form to ask for: {@link Form#UTF8} if {@link #needsSmtpUtf8()} (a server without SMTPUTF8 cannot have the message);
 * else {@link Form#EIGHT_BIT} if {@link #wantsEightBit} and the server has 8BITMIME; else {@link Form#SEVEN_BIT}; while nobody
 * knows the server, {@link #formForUnknown}. If the rendering still {@link Rendering#isEightBit()}, it was made elsewhere and
 * {@linkplain Rendering#whyEightBit must not be changed}, and a server without 8BITMIME cannot have it.
 */
final class Outgoing {
    private final EnvelopeSender sender;
    private final List<Address> recipients;
    private final @Nullable Dsn dsn;
    private final String messageId;
    private final boolean needsSmtpUtf8;
    private final boolean eightBitText;
    private final boolean foreign;
    private final Renderer renderer;

    private Outgoing(
            EnvelopeSender sender,
            List<Address> recipients,
            @Nullable Dsn dsn,
            String messageId,
            boolean needsSmtpUtf8,
            boolean eightBitText,
            boolean foreign,
            Renderer renderer) {
        this.sender = sender;
        this.recipients = List.copyOf(recipients);
        this.dsn = dsn;
        this.messageId = messageId;
        this.needsSmtpUtf8 = needsSmtpUtf8;
        this.eightBitText = eightBitText;
        this.foreign = foreign;
        this.renderer = renderer;
    }

    @FunctionalInterface
    private interface Renderer {
        Rendering render(Form form, List<Dkim> signatures) throws IOException;
    }

    /** @throws IllegalArgumentException if the mail was parsed, and nothing in it says whom it goes to */
    static Outgoing of(Mail mail) {
        List<Address> recipients = mail.recipients();
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException(
                    "mail must have a recipient to be sent; the one parsed has no To, Cc or Bcc");
        }
        return new Outgoing(
                mail.envelopeSender(),
                recipients,
                mail.dsn(),
                mail.messageId(),
                mail.needsSmtpUtf8(),
                mail.hasEightBitText() && mail.dkim().isEmpty(),
                false,
                (form, signatures) -> mail.render(form, mail.dkim().isEmpty() ? signatures : mail.dkim()));
    }

    /** Bytes that were rendered before, as an outbox keeps them: they go out as they are, and are not signed again. */
    static Outgoing of(
            byte[] rendered, EnvelopeSender sender, List<Address> recipients, @Nullable Dsn dsn, String messageId) {
        Rendering rendering = Rendering.of(rendered);
        return of(rendering, sender, recipients, dsn, messageId, (form, signatures) -> rendering);
    }

    /**
     * The bytes of a message that was made elsewhere, with CRLF line ends. They go out as they are where they can; for a
     * server without 8BITMIME its 8-bit parts are encoded. It is signed on its way unless it brings a signature.
     */
    static Outgoing unsigned(byte[] message, EnvelopeSender sender, List<Address> recipients, String messageId) {
        Rendering rendering = Rendering.of(message);
        boolean signed = rendering.hasField("DKIM-Signature");
        long now = Instant.now().getEpochSecond();
        return of(rendering, sender, recipients, null, messageId, (form, signatures) -> {
            Rendering fit = form == Form.SEVEN_BIT ? SevenBit.of(rendering) : rendering;
            return signed ? fit : Dkim.sign(fit, signatures, now);
        });
    }

    private static Outgoing of(
            Rendering rendering,
            EnvelopeSender sender,
            List<Address> recipients,
            @Nullable Dsn dsn,
            String messageId,
            Renderer renderer) {
        boolean needsSmtpUtf8 = sender.needsSmtpUtf8()
                || recipients.stream().anyMatch(Address::needsSmtpUtf8)
                || rendering.isHeaderEightBit();
        return new Outgoing(sender, recipients, dsn, messageId, needsSmtpUtf8, rendering.isEightBit(), true, renderer);
    }

    /** MAIL FROM for {@code recipient}; null means {@code <>}. */
    @Nullable
    Address sender(Address recipient) {
        return sender.forRecipient(recipient);
    }

    /** Whether {@link #sender} differs between recipients: each then needs a transaction of its own. */
    boolean hasSenderPerRecipient() {
        return sender.isPerRecipient();
    }

    /** Everybody in To, Cc and Bcc, each mailbox once, in that order. At least one. */
    List<Address> recipients() {
        return recipients;
    }

    /** The wishes for notifications, or null if there are none. */
    @Nullable
    Dsn dsn() {
        return dsn;
    }

    /** The Message-ID with its angle brackets. */
    String messageId() {
        return messageId;
    }

    /** Whether an address in the envelope or headers has a local part beyond ASCII. */
    boolean needsSmtpUtf8() {
        return needsSmtpUtf8;
    }

    /** Whether the message is shorter in {@link Form#EIGHT_BIT}. Not if it is signed: a relay might have to change it. */
    boolean wantsEightBit(List<Dkim> signatures) {
        return eightBitText && signatures.isEmpty();
    }

    /** What to make while nobody knows what the server takes: of ours what every server does, of others' what they made. */
    Form formForUnknown(List<Dkim> signatures) {
        if (needsSmtpUtf8) {
            return Form.UTF8;
        }
        return foreign && wantsEightBit(signatures) ? Form.EIGHT_BIT : Form.SEVEN_BIT;
    }

    /**
     * The bytes in {@code form}, the same for the same arguments whenever it is asked for. Large attachments are not read
     * yet, unless the message is signed, which reads them once.
     *
     * @param signatures with which to sign a mail that does not bring its own; what was rendered before is left as it is
     * @throws IOException if an attachment cannot be read
     */
    Rendering render(Form form, List<Dkim> signatures) throws IOException {
        return renderer.render(form, signatures);
    }
}
