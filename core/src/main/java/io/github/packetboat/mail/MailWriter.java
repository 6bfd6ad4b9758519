package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Form;
import io.github.packetboat.internal.mime.HeaderFields;
import io.github.packetboat.internal.mime.MessageWriter;
import io.github.packetboat.internal.mime.Rendering;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one {@link Mail} in one form. The parts nest as readers expect them; each level is left out where it would hold one
 * part only:
 *
 * <pre>
 * mixed
 *   alternative
 *     text/plain
 *     related
 *       text/html
 *       inline…
 *     text/calendar
 *   attachment…
 * </pre>
 */
final class MailWriter {
    private static final int HEADERS_BYTES = 1024;

    private final Mail mail;
    private final boolean utf8;
    private final MessageWriter writer;

    MailWriter(Mail mail, Form form) {
        if (mail.needsSmtpUtf8() && form != Form.UTF8) {
            throw new IllegalArgumentException("a mail with an address beyond ASCII has no form " + form);
        }
        this.mail = mail;
        utf8 = form == Form.UTF8;
        int sizeHint = HEADERS_BYTES + 2 * (length(mail.text()) + length(mail.html()));
        writer = new MessageWriter(form, mail.charset(), mail.boundarySeed(), sizeHint);
    }

    Rendering write() throws IOException {
        headers(writer.headers());
        List<Attachment> attachments = mail.attachments();
        if (attachments.isEmpty()) {
            body();
            return writer.finish();
        }
        writer.multipart("mixed");
        if (mail.text() != null || mail.html() != null || mail.calendar() != null) {
            body();
        }
        for (Attachment attachment : attachments) {
            data(attachment, "attachment", null);
        }
        writer.end();
        return writer.finish();
    }

    private void headers(HeaderFields fields) {
        fields.date("Date", mail.date());
        addresses(fields, "From", List.of(mail.from()));
        Address sender = mail.sender();
        if (sender != null) {
            addresses(fields, "Sender", List.of(sender));
        }
        addresses(fields, "Reply-To", mail.replyTo());
        if (mail.to().isEmpty() && mail.cc().isEmpty()) {
            fields.field("To", "undisclosed-recipients:;"); // an empty group (RFC 5322 §3.4): some servers want a To
        }
        addresses(fields, "To", mail.to());
        addresses(fields, "Cc", mail.cc());
        fields.text("Subject", mail.subject());
        fields.words("Message-ID", List.of(mail.messageId()), "");
        ids(fields, "In-Reply-To", mail.inReplyTo());
        ids(fields, "References", mail.references());
        wishes(fields);
        for (Map.Entry<String, String> header : mail.headers()) {
            fields.text(header.getKey(), header.getValue());
        }
    }

    private void wishes(HeaderFields fields) {
        if (mail.priority() != Priority.NORMAL) {
            boolean high = mail.priority() == Priority.HIGH;
            fields.field("X-Priority", high ? "1" : "5"); // Outlook and its kin
            fields.field("Importance", high ? "high" : "low"); // RFC 2156 §5.3.4
        }
        Address readReceiptTo = mail.readReceiptTo();
        if (readReceiptTo != null) {
            addresses(fields, "Disposition-Notification-To", List.of(readReceiptTo)); // RFC 8098 §2.1
        }
        List<URI> unsubscribe = mail.listUnsubscribe();
        if (!unsubscribe.isEmpty()) {
            List<String> words = new ArrayList<>();
            unsubscribe.forEach(uri -> words.add('<' + uri.toASCIIString() + '>'));
            fields.words("List-Unsubscribe", words, ",");
            if (unsubscribe.stream().anyMatch(uri -> "https".equalsIgnoreCase(uri.getScheme()))) {
                fields.field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"); // RFC 8058 §3.1
            }
        }
    }

    private void addresses(HeaderFields fields, String name, List<Address> addresses) {
        if (addresses.isEmpty()) {
            return;
        }
        fields.addresses(name);
        for (Address address : addresses) {
            fields.mailbox(address.name(), utf8 ? address.address() : address.asciiDomainAddress());
        }
        fields.end();
    }

    private static void ids(HeaderFields fields, String name, List<String> ids) {
        if (!ids.isEmpty()) {
            fields.words(name, ids, "");
        }
    }

    private void body() throws IOException {
        String text = mail.text();
        String html = mail.html();
        String calendar = mail.calendar();
        boolean alternative = (text == null ? 0 : 1) + (html == null ? 0 : 1) + (calendar == null ? 0 : 1) > 1;
        if (alternative) {
            writer.multipart("alternative");
        }
        if (text != null || html == null && calendar == null) {
            writer.text("text/plain", text == null ? "" : text);
        }
        if (html != null) {
            html(html);
        }
        if (calendar != null) {
            writer.text("text/calendar; method=" + Calendar.method(calendar), calendar); // RFC 6047 §2.4
        }
        if (alternative) {
            writer.end();
        }
    }

    private void html(String html) throws IOException {
        if (mail.inline().isEmpty()) {
            writer.text("text/html", html);
            return;
        }
        writer.multipart("related; type=\"text/html\""); // RFC 2387 §3.1
        writer.text("text/html", html);
        for (Map.Entry<String, Attachment> inline : mail.inline().entrySet()) {
            data(inline.getValue(), "inline", inline.getKey());
        }
        writer.end();
    }

    private void data(Attachment attachment, String disposition, @Nullable String contentId) throws IOException {
        writer.data(attachment.type(), disposition, attachment.name(), contentId, attachment.content());
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
