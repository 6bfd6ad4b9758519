package io.github.packetboat.internal.smtp;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** MAIL and RCPT with the parameters that a server understands. Stateless, thread-safe. */
final class Commands {
    /** Short enough for ORCPT (RFC 3461 §4.2), even if every character has to be escaped. */
    private static final int MAX_ORIGINAL_CHARS = 160;

    private Commands() {}

    /** RFC 5321 §4.1.1.2, RFC 1870, RFC 6152, RFC 6531, RFC 3461. */
    static String mail(Parcel parcel, Capabilities server) {
        StringBuilder command = new StringBuilder(96)
                .append("MAIL FROM:<")
                .append(parcel.envelope().sender())
                .append('>');
        if (server.size() && parcel.body().length() > 0) {
            command.append(" SIZE=").append(parcel.body().length());
        }
        if (parcel.eightBit() && server.eightBitMime()) {
            command.append(" BODY=8BITMIME");
        }
        if (parcel.needsUtf8()) {
            command.append(" SMTPUTF8");
        }
        Envelope.Notifications wanted = wanted(parcel.envelope(), server);
        if (wanted != null) {
            if (wanted.fullReturn() != null) {
                command.append(wanted.fullReturn() ? " RET=FULL" : " RET=HDRS");
            }
            if (wanted.envelopeId() != null) {
                command.append(" ENVID=");
                appendXtext(command, wanted.envelopeId());
            }
        }
        return command.toString();
    }

    /** RFC 5321 §4.1.1.3, RFC 3461 §4. */
    static String recipient(String address, Envelope envelope, Capabilities server) {
        StringBuilder command =
                new StringBuilder(96).append("RCPT TO:<").append(address).append('>');
        Envelope.Notifications wanted = wanted(envelope, server);
        if (wanted != null && wanted.condition() != null) {
            command.append(" NOTIFY=").append(wanted.condition());
        }
        if (wanted != null && address.length() <= MAX_ORIGINAL_CHARS && isAscii(address)) {
            command.append(" ORCPT=rfc822;"); // RFC 3461 §4.2: whom the notification is about, after all forwarding
            appendXtext(command, address);
        }
        return command.toString();
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x7F);
    }

    private static Envelope.@Nullable Notifications wanted(Envelope envelope, Capabilities server) {
        return server.dsn() ? envelope.notifications() : null;
    }

    /** RFC 3461 §4: what is not printable ASCII, and {@code +} and {@code =}, as {@code +} and two digits. */
    private static void appendXtext(StringBuilder command, String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7F && b != '+' && b != '=') {
                command.append((char) b);
            } else {
                command.append('+').append(String.format("%02X", b & 0xFF));
            }
        }
    }
}
