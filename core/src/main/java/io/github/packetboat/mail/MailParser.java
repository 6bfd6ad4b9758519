package io.github.packetboat.mail;

import jakarta.mail.Header;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.internet.ParseException;
import jakarta.mail.util.SharedByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Mail} of the bytes of one. For one message. */
final class MailParser {
    static final int MAX_BYTES = 64 * 1024 * 1024;
    private static final int MAX_DEPTH = 20;
    private static final int MAX_PARTS = 10_000;
    private static final Pattern BRACKETED = Pattern.compile("<[^<>\\s]{1,900}>");

    private final MimeMessage message;
    private final MailBuilder builder = Mail.builder();
    private final List<InlinePart> inline = new ArrayList<>();
    private int parts;

    private record InlinePart(String contentId, Attachment attachment) {}

    private MailParser(MimeMessage message) {
        this.message = message;
    }

    static Mail parse(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new IOException("mail has more than " + MAX_BYTES + " bytes, the most that is parsed");
        }
        try {
            return new MailParser(new MimeMessage(MimeMessages.session(), new SharedByteArrayInputStream(bytes)))
                    .mail();
        } catch (MessagingException | IllegalArgumentException e) {
            throw new IOException("cannot parse the mail: " + e.getMessage(), e);
        }
    }

    private Mail mail() throws MessagingException, IOException {
        List<Address> from = addresses("From");
        if (from.isEmpty()) {
            throw new IOException("cannot parse the mail: it has no From");
        }
        builder.from(from.get(0));
        addresses("Sender").stream().findFirst().ifPresent(builder::sender);
        builder.replyTo.addAll(addresses("Reply-To"));
        builder.to.addAll(addresses("To"));
        builder.cc.addAll(addresses("Cc"));
        builder.bcc.addAll(addresses("Bcc"));
        addresses("Disposition-Notification-To").stream().findFirst().ifPresent(builder::readReceiptTo);
        builder.subject(header("Subject"));
        builder.inReplyTo.addAll(bracketed("In-Reply-To"));
        builder.references.addAll(bracketed("References"));
        bracketed("Message-ID").stream().findFirst().ifPresent(id -> builder.messageId = id);
        date();
        unsubscribe();
        priority();
        otherHeaders();
        part(message, false, 0);
        for (InlinePart part : inline) {
            if (builder.html == null) {
                builder.attach(part.attachment);
            } else {
                builder.inline(part.contentId, part.attachment);
            }
        }
        return builder.buildParsed();
    }

    private List<Address> addresses(String name) throws MessagingException {
        List<Address> found = new ArrayList<>();
        String raw = message.getHeader(name, ",");
        if (raw == null) {
            return found;
        }
        for (InternetAddress address : InternetAddress.parseHeader(raw, false)) {
            if (address.isGroup()) {
                for (InternetAddress member : address.getGroup(false)) {
                    found.add(address(name, member));
                }
            } else {
                found.add(address(name, address));
            }
        }
        return found;
    }

    private static Address address(String field, InternetAddress address) {
        return AddressSyntax.address(field, address.getAddress(), clean(address.getPersonal()));
    }

    private void date() throws MessagingException {
        String raw = message.getHeader("Date", null);
        if (raw == null) {
            return;
        }
        try {
            builder.date(OffsetDateTime.parse(raw.strip(), DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeException e) {
            Date old = message.getSentDate(); // it reads forms of old, with names of zones
            if (old != null) {
                OffsetDateTime time = old.toInstant().atOffset(ZoneOffset.UTC);
                builder.date = time.getYear() >= 1900 && time.getYear() <= 9999 ? time : null;
            }
        }
    }

    private void unsubscribe() throws MessagingException {
        for (String bracketed : bracketed("List-Unsubscribe")) {
            try {
                URI way = new URI(bracketed.substring(1, bracketed.length() - 1));
                if (MailBuilder.isWayToUnsubscribe(way)) {
                    builder.listUnsubscribe(way);
                }
            } catch (URISyntaxException e) {
                // not one that a program could use: it has no place in a Mail
            }
        }
    }

    private void priority() throws MessagingException {
        String mark = header("X-Priority").isEmpty() ? header("Importance") : header("X-Priority");
        String first = mark.strip().toLowerCase(Locale.ROOT);
        if (first.startsWith("1") || first.startsWith("2") || first.startsWith("high")) {
            builder.priority(Priority.HIGH);
        } else if (first.startsWith("4") || first.startsWith("5") || first.startsWith("low")) {
            builder.priority(Priority.LOW);
        }
    }

    private void otherHeaders() throws MessagingException {
        for (Header header : Collections.list(message.getAllHeaders())) {
            if (HeaderNames.isFree(header.getName())) {
                builder.header(header.getName(), decoded(header.getValue()));
            }
        }
    }

    private String header(String name) throws MessagingException {
        return decoded(message.getHeader(name, null));
    }

    private List<String> bracketed(String name) throws MessagingException {
        List<String> found = new ArrayList<>();
        String raw = message.getHeader(name, " ");
        Matcher matcher = BRACKETED.matcher(raw == null ? "" : raw);
        while (matcher.find()) {
            if (Address.isAscii(matcher.group()) && matcher.group().equals(clean(matcher.group()))) {
                found.add(matcher.group());
            }
        }
        return found;
    }

    private static String decoded(@Nullable String raw) {
        if (raw == null) {
            return "";
        }
        String unfolded = MimeUtility.unfold(raw);
        try {
            return clean(MimeUtility.decodeText(unfolded));
        } catch (UnsupportedEncodingException e) {
            return clean(unfolded); // in a charset that this JDK does not have: as it stands
        }
    }

    /** What a header cannot hold, which encoded words could bring in, becomes U+FFFD. */
    private static String clean(@Nullable String text) {
        return text == null ? "" : FieldText.replaced(text, c -> FieldText.isControl(c) && c != '\t');
    }

    private void part(Part part, boolean related, int depth) throws MessagingException, IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("cannot parse the mail: its parts nest deeper than " + MAX_DEPTH);
        }
        if (part.isMimeType("multipart/*")) {
            countParts(part);
            if (!(part.getContent() instanceof Multipart multipart)) {
                throw new IOException("cannot parse the mail: no provider for its multipart");
            }
            for (int i = 0; i < multipart.getCount(); i++) {
                part(multipart.getBodyPart(i), part.isMimeType("multipart/related"), depth + 1);
            }
            return;
        }
        boolean attached = Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition()) || part.getFileName() != null;
        if (attached || !body(part)) {
            data((MimePart) part, related);
        }
    }

    /** jakarta.mail makes an object of every part before it tells how many there are: so they are counted by their lines. */
    private void countParts(Part multipart) throws MessagingException, IOException {
        String boundary = boundary(multipart);
        byte[] start = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = bytes(multipart);
        boolean lineStart = true;
        for (int i = 0; i < bytes.length; i++) {
            if (lineStart && startsWith(bytes, i, start) && ++parts > MAX_PARTS) {
                throw new IOException("cannot parse the mail: it has more than " + MAX_PARTS + " parts");
            }
            lineStart = bytes[i] == '\n' || bytes[i] == '\r';
        }
    }

    /** Empty if it has none: then the parser takes any line that could be one. */
    private static String boundary(Part multipart) throws MessagingException {
        try {
            String boundary = new ContentType(multipart.getContentType()).getParameter("boundary");
            return boundary == null ? "" : boundary;
        } catch (ParseException e) {
            return "";
        }
    }

    private static boolean startsWith(byte[] bytes, int at, byte[] start) {
        return at + start.length <= bytes.length && Arrays.equals(bytes, at, at + start.length, start, 0, start.length);
    }

    /** Whether the part was taken for the text, HTML or invitation of the mail: for each the first that comes. */
    private boolean body(Part part) throws MessagingException, IOException {
        if (builder.text == null && part.isMimeType("text/plain")) {
            builder.text(text(part));
        } else if (builder.html == null && part.isMimeType("text/html")) {
            builder.html(text(part));
        } else if (builder.calendar == null && part.isMimeType("text/calendar")) {
            String calendar = text(part);
            if (!Calendar.isInvitation(calendar)) {
                return false;
            }
            builder.calendar(calendar);
        } else {
            return false;
        }
        return true;
    }

    private static String text(Part part) throws MessagingException, IOException {
        byte[] bytes = bytes(part);
        String text = new String(bytes, charset(part)).replace("\r\n", "\n").replace('\r', '\n');
        return FieldText.replaced(text, c -> c == '\0');
    }

    private static Charset charset(Part part) throws MessagingException {
        try {
            String name = new ContentType(part.getContentType()).getParameter("charset");
            return name == null ? StandardCharsets.UTF_8 : Charset.forName(MimeUtility.javaCharset(name));
        } catch (ParseException | IllegalArgumentException e) {
            return StandardCharsets.UTF_8; // unknown, or none at all
        }
    }

    private void data(MimePart part, boolean related) throws MessagingException, IOException {
        String fileName = part.getFileName();
        Attachment attachment = Attachment.of(fileName == null ? nameless(part) : decoded(fileName), bytes(part))
                .typed(type(part));
        String id = part.getContentID();
        boolean shown = id != null && (related || Part.INLINE.equalsIgnoreCase(part.getDisposition()));
        Matcher bracketed = BRACKETED.matcher(id == null ? "" : id.strip());
        if (shown && bracketed.matches() && Address.isAscii(id) && id.equals(clean(id))) {
            inline.add(new InlinePart(id.strip().substring(1, id.strip().length() - 1), attachment));
        } else {
            builder.attach(attachment);
        }
    }

    private static String nameless(Part part) throws MessagingException {
        return part.isMimeType("message/rfc822") ? "message.eml" : "attachment";
    }

    /** With its charset, if it is text; all other parameters are the sender's own business. */
    private static String type(Part part) throws MessagingException {
        try {
            ContentType type = new ContentType(part.getContentType());
            String charset = type.getParameter("charset");
            String base = type.getBaseType().toLowerCase(Locale.ROOT);
            String full = charset == null ? base : base + "; charset=" + charset;
            return MediaTypes.isValid(full) ? full : MediaTypes.isValid(base) ? base : MediaTypes.BINARY;
        } catch (ParseException e) {
            return MediaTypes.BINARY;
        }
    }

    private static byte[] bytes(Part part) throws MessagingException, IOException {
        try (InputStream in = part.getInputStream()) {
            return in.readAllBytes();
        }
    }
}
