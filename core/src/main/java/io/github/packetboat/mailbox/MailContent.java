package io.github.packetboat.mailbox;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a whole mail holds, sorted into what its reader sees and what is attached. Immutable. */
final class MailContent {
    final byte[] raw;
    final HeaderFields header;
    final @Nullable String text;
    final @Nullable String html;
    final List<ReceivedPart> attachments;
    final List<ReceivedPart> inlines;
    final List<Defect> defects;

    MailContent(byte[] raw, Charset fallback) {
        Sorter sorter = new Sorter(fallback);
        MimePart root = MimeParser.parse(raw, fallback, sorter.defects);
        sorter.sort(root, "");
        this.raw = raw;
        this.header = root.header();
        this.text = sorter.text.isEmpty() ? null : String.join("\n", sorter.text);
        this.html = sorter.html.isEmpty() ? null : String.join("\n", sorter.html);
        this.attachments = List.copyOf(sorter.attachments);
        this.inlines = List.copyOf(sorter.inlines);
        checkHeader(fallback, sorter.defects);
        this.defects = sorter.defects.list();
    }

    /** What listing decodes only when it is asked for is looked at here, so that the report is complete. */
    private void checkHeader(Charset fallback, Defects found) {
        String date = header.first("Date");
        if (!date.isEmpty() && MailDate.parse(date) == null) {
            found.add(Defect.Kind.DATE, date);
        }
        EncodedWords.decode(header.first("Subject"), fallback, found);
        for (String name : List.of("From", "Sender", "Reply-To", "To", "Cc", "Bcc")) {
            header.all(name).forEach(field -> AddressField.parse(field, fallback, found));
        }
    }

    private static final class Sorter {
        final Defects defects = new Defects();
        final List<String> text = new ArrayList<>();
        final List<String> html = new ArrayList<>();
        final List<ReceivedPart> attachments = new ArrayList<>();
        final List<ReceivedPart> inlines = new ArrayList<>();
        private final Charset fallback;

        Sorter(Charset fallback) {
            this.fallback = fallback;
        }

        void sort(MimePart part, String parent) {
            if (!part.children().isEmpty()) {
                part.children().forEach(child -> sort(child, part.mediaType()));
                return;
            }
            boolean attached = part.disposition().equals("attachment");
            boolean named = !part.fileName().isEmpty();
            boolean firstOfKind = (part.mediaType().equals("text/html") ? html : text).isEmpty();
            if (part.isText()
                    && !attached
                    && (!named || firstOfKind && !part.disposition().equals("inline"))) {
                (part.mediaType().equals("text/html") ? html : text).add(part.text(fallback, defects));
                return;
            }
            boolean inline = !attached
                    && !part.contentId().isEmpty()
                    && (parent.equals("multipart/related") || part.disposition().equals("inline"));
            (inline ? inlines : attachments).add(new ReceivedPart(part, name(part), fallback));
        }

        private String name(MimePart part) {
            int number = attachments.size() + inlines.size() + 1;
            return SafeName.of(part.fileName(), "attachment-" + number + ending(part.mediaType()));
        }

        private static String ending(String mediaType) {
            return switch (mediaType) {
                case "message/rfc822" -> ".eml";
                case "text/plain" -> ".txt";
                case "text/html" -> ".html";
                case "text/calendar" -> ".ics";
                case "image/jpeg" -> ".jpg";
                case "image/png" -> ".png";
                case "image/gif" -> ".gif";
                case "application/pdf" -> ".pdf";
                default -> ".bin";
            };
        }
    }
}
