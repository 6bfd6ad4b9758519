package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.mail.MailServer.Tls;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What {@link MailServer#of(Properties)} reads. Stateless, thread-safe. */
final class MailProperties {
    private static final String PREFIX = "mail.smtp.";
    private static final int IMPLICIT_PORT = 465;

    private MailProperties() {}

    static MailServer server(Properties properties) {
        String host = value(properties, "host");
        if (host == null) {
            throw new IllegalArgumentException(PREFIX + "host is not set");
        }
        MailServer.Builder server = MailServer.smtp(host);
        int port = port(value(properties, "port"));
        server.tls(tls(properties, port));
        if (port > 0) {
            server.port(port);
        }
        String user = value(properties, "user");
        String password = value(properties, "password");
        if (user != null && password != null) {
            server.credentials(Credentials.password(user, password));
        }
        String localName = value(properties, "localhost");
        if (localName != null) {
            server.localName(localName);
        }
        return server.build();
    }

    private static int port(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            return Check.inRange(PREFIX + "port", Integer.parseInt(text), 1, 65535);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(PREFIX + "port is no number: " + text, e);
        }
    }

    private static Tls tls(Properties properties, int port) {
        String startTls = value(properties, "starttls.enable");
        boolean required = is(properties, "starttls.required");
        if (is(properties, "ssl.enable") || port == IMPLICIT_PORT && !required) {
            return Tls.IMPLICIT;
        }
        if (startTls == null || required) {
            return Tls.STARTTLS_REQUIRED;
        }
        return Boolean.parseBoolean(startTls) ? Tls.STARTTLS_IF_OFFERED : Tls.NONE;
    }

    private static boolean is(Properties properties, String name) {
        return Boolean.parseBoolean(value(properties, name));
    }

    /** Values that are no text are taken as well: Boolean.TRUE is often seen. */
    private static @Nullable String value(Properties properties, String name) {
        Object value = properties.get(PREFIX + name);
        String text = value == null ? properties.getProperty(PREFIX + name) : value.toString();
        return text == null || text.isBlank() ? null : text.strip();
    }
}
