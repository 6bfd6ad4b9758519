package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Mail} says; from {@link Mail#builder()}. Only {@code from} and one recipient are required. Every
 * text is checked when it is given: CR, LF and NUL are refused wherever they could forge a header or command. Methods named
 * after a list add to it. May build more than one mail; each gets a Message-ID of its own unless that is set. Not
 * thread-safe.
 */
public final class MailBuilder {
    /** So that a line never comes near 998. */
    private static final int MAX_TOKEN = 900;

    @Nullable
    Address from;

    @Nullable
    Address sender;

    final List<Address> replyTo = new ArrayList<>(0);
    final List<Address> to = new ArrayList<>(2);
    final List<Address> cc = new ArrayList<>(0);
    final List<Address> bcc = new ArrayList<>(0);

    @Nullable
    EnvelopeSender envelopeSender;

    String subject = "";

    @Nullable
    String text;

    @Nullable
    String html;

    final Map<String, Attachment> inline = new LinkedHashMap<>(0);
    final List<Attachment> attachments = new ArrayList<>(0);

    @Nullable
    String calendar;

    Priority priority = Priority.NORMAL;
    final List<Map.Entry<String, String>> headers = new ArrayList<>(0);

    @Nullable
    String messageId;

    @Nullable
    OffsetDateTime date;

    final List<String> inReplyTo = new ArrayList<>(0);
    final List<String> references = new ArrayList<>(0);
    final List<URI> listUnsubscribe = new ArrayList<>(0);

    @Nullable
    Dsn dsn;

    @Nullable
    Address readReceiptTo;

    Charset charset = StandardCharsets.UTF_8;
    final List<Dkim> dkim = new ArrayList<>(0);

    MailBuilder() {}

    /** Who writes. Required. */
    public MailBuilder from(Address address) {
        from = Check.notNull("from", address);
        return this;
    }

    /** Who writes, without a name. */
    public MailBuilder from(String address) {
        return from(address, "");
    }

    /** Who writes, with the name to show, in any script. */
    public MailBuilder from(String address, String name) {
        return from(AddressSyntax.address("from", address, FieldText.line("name of from", name)));
    }

    /** Who sends it in the name of {@link #from(Address)}. Bounces go there too, unless {@link #envelopeFrom} says otherwise. */
    public MailBuilder sender(Address address) {
        sender = Check.notNull("sender", address);
        return this;
    }

    /** Who is to have the answers, instead of {@link #from(Address)}. */
    public MailBuilder replyTo(Address... addresses) {
        return add("replyTo", replyTo, addresses);
    }

    /** Who is to have the answers, instead of {@link #from(Address)}. */
    public MailBuilder replyTo(String... addresses) {
        return add("replyTo", replyTo, addresses);
    }

    /** Whom it goes to. */
    public MailBuilder to(String... addresses) {
        return add("to", to, addresses);
    }

    /** Whom it goes to, with names. */
    public MailBuilder to(Address... addresses) {
        return add("to", to, addresses);
    }

    /** Who gets a copy. */
    public MailBuilder cc(String... addresses) {
        return add("cc", cc, addresses);
    }

    /** Who gets a copy, with names. */
    public MailBuilder cc(Address... addresses) {
        return add("cc", cc, addresses);
    }

    /** Who gets a copy unseen by the others: in the envelope only, never in a header. */
    public MailBuilder bcc(String... addresses) {
        return add("bcc", bcc, addresses);
    }

    /** Who gets a copy unseen by the others: in the envelope only, never in a header. */
    public MailBuilder bcc(Address... addresses) {
        return add("bcc", bcc, addresses);
    }

    /**
     * Where bounces go, if not to the sender or author. With <code>{recipient}</code> in the local part each recipient gets
     * a sender of its own (VERP): <code>bounces+{recipient}@lists.example.com</code> becomes
     * {@code bounces+bob=example.org@lists.example.com}, so that a bounce says whose it is; the mail then goes to one
     * recipient at a time.
     *
     * @throws IllegalArgumentException if it is neither an address nor such a template
     */
    public MailBuilder envelopeFrom(String addressOrTemplate) {
        envelopeSender = EnvelopeSender.of(addressOrTemplate);
        return this;
    }

    /** Bounces go nowhere: {@code MAIL FROM:<>}, for what answers by itself (RFC 5321 §4.5.5). */
    public MailBuilder nullEnvelopeFrom() {
        envelopeSender = EnvelopeSender.NULL;
        return this;
    }

    /** What it is about. Empty unless set. */
    public MailBuilder subject(String line) {
        subject = FieldText.line("subject", line);
        return this;
    }

    /**
     * The plain text. Its line breaks may be of any kind, they are sent as CRLF; a mail that is text alone ends with one.
     *
     * @throws IllegalArgumentException if it holds NUL or half of a surrogate pair
     */
    public MailBuilder text(String plain) {
        text = FieldText.body("text", plain);
        return this;
    }

    /**
     * The HTML. With a {@link #text} too, readers show whichever of the two they can.
     *
     * @throws IllegalArgumentException as for {@link #text}
     */
    public MailBuilder html(String page) {
        html = FieldText.body("html", page);
        return this;
    }

    /**
     * What the HTML shows as {@code <img src="cid:contentId">}.
     *
     * @param contentId printable ASCII without spaces or angle brackets; one that is there already is replaced
     */
    public MailBuilder inline(String contentId, Attachment attachment) {
        String id = FieldText.token("content id", contentId);
        if (id.indexOf('<') >= 0 || id.indexOf('>') >= 0 || id.length() > MAX_TOKEN) {
            throw new IllegalArgumentException(
                    "content id must have no angle brackets and at most " + MAX_TOKEN + " characters");
        }
        inline.put(id, Check.notNull("attachment of " + id, attachment));
        return this;
    }

    /**
     * Attaches files under their own names.
     *
     * @throws UncheckedIOException as {@link Attachment#of(Path)} does
     */
    public MailBuilder attach(Path... files) {
        for (Path file : Check.notNull("files", files)) {
            attachments.add(Attachment.of(file));
        }
        return this;
    }

    /** Attaches files under other names or types, bytes, or what a stream gives. */
    public MailBuilder attach(Attachment... some) {
        for (Attachment attachment : Check.notNull("attachments", some)) {
            attachments.add(Check.notNull("attachment", attachment));
        }
        return this;
    }

    /**
     * An invitation, shown with its buttons by programs that have a calendar; the others show the {@link #text}.
     *
     * @param iCalendar an iCalendar object (RFC 5545), with the METHOD that says what it asks for
     * @throws IllegalArgumentException if it does not begin as one, or has no METHOD
     */
    public MailBuilder calendar(String iCalendar) {
        calendar = Calendar.checked(iCalendar);
        return this;
    }

    /** How urgent it is. {@link Priority#NORMAL} unless set. */
    public MailBuilder priority(Priority urgency) {
        priority = Check.notNull("priority", urgency);
        return this;
    }

    /**
     * Adds a header of your own. The value may be in any script.
     *
     * @throws IllegalArgumentException if the name is no header name (RFC 5322 §2.2) of at most 76 characters, or one that
     *     this builder sets by another method; or if the value holds a control character other than a tab
     */
    public MailBuilder header(String name, String value) {
        headers.add(Map.entry(HeaderNames.checked(name), FieldText.line("header " + name, value)));
        return this;
    }

    /**
     * The Message-ID, with or without its angle brackets. Unless set, each mail gets one that no other has, at the domain of
     * {@link #from(Address)}.
     */
    public MailBuilder messageId(String id) {
        messageId = MessageIds.own(id);
        return this;
    }

    /** When it was written, to the second: in the years 1900 to 9999. The time of {@link #build()}, in UTC, unless set. */
    public MailBuilder date(OffsetDateTime time) {
        OffsetDateTime t = Check.notNull("date", time);
        if (t.getYear() < 1900 || t.getYear() > 9999) {
            throw new IllegalArgumentException("date=" + t + " is not in the years 1900 to 9999");
        }
        date = t.truncatedTo(ChronoUnit.SECONDS); // more a header does not say
        return this;
    }

    /** The Message-IDs of the mails that it answers. */
    public MailBuilder inReplyTo(String... ids) {
        for (String id : Check.notNull("inReplyTo", ids)) {
            inReplyTo.add(MessageIds.others("inReplyTo", id));
        }
        return this;
    }

    /** The Message-IDs of the mails of its thread, oldest first. */
    public MailBuilder references(String... ids) {
        for (String id : Check.notNull("references", ids)) {
            references.add(MessageIds.others("references", id));
        }
        return this;
    }

    /**
     * How to leave the list: an {@code https} address, a {@code mailto} address, or both. With {@code https} the reader may
     * show a button of its own that needs one click (RFC 8058): that address must then take a POST, and the mail must be
     * signed, by {@link #dkim} or by the server.
     *
     * @throws IllegalArgumentException if one is of another kind, or longer than 900 characters
     */
    public MailBuilder listUnsubscribe(URI... ways) {
        for (URI way : Check.notNull("listUnsubscribe", ways)) {
            String text = FieldText.token(
                    "listUnsubscribe", Check.notNull("listUnsubscribe", way).toASCIIString());
            if (!isWayToUnsubscribe(way)) {
                throw new IllegalArgumentException("listUnsubscribe takes https://host/… and mailto:… of at most "
                        + MAX_TOKEN + " characters, not one of " + text.length() + " with scheme " + way.getScheme());
            }
            listUnsubscribe.add(way);
        }
        return this;
    }

    static boolean isWayToUnsubscribe(URI way) {
        boolean known = "https".equalsIgnoreCase(way.getScheme()) && way.getHost() != null
                || "mailto".equalsIgnoreCase(way.getScheme());
        return known && way.toASCIIString().length() <= MAX_TOKEN;
    }

    /** Asks for delivery status notifications. */
    public MailBuilder dsn(Dsn wishes) {
        dsn = Check.notNull("dsn", wishes);
        return this;
    }

    /** Asks the reader's program to tell {@code address} when the mail is read, which most ask their user first. */
    public MailBuilder readReceiptTo(Address address) {
        readReceiptTo = Check.notNull("readReceiptTo", address);
        return this;
    }

    /**
     * In which charset the texts and headers are written; UTF-8 unless set. What it cannot express is written in UTF-8.
     *
     * @throws IllegalArgumentException if mail cannot have it, because ASCII is something else in it (UTF-16, EBCDIC)
     */
    public MailBuilder charset(Charset wish) {
        Charset checked = Check.notNull("charset", wish);
        if (!checked.canEncode()
                || !Arrays.equals("=?A\r\n".getBytes(checked), "=?A\r\n".getBytes(StandardCharsets.US_ASCII))) {
            throw new IllegalArgumentException(
                    "charset " + checked.name() + " is not one that mail can have: ASCII differs in it");
        }
        charset = checked;
        return this;
    }

    /** Signs the mail, once for each. A mailer's own signatures are then not added. */
    public MailBuilder dkim(Dkim... signatures) {
        for (Dkim signature : Check.notNull("dkim", signatures)) {
            dkim.add(Check.notNull("dkim", signature));
        }
        return this;
    }

    /**
     * The mail as it stands now.
     *
     * @throws IllegalArgumentException if {@code from} or every recipient is missing, if there is something inline but no
     *     HTML to show it, or if the template of {@link #envelopeFrom} makes no address of a recipient's
     */
    public Mail build() {
        if (to.isEmpty() && cc.isEmpty() && bcc.isEmpty()) {
            throw new IllegalArgumentException("to, cc or bcc must have an address");
        }
        return buildParsed();
    }

    /** A mail that was parsed may have lost its recipients: those in Bcc were never in it. */
    Mail buildParsed() {
        Address author = from;
        if (author == null) {
            throw new IllegalArgumentException("from must be set");
        }
        if (html == null && !inline.isEmpty()) {
            throw new IllegalArgumentException("inline needs html, which shows it; or attach it");
        }
        EnvelopeSender envelope =
                envelopeSender != null ? envelopeSender : EnvelopeSender.of(sender != null ? sender : author);
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
        Mail mail = new Mail(this, author, envelope, messageId != null ? messageId : MessageIds.fresh(author), now);
        if (envelope.isPerRecipient()) {
            mail.recipients().forEach(envelope::forRecipient);
        }
        return mail;
    }

    private MailBuilder add(String field, List<Address> list, String... addresses) {
        for (String address : Check.notNull(field, addresses)) {
            list.add(AddressSyntax.address(field, address, ""));
        }
        return this;
    }

    private MailBuilder add(String field, List<Address> list, Address... addresses) {
        for (Address address : Check.notNull(field, addresses)) {
            list.add(Check.notNull(field, address));
        }
        return this;
    }
}
