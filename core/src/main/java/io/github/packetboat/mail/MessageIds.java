package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Unique;

/** Message-IDs (RFC 5322 §3.6.4), always kept with their angle brackets. Stateless, thread-safe. */
final class MessageIds {
    private static final int MAX_LENGTH = 900;

    private MessageIds() {}

    /** One that no mail has, at the author's domain: it says nothing of the machine it was made on. */
    static String fresh(Address author) {
        return '<' + Unique.name() + '@' + author.asciiDomain() + '>';
    }

    /** One that the user chose for a mail: with an {@code @}, as receivers expect. */
    static String own(String id) {
        String bracketed = others("messageId", id);
        int at = bracketed.indexOf('@');
        if (at < 2 || at > bracketed.length() - 3 || at != bracketed.lastIndexOf('@')) {
            throw new IllegalArgumentException("messageId must be in the form <local@domain>");
        }
        return bracketed;
    }

    /** One of another mail, which may be odd, but must not break out of its brackets. */
    static String others(String field, String id) {
        String text = FieldText.token(field, id);
        boolean brackets = text.startsWith("<") && text.endsWith(">") && text.length() > 2;
        String inner = brackets ? text.substring(1, text.length() - 1) : text;
        if (inner.indexOf('<') >= 0 || inner.indexOf('>') >= 0 || inner.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(field + " must have at most one pair of angle brackets, around at most "
                    + MAX_LENGTH + " characters");
        }
        return brackets ? text : '<' + inner + '>';
    }
}
