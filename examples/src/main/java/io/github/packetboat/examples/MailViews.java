package io.github.packetboat.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.packetboat.mailbox.ReceivedMail;
import io.github.packetboat.mailbox.ReceivedPart;
import io.github.packetboat.websocket.Page;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What there is to see of a caught mail, as pages. Whoever wrote the mail chose everything in it: nothing of it is ever shown
 * as part of this server, only as JSON, in a sandbox, or as a file to be saved. Thread-safe.
 *
 * <pre>
 * 17            its text, headers and attachments, as JSON
 * 17/html       its HTML, in a sandbox
 * 17/parts/0    its first attachment
 * 17/source     all of it, as an .eml file
 * </pre>
 */
final class MailViews {
    private static final int MAX_PAGE_BYTES = 4 << 20;
    private static final int MAX_TEXT_CHARS = 200_000;
    private static final int MAX_HEADERS = 200;
    private static final int MAX_HEADER_CHARS = 2000;
    private static final int MAX_PARTS = 200;
    /** No script, form or link that leads anywhere, whatever the HTML says, and nothing is loaded. */
    private static final String SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
            + " form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final CaughtMails mails;

    MailViews(CaughtMails mails) {
        this.mails = mails;
    }

    /** The page at {@code path}, or null. */
    Page page(String path) {
        String[] words = path.split("/", 3);
        return number(words[0])
                .flatMap(mails::find)
                .map(caught -> page(caught, words))
                .orElse(null);
    }

    /** Of what a peer sent: a number, or nothing. */
    private static Optional<Long> number(String word) {
        return word.matches("[0-9]{1,15}") ? Optional.of(Long.valueOf(word)) : Optional.empty();
    }

    private static Page page(CaughtMails.Caught caught, String... words) {
        ReceivedMail mail = ReceivedMail.parse(caught.mail().bytes());
        String view = words.length == 1 ? "" : words[1];
        if (words.length < 3) {
            return switch (view) {
                case "" -> words.length == 1 ? details(caught, mail) : null;
                case "html" -> mail.html().map(html -> sandboxed(html, mail)).orElse(null);
                case "source" ->
                    download("mail-" + caught.number() + ".eml", caught.mail().bytes());
                default -> null;
            };
        }
        List<ReceivedPart> parts = parts(mail);
        return number(view.equals("parts") ? words[2] : "")
                .filter(index -> index < parts.size())
                .map(index -> parts.get(index.intValue()))
                .map(part -> download(part.fileName(), part.bytes()))
                .orElse(null);
    }

    private static List<ReceivedPart> parts(ReceivedMail mail) {
        return Stream.concat(mail.attachments().stream(), mail.inlines().stream())
                .limit(MAX_PARTS)
                .toList();
    }

    private static Page details(CaughtMails.Caught caught, ReceivedMail mail) {
        MailSink.Taken taken = caught.mail();
        ObjectNode details = JSON.createObjectNode()
                .put("number", caught.number())
                .put("at", caught.at().toString())
                .put("sender", MailSinkPage.shown(taken.sender()))
                .put("recipients", cut(Printable.line(String.join(", ", taken.recipients())), MAX_HEADER_CHARS))
                .put("subject", MailSinkPage.shown(mail.subject()))
                .put("text", cut(mail.text().orElse(""), MAX_TEXT_CHARS))
                .put("hasHtml", mail.html().isPresent())
                .put("bytes", taken.bytes().length);
        ArrayNode headers = details.putArray("headers");
        mail.headers().stream()
                .limit(MAX_HEADERS)
                .forEach(field -> headers.addObject()
                        .put("name", cut(field.name(), MAX_HEADER_CHARS))
                        .put("value", cut(field.value(), MAX_HEADER_CHARS)));
        ArrayNode files = details.putArray("files");
        for (ReceivedPart part : parts(mail)) {
            int bytes = part.bytes().length;
            files.addObject()
                    .put("name", part.fileName())
                    .put("type", MailSinkPage.shown(part.mediaType()))
                    .put("bytes", bytes)
                    .put("tooLarge", bytes > MAX_PAGE_BYTES);
        }
        ArrayNode defects = details.putArray("defects");
        mail.defects().forEach(defect -> defects.add(defect.kind() + ": " + MailSinkPage.shown(defect.detail())));
        return fitting("application/json", details.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String cut(String text, int maxChars) {
        return text.length() <= maxChars ? text : text.substring(0, maxChars) + "…";
    }

    private static Page sandboxed(String html, ReceivedMail mail) {
        if (html.length() > MAX_PAGE_BYTES) {
            return null; // before much is done with it
        }
        String quiet = MailHtml.withPictures(
                MailHtml.quiet(html), mail.inlines().stream().limit(MAX_PARTS).toList());
        Page page = fitting("text/html; charset=utf-8", quiet.getBytes(StandardCharsets.UTF_8));
        return page == null
                ? null
                : page.header("Content-Security-Policy", SANDBOX)
                        .header("Referrer-Policy", "no-referrer")
                        .header("X-DNS-Prefetch-Control", "off");
    }

    /** To be saved, never opened here. */
    private static Page download(String fileName, byte[] bytes) {
        Page page = fitting("application/octet-stream", bytes);
        return page == null
                ? null
                : page.header("Content-Disposition", ContentDisposition.attachment(fileName))
                        .header("Content-Security-Policy", "sandbox; default-src 'none'");
    }

    /** What is too large for a page is only in the folder of the sink. */
    private static Page fitting(String contentType, byte[] bytes) {
        return bytes.length > MAX_PAGE_BYTES ? null : Page.of(contentType, bytes);
    }
}
