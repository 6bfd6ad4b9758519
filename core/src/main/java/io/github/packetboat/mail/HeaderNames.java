package io.github.packetboat.mail;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names of headers that users may add themselves. Stateless, thread-safe. */
final class HeaderNames {
    private static final int MAX_LENGTH = 76;

    /** Headers that have their own place, with what sets them. */
    private static final Map<String, String> TAKEN = Map.ofEntries(
            Map.entry("bcc", "bcc(…)"),
            Map.entry("cc", "cc(…)"),
            Map.entry("date", "date(…)"),
            Map.entry("disposition-notification-to", "readReceiptTo(…)"),
            Map.entry("dkim-signature", "dkim(…)"),
            Map.entry("from", "from(…)"),
            Map.entry("importance", "priority(…)"),
            Map.entry("in-reply-to", "inReplyTo(…)"),
            Map.entry("list-unsubscribe", "listUnsubscribe(…)"),
            Map.entry("list-unsubscribe-post", "listUnsubscribe(…)"),
            Map.entry("message-id", "messageId(…)"),
            Map.entry("mime-version", "the parts of the mail"),
            Map.entry("references", "references(…)"),
            Map.entry("reply-to", "replyTo(…)"),
            Map.entry("return-path", "envelopeFrom(…)"),
            Map.entry("sender", "sender(…)"),
            Map.entry("subject", "subject(…)"),
            Map.entry("to", "to(…)"),
            Map.entry("x-priority", "priority(…)"));

    private HeaderNames() {}

    static String checked(String name) {
        FieldText.token("header name", name);
        if (name.indexOf(':') >= 0 || name.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "header name must have no colon and at most " + MAX_LENGTH + " characters, not " + name.length());
        }
        String owner = owner(name);
        if (owner != null) {
            throw new IllegalArgumentException("header " + name + " is set by " + owner);
        }
        return name;
    }

    /** Whether {@link #checked} takes it. */
    static boolean isFree(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_LENGTH
                && name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != ':')
                && owner(name) == null;
    }

    private static @Nullable String owner(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("content-") ? "the parts of the mail" : TAKEN.get(lower);
    }
}
