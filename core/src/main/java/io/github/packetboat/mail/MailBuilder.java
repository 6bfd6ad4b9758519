package io.github.packetboat.mail;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
        from = FieldText.notNull("from", address);
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

    /** Who gets a copy unseen by the others, with names, which nobody sees. */
    public MailBuilder bcc(Address... addresses) {
        return add("bcc", bcc, addresses);
    }

    /** What it is about. Empty unless set. */
    public MailBuilder subject(String line) {
        subject = FieldText.line("subject", line);
        return this;
    }

    /** The plain text. Line breaks may be of any kind. */
    public MailBuilder text(String plain) {
        text = FieldText.body("text", plain);
        return this;
    }

    /** The HTML. With a {@link #text} too, readers show whichever of the two they can. */
    public MailBuilder html(String page) {
        html = FieldText.body("html", page);
        return this;
    }

    /** Attaches files. */
    public MailBuilder attach(Path... files) {
        for (Path file : FieldText.notNull("files", files)) {
            attachments.add(Attachment.of(file));
        }
        return this;
    }

    /** Attaches more than files. */
    public MailBuilder attach(Attachment... some) {
        for (Attachment attachment : FieldText.notNull("attachments", some)) {
            attachments.add(FieldText.notNull("attachment", attachment));
        }
        return this;
    }

    /** Asks for delivery status notifications. */
    public MailBuilder dsn(Dsn wishes) {
        dsn = FieldText.notNull("dsn", wishes);
        return this;
    }

    /** The mail as it stands now. */
    public Mail build() {
        Address author = from;
        if (author == null) {
            throw new IllegalArgumentException("from must be set");
        }
        EnvelopeSender envelope =
                envelopeSender != null ? envelopeSender : EnvelopeSender.of(sender != null ? sender : author);
        return new Mail(
                this,
                author,
                envelope,
                messageId != null ? messageId : "<not.yet@" + author.asciiDomain() + ">",
                date != null ? date : OffsetDateTime.now(ZoneOffset.UTC));
    }

    private MailBuilder add(String field, List<Address> list, String... addresses) {
        for (String address : FieldText.notNull(field, addresses)) {
            list.add(AddressSyntax.address(field, address, ""));
        }
        return this;
    }

    private MailBuilder add(String field, List<Address> list, Address... addresses) {
        for (Address address : FieldText.notNull(field, addresses)) {
            list.add(FieldText.notNull(field, address));
        }
        return this;
    }
}
