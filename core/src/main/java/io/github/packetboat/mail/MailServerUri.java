package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.mail.MailServer.Tls;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The syntax of {@link MailServer#of(String)}. Stateless, thread-safe. */
final class MailServerUri {
    private static final String SCHEMES = "smtps, smtp, imaps, imap, pop3s or pop3";

    private MailServerUri() {}

    /** @param password the one for the user in the URI, or null if it is in there */
    static MailServer.Builder parse(String text, @Nullable String password) {
        URI uri = syntax(Check.text("uri", text));
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        if (host == null) {
            throw new IllegalArgumentException(
                    "the mail server's URI has no host: it looks like scheme://user@host:port");
        }
        MailServer.Builder server = switch (scheme) {
            case "smtp", "smtps" -> MailServer.smtp(host);
            case "imap", "imaps" -> MailServer.imap(host);
            case "pop3", "pop3s" -> MailServer.pop3(host);
            default ->
                throw new IllegalArgumentException(
                        "the mail server's URI has the scheme \"" + scheme + "\", which is none of " + SCHEMES);
        };
        server.tls(tls(scheme, uri.getRawQuery()));
        if (uri.getPort() >= 0) {
            server.port(uri.getPort());
        }
        Credentials credentials = credentials(uri.getRawUserInfo(), password);
        if (credentials != null) {
            server.credentials(credentials);
        }
        return server;
    }

    /** The JDK's own exception would show the whole text, with the password in it. */
    private static URI syntax(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the mail server's URI is not well formed: " + e.getReason()
                    + (e.getIndex() < 0 ? "" : " at index " + e.getIndex())
                    + "; user and password must be percent-encoded");
        }
    }

    private static Tls tls(String scheme, @Nullable String query) {
        boolean implicit = scheme.endsWith("s");
        if (query == null || query.isEmpty()) {
            return implicit ? Tls.IMPLICIT : Tls.STARTTLS_REQUIRED;
        }
        if (!implicit) {
            switch (query) {
                case "tls=required":
                    return Tls.STARTTLS_REQUIRED;
                case "tls=if-offered":
                    return Tls.STARTTLS_IF_OFFERED;
                case "tls=none":
                    return Tls.NONE;
                default:
                    break;
            }
        }
        throw new IllegalArgumentException("the mail server's URI has a query that is none of ?tls=required, "
                + "?tls=if-offered and ?tls=none, of which " + scheme + (implicit ? " takes none" : " takes one"));
    }

    private static @Nullable Credentials credentials(@Nullable String userInfo, @Nullable String password) {
        String login = userInfo == null ? "" : userInfo;
        int colon = login.indexOf(':');
        if (password != null) {
            if (login.isEmpty() || colon >= 0) {
                throw new IllegalArgumentException("the mail server's URI has "
                        + (colon >= 0 ? "a password already" : "no user that the password could belong to"));
            }
            return Credentials.password(decode(login), password);
        }
        if (login.isEmpty()) {
            return null;
        }
        if (colon < 0) {
            throw new IllegalArgumentException(
                    "the mail server's URI has a user and no password: add it as user:password@,"
                            + " or give it apart");
        }
        return Credentials.password(decode(login.substring(0, colon)), decode(login.substring(colon + 1)));
    }

    /** A plus sign stands for itself here. */
    private static String decode(String encoded) {
        return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
