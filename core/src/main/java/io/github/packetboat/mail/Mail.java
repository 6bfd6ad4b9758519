package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.mime.Form;
import io.github.packetboat.internal.mime.Rendering;
import io.github.packetboat.internal.mime.Unique;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
    private final Instant builtAt;
    private final OffsetDateTime date;
    private final List<String> inReplyTo;
    private final List<String> references;
    private final List<URI> listUnsubscribe;
    private final @Nullable Dsn dsn;
    private final @Nullable Address readReceiptTo;
    private final Charset charset;
    private final List<Dkim> dkim;
    private final String boundarySeed = Unique.name();

    Mail(MailBuilder builder, Address from, EnvelopeSender envelopeSender, String messageId, OffsetDateTime now) {
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
        builtAt = now.toInstant();
        date = builder.date != null ? builder.date : now;
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
        return once(List.of(to, cc, bcc));
    }

    static List<Address> once(List<List<Address>> lists) {
        List<Address> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (List<Address> some : lists) {
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

    /**
     * The same mail as {@code jakarta.mail} has it, for other libraries; all of it in memory. It keeps its Message-ID when it is
     * saved. Bcc addresses are not in it: give {@link #recipients()} to whoever sends it. Needs jakarta.mail-api and
     * angus-mail.
     *
     * @throws IOException if an attachment cannot be read
     */
    public MimeMessage toMimeMessage() throws IOException {
        try {
            return MimeMessages.of(this);
        } catch (NoClassDefFoundError e) {
            throw withoutJars("toMimeMessage", e);
        }
    }

    /**
     * Reads a mail from an {@code .eml} file; see {@link #parse(InputStream)}.
     *
     * @throws IOException if it cannot be read, or what it holds cannot be a {@code Mail}
     */
    public static Mail parse(Path eml) throws IOException {
        try (InputStream in = Files.newInputStream(Check.notNull("eml", eml))) {
            return parse(in);
        }
    }

    /**
     * Reads a mail as others wrote it, up to the end of {@code in}, which stays open: at most 64 MiB, nested at most 20 deep. The
     * first plain text, HTML and invitation become those of the mail, everything else inline or attached. Line breaks of texts
     * become {@code \n}. What a {@code Mail} has no place for is left out, signatures among it; characters that it refuses become
     * U+FFFD. Needs jakarta.mail-api and angus-mail.
     *
     * @throws IOException if it cannot be read, has no From, or an address is not valid
     */
    public static Mail parse(InputStream in) throws IOException {
        Check.notNull("in", in);
        try {
            return MailParser.parse(in);
        } catch (NoClassDefFoundError e) {
            throw withoutJars("parse", e);
        }
    }

    private static IllegalStateException withoutJars(String method, NoClassDefFoundError e) {
        return new IllegalStateException(
                "Mail." + method + " needs jakarta.mail-api and angus-mail; as a module, requires jakarta.mail", e);
    }

    List<Dkim> dkim() {
        return dkim;
    }

    EnvelopeSender envelopeSender() {
        return envelopeSender;
    }

    /** Of its own, not made of the Message-ID: whoever got this mail must not know how parts of another are parted. */
    String boundarySeed() {
        return boundarySeed;
    }

    boolean needsSmtpUtf8() {
        return from.needsSmtpUtf8()
                || sender != null && sender.needsSmtpUtf8()
                || readReceiptTo != null && readReceiptTo.needsSmtpUtf8()
                || envelopeSender.needsSmtpUtf8()
                || anyNeedsSmtpUtf8(replyTo)
                || anyNeedsSmtpUtf8(to)
                || anyNeedsSmtpUtf8(cc)
                || anyNeedsSmtpUtf8(bcc);
    }

    private static boolean anyNeedsSmtpUtf8(List<Address> addresses) {
        for (Address address : addresses) {
            if (address.needsSmtpUtf8()) {
                return true;
            }
        }
        return false;
    }

    boolean hasEightBitText() {
        return isEightBit(text) || isEightBit(html) || isEightBit(calendar);
    }

    private static boolean isEightBit(@Nullable String text) {
        return text != null && !Address.isAscii(text);
    }

    Rendering render(Form form, List<Dkim> signatures) throws IOException {
        // The time of building, not of rendering: the bytes must be the same each time.
        return Dkim.sign(new MailWriter(this, form).write(), signatures, builtAt.getEpochSecond());
    }

    /** From, recipients and subject, for logs. */
    @Override
    public String toString() {
        return "Mail[" + messageId + " from " + from.address() + " to "
                + recipients().size() + " recipients]";
    }
}
