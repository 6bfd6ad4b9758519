package io.github.packetboat.mail;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What goes into MAIL FROM: one address for all recipients, none at all, or one made for each from a template (VERP), so
 * that a bounce says by its own address whose it is. Immutable and thread-safe.
 */
final class EnvelopeSender {
    static final String RECIPIENT = "{recipient}";
    /** {@code MAIL FROM:<>} (RFC 5321 §4.5.5). */
    static final EnvelopeSender NULL = new EnvelopeSender(null, null);

    private final @Nullable Address address;
    private final @Nullable String template;

    private EnvelopeSender(@Nullable Address address, @Nullable String template) {
        this.address = address;
        this.template = template;
    }

    static EnvelopeSender of(Address address) {
        return new EnvelopeSender(address, null);
    }

    /** An address, or a template whose local part holds {@link #RECIPIENT}. */
    static EnvelopeSender of(String text) {
        if (!FieldText.line("envelopeFrom", text).contains(RECIPIENT)) {
            return of(AddressSyntax.address("envelopeFrom", text, ""));
        }
        AddressSyntax.address(
                "envelopeFrom", text.replace(RECIPIENT, "a=b"), ""); // refuses a broken template here and now
        return new EnvelopeSender(null, text);
    }

    /** Whether each recipient needs a transaction of its own. */
    boolean isPerRecipient() {
        return template != null;
    }

    boolean needsSmtpUtf8() {
        return address != null && address.needsSmtpUtf8() || template != null && !Address.isAscii(template);
    }

    /**
     * The sender for {@code recipient}; null is the null sender.
     *
     * @throws IllegalArgumentException if the template and this recipient make no address
     */
    @Nullable
    Address forRecipient(Address recipient) {
        if (template == null) {
            return address;
        }
        String made = template.replace(
                RECIPIENT,
                recipient.local().replace("\"", "")
                        + '='
                        + recipient.asciiDomain().toLowerCase(Locale.ROOT));
        return AddressSyntax.address("envelopeFrom for " + recipient.address(), made, "");
    }

    /** The address for all recipients, or the template, or an empty string for the null sender. */
    @Override
    public String toString() {
        return template != null ? template : address != null ? address.address() : "";
    }
}
