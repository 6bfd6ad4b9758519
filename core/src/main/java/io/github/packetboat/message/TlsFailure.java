package io.github.packetboat.message;

import java.nio.ByteBuffer;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * Says in one sentence why a TLS handshake or session failed, for a {@link CloseReason}. Where the JDK has no type for
 * a cause, its texts are all there is to go by: those of JDK 17 to 25 are known here, an unknown one is passed on.
 * Stateless, thread-safe.
 */
final class TlsFailure {
    private static final int MAX_CAUSES = 16;
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");
    /** Newer JDKs begin their texts with the name of the alert that they send. */
    private static final Pattern OWN_ALERT = Pattern.compile("^\\(\\w+\\) ");

    private TlsFailure() {}

    /**
     * The reason as a sentence without a full stop, safe to log.
     *
     * @param failure what the engine, or its delegated task, has thrown
     * @param client whether this side is the client
     * @param firstBytes the first bytes that the peer has sent, if they are still at hand
     */
    static String explain(Throwable failure, TlsOptions options, boolean client, @Nullable ByteBuffer firstBytes) {
        PeerTrust.UntrustedException untrusted = find(failure, PeerTrust.UntrustedException.class);
        if (untrusted != null) {
            return String.valueOf(untrusted.getMessage());
        }
        String text = messages(failure);
        Matcher alert = ALERT.matcher(text);
        if (alert.find()) {
            return "the " + (client ? "server" : "client") + " refused: " + ofAlert(alert.group(1), options, client);
        }
        String known = ofType(failure, client);
        if (known == null) {
            known = ofText(failure, text, options, client, firstBytes);
        }
        return known != null ? known : ownWords(failure);
    }

    /** The first of {@code failure} and its causes that is a {@code type}, or null. */
    static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        Throwable at = failure;
        for (int i = 0; at != null && i < MAX_CAUSES; i++) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }

    /** For certificates that a trust manager of the user's has refused; our own says more. */
    private static @Nullable String ofType(Throwable failure, boolean client) {
        String certificate = "the " + (client ? "server" : "client") + "'s certificate ";
        CertificateExpiredException expired = find(failure, CertificateExpiredException.class);
        if (expired != null) {
            return certificate + "has expired: " + Escaped.of(String.valueOf(expired.getMessage()));
        }
        CertificateNotYetValidException early = find(failure, CertificateNotYetValidException.class);
        if (early != null) {
            return certificate + "is not valid yet: " + Escaped.of(String.valueOf(early.getMessage()));
        }
        if (find(failure, CertPathBuilderException.class) != null) {
            return certificate + "is self-signed or issued by an unknown CA";
        }
        if (find(failure, AEADBadTagException.class) != null) {
            return "a record was damaged or forged on its way";
        }
        return null;
    }

    private static @Nullable String ofText(
            Throwable failure, String text, TlsOptions options, boolean client, @Nullable ByteBuffer firstBytes) {
        if (text.contains("unrecognized SSL message")
                || text.contains("plaintext connection")
                || text.contains("Not an SSL record")) {
            return "the peer does not speak TLS"
                    + (firstBytes == null ? "" : ": it began with " + FirstBytes.describe(firstBytes));
        }
        if (text.contains("protocol version")
                || text.contains("No appropriate protocol")
                || text.contains("is not enabled or supported")) {
            return "no TLS version in common: allowed here are "
                    + options.parameters().protocols() + "; " + ownWords(failure);
        }
        if (text.contains("Empty client certificate chain")) {
            return "the client showed no certificate, but clientAuth=REQUIRED";
        }
        if (text.contains("no cipher suites in common") || text.contains("No available authentication scheme")) {
            return "no cipher suite or certificate in common:"
                    + " the client accepts none that we have for the host it asked for";
        }
        if (text.contains("bad record MAC") || text.contains("Tag mismatch")) {
            return "a record was damaged or forged on its way";
        }
        if (client && (text.contains("No subject alternative") || text.contains("No name matching"))) {
            return "the server's certificate is for another host: " + ownWords(failure);
        }
        return null;
    }

    /** What the peer's alert means (RFC 8446 §6.2), seen from here. */
    private static String ofAlert(String alert, TlsOptions options, boolean client) {
        String meaning = switch (alert) {
            case "protocol_version" ->
                "no TLS version in common; allowed here are "
                        + options.parameters().protocols();
            case "handshake_failure" ->
                "it found no cipher suite or certificate in common"
                        + (client && !options.hasCertificate() ? ", or wants a certificate, and none is set here" : "");
            case "insufficient_security" -> "it wants stronger cipher suites";
            case "certificate_required" ->
                "it wants a certificate" + (options.hasCertificate() ? "" : ", and none is set here");
            case "bad_certificate", "certificate_unknown", "unsupported_certificate", "access_denied" ->
                client && !options.hasCertificate()
                        ? "it wants a certificate, and none is set here"
                        : "it does not accept our certificate";
            case "certificate_expired" -> "our certificate has expired";
            case "certificate_revoked" -> "our certificate is revoked";
            case "unknown_ca" -> "it does not know the CA of our certificate";
            case "unrecognized_name" -> "it has no certificate for the host asked for";
            case "no_application_protocol" ->
                "no application protocol (ALPN) in common; offered here are "
                        + options.parameters().alpn();
            case "decrypt_error", "bad_record_mac" -> "a message was damaged or forged on its way";
            case "user_canceled" -> "it gave up";
            default -> "see the alert";
        };
        return meaning + " (alert " + Escaped.of(alert) + ")";
    }

    private static String messages(Throwable failure) {
        StringBuilder all = new StringBuilder();
        Throwable at = failure;
        for (int i = 0; at != null && i < MAX_CAUSES; i++) {
            if (at.getMessage() != null) {
                all.append(at.getMessage()).append('\n');
            }
            at = at.getCause();
        }
        return all.toString();
    }

    /** The outermost text, without the name of the alert, escaped. */
    private static String ownWords(Throwable failure) {
        Throwable at = failure;
        while (at.getMessage() == null && at.getCause() != null) {
            at = at.getCause();
        }
        String text = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
        return Escaped.of(OWN_ALERT.matcher(text).replaceFirst(""));
    }
}
