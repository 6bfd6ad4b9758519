package io.github.packetboat.mailbox;

import io.github.packetboat.Backoff;
import io.github.packetboat.mail.MailServer;
import java.nio.charset.Charset;
import java.time.Duration;

/** What a {@link Mailbox.Builder} has collected. Immutable. */
record MailboxSettings(
        MailServer server,
        Duration connectTimeout,
        Duration readTimeout,
        Duration commandTimeout,
        int maxMailBytes,
        Charset fallbackCharset,
        Duration idleRenewal,
        Duration pollInterval,
        Duration pop3Linger,
        Backoff reconnect) {

    /** Which server, for messages. */
    String where() {
        return server.host() + ":" + server.port();
    }
}
