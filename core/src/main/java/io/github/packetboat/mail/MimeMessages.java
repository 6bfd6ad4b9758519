package io.github.packetboat.mail;

import jakarta.mail.Header;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.util.SharedByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The bridge to {@code jakarta.mail}: with {@link MailParser} the only class that names it, so that who does not cross it needs
 * no jar of it. Stateless, thread-safe.
 */
final class MimeMessages {
    /** What RFC 5322 and the makers of other mailers keep out of what is sent. */
    private static final String[] NEVER_SENT = {"Bcc", "Resent-Bcc", "Content-Length"};

    private static final int MAX_DEPTH = 20;

    private MimeMessages() {}

    /** A session that is good for reading messages, ours with UTF-8 headers among them, and for nothing else. */
    static Session session() {
        return Reading.SESSION;
    }

    /** One for all: making a session searches every jar for providers, which takes milliseconds. */
    private static final class Reading {
        static final Session SESSION = session();

        private static Session session() {
            Properties properties = new Properties();
            properties.setProperty("mail.mime.allowutf8", "true");
            return Session.getInstance(properties);
        }
    }

    static MimeMessage of(Mail mail) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
        mail.writeTo(bytes);
        try {
            return new KeepsItsId(session(), new SharedByteArrayInputStream(bytes.toByteArray()));
        } catch (MessagingException e) {
            throw new IOException("jakarta.mail cannot read the mail: " + e.getMessage(), e);
        }
    }

    /** A message whose Message-ID stays when somebody saves it, as all who send do. */
    private static final class KeepsItsId extends MimeMessage {
        KeepsItsId(Session session, SharedByteArrayInputStream in) throws MessagingException {
            super(session, in);
        }

        @Override
        protected void updateMessageID() {}
    }

    /**
     * A message that others made, to be sent as it is; only its Bcc stays here, line breaks become CRLF, and a missing Date is
     * added. It is all in memory. Like other senders this saves the message, if it was not, which gives it a Message-ID.
     *
     * @param recipients whom it goes to; empty for everybody in its To, Cc and Bcc
     * @param envelopeFrom where bounces go, {@code <>} for nowhere; null for its Sender or From
     * @throws IllegalArgumentException if an address is not valid, there is no sender or recipient, or a header holds a line
     *     break that would forge another
     */
    static Outgoing outgoing(MimeMessage message, List<Address> recipients, @Nullable String envelopeFrom)
            throws IOException {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
            message.writeTo(out, NEVER_SENT);
            checkHeaders(message, 0); // as they are now that it is saved
            byte[] bytes = out.toByteArray();
            if (message.getHeader("Date") == null) {
                bytes = withDate(bytes);
            }
            List<Address> to = recipients.isEmpty() ? recipients(message) : recipients;
            EnvelopeSender sender = envelopeFrom == null ? EnvelopeSender.of(sender(message)) : sender(envelopeFrom);
            String id = message.getMessageID();
            return Outgoing.unsigned(Crlf.only(bytes), sender, to, id == null ? "" : id);
        } catch (MessagingException e) {
            throw new IOException("jakarta.mail cannot write the message: " + e.getMessage(), e);
        }
    }

    /** RFC 5322 §3.6 wants one; a message that was read from somewhere and saved before may have none. */
    private static byte[] withDate(byte[] message) {
        String now = DateTimeFormatter.RFC_1123_DATE_TIME.format(OffsetDateTime.now(ZoneOffset.UTC));
        byte[] field = ("Date: " + now.replace("GMT", "+0000") + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] dated = Arrays.copyOf(field, field.length + message.length);
        System.arraycopy(message, 0, dated, field.length, message.length);
        return dated;
    }

    private static EnvelopeSender sender(String envelopeFrom) {
        return envelopeFrom.equals("<>")
                ? EnvelopeSender.NULL
                : EnvelopeSender.of(AddressSyntax.address("envelope sender", envelopeFrom, ""));
    }

    private static Address sender(MimeMessage message) throws MessagingException {
        List<Address> found = new ArrayList<>();
        if (message.getSender() != null) {
            add("Sender", found, message.getSender());
        } else if (message.getFrom() != null && message.getFrom().length > 0) {
            add("From", found, message.getFrom()[0]);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("message must have a From");
        }
        return found.get(0);
    }

    private static List<Address> recipients(MimeMessage message) throws MessagingException {
        List<Address> found = new ArrayList<>();
        for (Message.RecipientType type :
                List.of(Message.RecipientType.TO, Message.RecipientType.CC, Message.RecipientType.BCC)) {
            jakarta.mail.Address[] some = message.getRecipients(type);
            for (jakarta.mail.Address address : some == null ? new jakarta.mail.Address[0] : some) {
                add(type.toString(), found, address);
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("message must have a recipient in To, Cc or Bcc");
        }
        return Mail.once(List.of(found));
    }

    /** Adds the address, or those of a group; the name stays behind. */
    private static void add(String field, List<Address> list, jakarta.mail.Address address) throws AddressException {
        if (!(address instanceof InternetAddress mailbox)) {
            throw new IllegalArgumentException(field + " has an address of type " + address.getType() + ", not rfc822");
        }
        if (!mailbox.isGroup()) {
            list.add(AddressSyntax.address(field, mailbox.getAddress(), ""));
            return;
        }
        for (InternetAddress member : mailbox.getGroup(false)) {
            list.add(AddressSyntax.address(field, member.getAddress(), ""));
        }
    }

    /** jakarta.mail takes any text for a header and writes it as it is; one with a line break of its own is refused here. */
    private static void checkHeaders(Part part, int depth) throws MessagingException, IOException {
        for (Header header : Collections.list(part.getAllHeaders())) {
            checkFolding(header.getName(), header.getValue());
        }
        if (depth < MAX_DEPTH && part.isMimeType("multipart/*") && part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                checkHeaders(parts.getBodyPart(i), depth + 1);
            }
        }
    }

    private static void checkFolding(String name, @Nullable String value) {
        for (int i = 0; value != null && i < value.length(); i++) {
            char c = value.charAt(i);
            boolean crlf = c == '\r' && i + 1 < value.length() && value.charAt(i + 1) == '\n';
            if (c != '\r' && c != '\n' || crlf) {
                continue;
            }
            boolean folded = i + 1 < value.length() && (value.charAt(i + 1) == ' ' || value.charAt(i + 1) == '\t');
            if (c == '\r' || !folded) {
                throw new IllegalArgumentException("header " + FieldText.line("header name", name)
                        + " holds a line break at index " + i + " that would begin another header");
            }
        }
    }
}
