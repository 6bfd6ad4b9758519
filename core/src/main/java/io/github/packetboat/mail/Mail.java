package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Form;
import io.github.packetboat.internal.mime.Rendering;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mail: who it is from, whom it goes to, what it says. Everything that goes out is fixed when it is built, the Message-ID,
 * the date and the boundaries between its parts among it: however often it is written or sent again, the bytes are the same,
 * as long as its attachments are. Immutable and thread-safe.
 */
public final class Mail {
    private final Address from;
    private final @Nullable Address sender;
    private final List<Address> replyTo;
    private final List<Address> to;
    private final List<Address> cc;
    private final List<Address> bcc;
    private final EnvelopeSender envelopeSender;
    private final String subject;
    private final @Nullable String text;
    private final @Nullable String html;
    private final Map<String, Attachment> inline;
    private final List<Attachment> attachments;
    private final @Nullable String calendar;
    private final Priority priority;
    private final List<Map.Entry<String, String>> headers;
    private final String messageId;
    private final OffsetDateTime date;
    private final List<String> inReplyTo;
    private final List<String> references;
    private final List<URI> listUnsubscribe;
    private final @Nullable Dsn dsn;
    private final @Nullable Address readReceiptTo;
    private final Charset charset;
    private final List<Dkim> dkim;

    Mail(MailBuilder builder, Address from, EnvelopeSender envelopeSender, String messageId, OffsetDateTime date) {
        this.from = from;
        sender = builder.sender;
        replyTo = List.copyOf(builder.replyTo);
        to = List.copyOf(builder.to);
        cc = List.copyOf(builder.cc);
        bcc = List.copyOf(builder.bcc);
        this.envelopeSender = envelopeSender;
        subject = builder.subject;
        text = builder.text;
        html = builder.html;
        inline = Collections.unmodifiableMap(new LinkedHashMap<>(builder.inline));
        attachments = List.copyOf(builder.attachments);
        calendar = builder.calendar;
        priority = builder.priority;
        headers = List.copyOf(builder.headers);
        this.messageId = messageId;
        this.date = date;
        inReplyTo = List.copyOf(builder.inReplyTo);
        references = List.copyOf(builder.references);
        listUnsubscribe = List.copyOf(builder.listUnsubscribe);
        dsn = builder.dsn;
        readReceiptTo = builder.readReceiptTo;
        charset = builder.charset;
        dkim = List.copyOf(builder.dkim);
    }

    /** A mail to be, with nothing set. */
    public static MailBuilder builder() {
        return new MailBuilder();
    }

    /** Who wrote it. */
    public Address from() {
        return from;
    }

    /** Who sent it, if that is not {@link #from()}; else null. */
    public @Nullable Address sender() {
        return sender;
    }

    /** Who is to have the answers; empty means {@link #from()}. */
    public List<Address> replyTo() {
        return replyTo;
    }

    /** Whom it goes to. */
    public List<Address> to() {
        return to;
    }

    /** Who gets a copy. */
    public List<Address> cc() {
        return cc;
    }

    /** Who gets a copy unseen by the others. They are in the envelope only, never in a header. */
    public List<Address> bcc() {
        return bcc;
    }

    /** Everybody in To, Cc and Bcc, each mailbox once, in that order. */
    public List<Address> recipients() {
        List<Address> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (List<Address> some : List.of(to, cc, bcc)) {
            for (Address address : some) {
                if (seen.add(address.local() + '@' + address.asciiDomain().toLowerCase(Locale.ROOT))) {
                    all.add(address);
                }
            }
        }
        return all;
    }

    /** Where bounces go: an address, a template, or an empty string for the null sender. */
    public String envelopeFrom() {
        return envelopeSender.toString();
    }

    /** The subject; empty if there is none. */
    public String subject() {
        return subject;
    }

    /** The plain text, or null. */
    public @Nullable String text() {
        return text;
    }

    /** The HTML, or null. */
    public @Nullable String html() {
        return html;
    }

    /** What the HTML shows, by content id, in the order it was given. */
    public Map<String, Attachment> inline() {
        return inline;
    }

    /** The attachments, in the order they were given. */
    public List<Attachment> attachments() {
        return attachments;
    }

    /** The invitation (iCalendar, RFC 5545), or null. */
    public @Nullable String calendar() {
        return calendar;
    }

    /** How urgent it is. */
    public Priority priority() {
        return priority;
    }

    /** The headers of the user's own, names and values, in the order they were given. */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /** The Message-ID, with its angle brackets. */
    public String messageId() {
        return messageId;
    }

    /** When it was written. */
    public OffsetDateTime date() {
        return date;
    }

    /** The Message-IDs that it answers, with their angle brackets. */
    public List<String> inReplyTo() {
        return inReplyTo;
    }

    /** The Message-IDs of its thread, oldest first, with their angle brackets. */
    public List<String> references() {
        return references;
    }

    /** How to leave the list. */
    public List<URI> listUnsubscribe() {
        return listUnsubscribe;
    }

    /** The delivery status notifications that are wanted, or null if nothing was said of them. */
    public @Nullable Dsn dsn() {
        return dsn;
    }

    /** Who is to be told when it is read, or null. */
    public @Nullable Address readReceiptTo() {
        return readReceiptTo;
    }

    /** In which charset its texts and headers are written, as far as that can express them. */
    public Charset charset() {
        return charset;
    }

    /**
     * Writes the mail as it would be sent, without the Bcc addresses: the content of an {@code .eml} file. It is 7-bit ASCII
     * unless an address needs SMTPUTF8. {@code out} stays open.
     *
     * @throws IOException what {@code out} or an attachment throws; what was written until then is not a whole mail
     */
    public void writeTo(OutputStream out) throws IOException {
        render(needsSmtpUtf8() ? Form.UTF8 : Form.SEVEN_BIT, dkim).writeTo(out);
    }

    List<Dkim> dkim() {
        return dkim;
    }

    EnvelopeSender envelopeSender() {
        return envelopeSender;
    }

    boolean needsSmtpUtf8() {
        return false;
    }

    boolean hasEightBitText() {
        return text != null && !Address.isAscii(text) || html != null && !Address.isAscii(html);
    }

    Rendering render(Form form, List<Dkim> signatures) throws IOException {
        throw new UnsupportedOperationException("not written yet");
    }

    /** From, recipients and subject, for logs. */
    @Override
    public String toString() {
        return "Mail[" + messageId + " from " + from.address() + " to "
                + recipients().size() + " recipients]";
    }
}
