package io.github.packetboat.internal.smtp;

import io.github.packetboat.message.TlsOptions;
import java.net.Proxy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a pool's connections go, and what bounds them. Immutable and thread-safe. */
public record SmtpOptions(Server server, Timeouts timeouts, Bounds bounds, boolean pipelining) {

    /** How a connection is encrypted. */
    public enum Security {
        /** From the first byte on. */
        IMPLICIT,
        /** With STARTTLS, or not at all used. */
        REQUIRED,
        /** With STARTTLS, where that is offered. */
        IF_OFFERED,
        /** Not. */
        NONE
    }

    /**
     * The server, and how it is reached.
     *
     * @param localName what this side calls itself in EHLO; null for its address
     */
    public record Server(
            String host,
            int port,
            Security security,
            TlsOptions tls,
            @Nullable Login login,
            @Nullable String localName,
            @Nullable Proxy proxy,
            @Nullable Login proxyLogin) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /**
     * How long things may take.
     *
     * @param connect until TCP is connected
     * @param reply until a command is answered
     * @param end until a whole mail is answered, after its last byte (RFC 5321 §4.5.3.2.6)
     */
    public record Timeouts(Duration connect, Duration reply, Duration end) {}

    /**
     * How many connections there are, and how long each is used.
     *
     * @param idle how long a connection waits for a mail
     * @param age how old a connection gets
     * @param mails how many mails go over one connection
     */
    public record Bounds(int connections, Duration idle, Duration age, int mails) {}
}
