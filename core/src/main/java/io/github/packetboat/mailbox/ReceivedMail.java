package io.github.packetboat.mailbox;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mail that was received. Listing a folder fetches what a list shows: subject, addresses, dates, size, flags. The rest
 * (texts, attachments, all headers, raw bytes, defects) is fetched at once, the first time any of it is asked for, and kept
 * as long as this object; that call blocks, and throws a {@link MailboxException} if the mail is gone, above {@link
 * Mailbox.Builder#maxMailBytes}, or the server does not answer. Reading does not mark the mail as seen.
 *
 * <p>Broken mail is read as well as it goes, and {@link #defects()} says what was wrong. Decoded values may hold anything
 * that somebody chose to write: treat them so before they become HTML, SQL or a file.
 *
 * <p>Thread-safe. Two are equal if they are the same object.
 */
public final class ReceivedMail {
    private static final Session NO_SESSION = Session.getInstance(new Properties());

    private final String id;
    private final long uid;
    private final HeaderFields listed;
    private final long size;
    private final Set<Flag> flags;
    private final @Nullable Instant receivedAt;
    private final Charset fallback;
    private final @Nullable MailSource source;
    private @Nullable MailContent content; // guarded by this

    ReceivedMail(
            String id,
            long uid,
            HeaderFields listed,
            long size,
            Set<Flag> flags,
            @Nullable Instant receivedAt,
            Charset fallback,
            @Nullable MailSource source) {
        this.id = id;
        this.uid = uid;
        this.listed = listed;
        this.size = size;
        this.flags = Set.copyOf(flags);
        this.receivedAt = receivedAt;
        this.fallback = fallback;
        this.source = source;
    }

    /**
     * Reads a mail from the bytes of an {@code .eml} file. Never fails: whatever the bytes are, they are a mail with
     * {@link #defects()}. Text that does not say in which charset it is and is not UTF-8 is read as windows-1252.
     */
    public static ReceivedMail parse(byte[] raw) {
        return parse(raw.clone(), Mailbox.DEFAULT_FALLBACK);
    }

    /**
     * Reads an {@code .eml} file.
     *
     * @throws IOException if the file cannot be read
     */
    public static ReceivedMail parse(Path file) throws IOException {
        return parse(Files.readAllBytes(file), Mailbox.DEFAULT_FALLBACK);
    }

    static ReceivedMail parse(byte[] raw, Charset fallback) {
        MailContent content = new MailContent(raw, fallback);
        ReceivedMail mail = new ReceivedMail("", 0, content.header, raw.length, Set.of(), null, fallback, null);
        mail.content = content;
        return mail;
    }

    /**
     * What identifies the mail in its folder for as long as it is there: over IMAP {@code UIDVALIDITY-UID}, over POP3 its
     * UIDL. An empty text if it comes from no folder.
     */
    public String id() {
        return id;
    }

    /** Its UID; empty unless it comes from IMAP. */
    public OptionalLong uid() {
        return uid > 0 ? OptionalLong.of(uid) : OptionalLong.empty();
    }

    long uidOrZero() {
        return uid;
    }

    /** The folder that it comes from, or null. */
    @Nullable
    MailSource source() {
        return source;
    }

    /** How many bytes the server says it has. */
    public long size() {
        return size;
    }

    /** Its flags at the time it was listed; none over POP3. */
    public Set<Flag> flags() {
        return flags;
    }

    /** Whether it was read, at the time it was listed; false over POP3. */
    public boolean isSeen() {
        return flags.contains(Flag.SEEN);
    }

    /** When the server got it; empty over POP3. */
    public Optional<Instant> receivedAt() {
        return Optional.ofNullable(receivedAt);
    }

    /** When it says that it was sent; empty if it does not, or not readably. */
    public Optional<Instant> sentAt() {
        return Optional.ofNullable(MailDate.parse(listed.first("Date")));
    }

    /** The subject, decoded; an empty text if there is none. */
    public String subject() {
        return decoded("Subject");
    }

    /** Who it says it is from. */
    public List<ReceivedAddress> from() {
        return addresses("From");
    }

    /** To whom an answer should go: those in Reply-To, else {@link #from()}. */
    public List<ReceivedAddress> replyTo() {
        List<ReceivedAddress> said = addresses("Reply-To");
        return said.isEmpty() ? from() : said;
    }

    /** To whom it says it is. */
    public List<ReceivedAddress> to() {
        return addresses("To");
    }

    /** Who has a copy. */
    public List<ReceivedAddress> cc() {
        return addresses("Cc");
    }

    /** Its Message-ID with angle brackets; an empty text if it has none. */
    public String messageId() {
        return listed.first("Message-ID");
    }

    /** The Message-ID that it answers, with angle brackets; an empty text if it has none. */
    public String inReplyTo() {
        return listed.first("In-Reply-To");
    }

    /** The text that it is, from its {@code text/plain} bodies; lines end in LF. May fetch. */
    public Optional<String> text() {
        return Optional.ofNullable(content().text);
    }

    /** The text that it is, from its {@code text/html} bodies: foreign HTML, which may hold scripts. May fetch. */
    public Optional<String> html() {
        return Optional.ofNullable(content().html);
    }

    /** The files attached, mails inside included, in order. May fetch. */
    public List<ReceivedPart> attachments() {
        return content().attachments;
    }

    /** The parts that the HTML shows by their {@link ReceivedPart#contentId()}, in order. May fetch. */
    public List<ReceivedPart> inlines() {
        return content().inlines;
    }

    /** All fields of the header, in order. May fetch. */
    public List<HeaderField> headers() {
        return content().header.list();
    }

    /** The values of all fields of that name, decoded, in order. May fetch. */
    public List<String> header(String name) {
        Defects ignored = new Defects(); // those of the whole mail are known already
        return content().header.all(name).stream()
                .map(value -> EncodedWords.decode(value, fallback, ignored))
                .toList();
    }

    /** What is wrong with the mail; empty if nothing is. At most 100. May fetch. */
    public List<Defect> defects() {
        return content().defects;
    }

    /** The mail as it came. May fetch. */
    public byte[] raw() {
        return content().raw.clone();
    }

    /**
     * Writes the mail as it came, fetching it piece by piece over IMAP: no limit of size, and memory for one piece only.
     *
     * @throws IOException if writing fails
     * @throws MailboxException if fetching fails
     */
    public void transferTo(OutputStream out) throws IOException {
        MailContent there;
        synchronized (this) {
            there = content;
        }
        if (there != null || source == null) {
            out.write(content().raw);
        } else {
            source.transfer(this, out);
        }
    }

    /** The same for other libraries, of no session. May fetch. */
    public MimeMessage toMimeMessage() {
        try {
            return new MimeMessage(NO_SESSION, new ByteArrayInputStream(content().raw));
        } catch (MessagingException e) {
            throw new MailboxException(MailboxException.Kind.PROTOCOL, "jakarta.mail cannot read " + this, e);
        }
    }

    private String decoded(String name) {
        return EncodedWords.decode(listed.first(name), fallback, new Defects());
    }

    private List<ReceivedAddress> addresses(String name) {
        Defects ignored = new Defects();
        List<String> fields = listed.all(name);
        if (fields.size() == 1) { // as it should be
            return AddressField.parse(fields.get(0), fallback, ignored);
        }
        return fields.stream()
                .flatMap(field -> AddressField.parse(field, fallback, ignored).stream())
                .toList();
    }

    private synchronized MailContent content() {
        if (content == null) {
            if (source == null) {
                throw new IllegalStateException("a mail of no folder, and without content");
            }
            content = new MailContent(source.load(this), fallback);
        }
        return content;
    }

    /** Identity, size and subject, safe to log. */
    @Override
    public String toString() {
        return "ReceivedMail[" + (id.isEmpty() ? "" : Texts.clean(id, 80) + ", ") + size + " bytes, \""
                + Texts.clean(subject(), 80) + "\"]";
    }
}
