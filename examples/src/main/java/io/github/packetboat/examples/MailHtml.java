package io.github.packetboat.examples;

import io.github.packetboat.mailbox.ReceivedPart;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a mail's HTML fit to be shown in a sandbox: what that cannot load is put in or left out. */
final class MailHtml {
    private static final Set<String> PICTURES = Set.of("image/png", "image/jpeg", "image/gif", "image/webp");
    private static final int MAX_PICTURE_BYTES = 256 * 1024;
    private static final int MAX_CHARS = 3_000_000;
    /** What makes browsers look up hosts, and connect to them ahead, even where a policy forbids to load anything. */
    private static final Pattern REACHING_OUT =
            Pattern.compile("<(?=(link|meta|base|i?frame|object|embed)\\b)", Pattern.CASE_INSENSITIVE);

    private MailHtml() {}

    /** {@code html} with elements that mean nothing for those that reach out, and that a sandbox does not show anyway. */
    static String quiet(String html) {
        return REACHING_OUT.matcher(html).replaceAll("<x-");
    }

    /** {@code html} with the small pictures of its own that it refers to by {@code cid:…} in it, as far as there is room. */
    static String withPictures(String html, List<ReceivedPart> parts) {
        String shown = html;
        for (ReceivedPart part : parts) {
            String reference = "cid:" + part.contentId();
            if (!part.contentId().isEmpty() && PICTURES.contains(part.mediaType()) && shown.contains(reference)) {
                byte[] bytes = part.bytes();
                if (bytes.length <= MAX_PICTURE_BYTES) {
                    String data = "data:" + part.mediaType() + ";base64,"
                            + Base64.getEncoder().encodeToString(bytes);
                    shown = replaceAll(shown, reference, data);
                }
            }
        }
        return shown;
    }

    private static String replaceAll(String html, String reference, String data) {
        Matcher matcher =
                Pattern.compile(Pattern.quote(reference) + "(?![\\w@.+-])").matcher(html);
        StringBuilder replaced = new StringBuilder();
        int from = 0;
        while (matcher.find() && replaced.length() + html.length() - from + data.length() <= MAX_CHARS) {
            replaced.append(html, from, matcher.start()).append(data);
            from = matcher.end();
        }
        return replaced.append(html, from, html.length()).toString();
    }
}
