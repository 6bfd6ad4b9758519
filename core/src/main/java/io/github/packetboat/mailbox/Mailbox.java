package io.github.packetboat.mailbox;

import io.github.packetboat.Backoff;
import io.github.packetboat.internal.Check;
import io.github.packetboat.mail.MailServer;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;

/**
 * The mailbox of one user on an IMAP or POP3 server.
 *
 * <pre>{@code
 * try (Mailbox mailbox = Mailbox.of(MailProvider.of("126").imap(credentials).orElseThrow())) {
 *     mailbox.inbox().newest(20).forEach(mail -> System.out.println(mail.subject()));
 * }
 * }</pre>
 *
 * <p>The first call connects. Where the connection breaks, the call that is under way fails, and the next connects again: no
 * call is repeated by itself, as nobody could say what the first try has done. A connection that was idle is tried before a
 * call relies on it. TLS is required unless the {@link MailServer} says otherwise, host names are verified, nobody logs in in
 * clear, and nothing waits without end.
 *
 * <p>A POP3 server lets in one at a time (RFC 1939 §4), so over POP3 a session ends by itself soon after the last call, see
 * {@link Builder#pop3Linger}. That deletes nothing: what {@link Folder#delete} was told goes with {@link Folder#expunge} or
 * {@link #close}.
 *
 * <p>Thread-safe; see {@link Folder} for calls at the same time.
 */
public final class Mailbox implements AutoCloseable {
    /** Latin letters of the west are what mail without a charset mostly holds. */
    static final Charset DEFAULT_FALLBACK = Charset.forName("windows-1252");

    private final MailboxSettings settings;
    private final MailStore store;

    private Mailbox(MailboxSettings settings) {
        this.settings = settings;
        this.store = settings.server().protocol() == MailServer.Protocol.IMAP
                ? new ImapStore(settings)
                : new Pop3Store(settings);
    }

    /**
     * The mailbox of whoever logs in to {@code server}, with the defaults of {@link Builder}. Does not connect yet.
     *
     * @throws IllegalArgumentException if the server is one for SMTP, or nobody logs in over POP3
     */
    public static Mailbox of(MailServer server) {
        return builder(server).build();
    }

    /** A builder, for other timeouts and limits. */
    public static Builder builder(MailServer server) {
        return new Builder(server);
    }

    /** The folder to which mail is delivered. */
    public Folder inbox() {
        return store.folder("INBOX");
    }

    /** The folder of that full name, whether it exists or not: {@link Folder#create} makes one. */
    public Folder folder(String name) {
        return store.folder(Check.notNull("name", name));
    }

    /**
     * All folders of the user; over POP3, the inbox.
     *
     * @throws MailboxException if that fails
     */
    public List<Folder> folders() {
        return store.folders();
    }

    /**
     * Ends the watches, logs out and closes the connection; a call that is under way fails. Over POP3 this deletes what was
     * to be deleted, unless a call was under way, and throws a {@link MailboxException} if that fails. Does nothing the
     * second time.
     */
    @Override
    public void close() {
        store.close();
    }

    /** The server and the user. */
    @Override
    public String toString() {
        return "Mailbox[" + settings.server() + "]";
    }

    /**
     * Collects settings. Each setter throws an {@link IllegalArgumentException} that names it if its argument is unfit. Not
     * thread-safe.
     */
    public static final class Builder {
        private final MailServer server;
        private Duration connectTimeout = Duration.ofSeconds(15);
        private Duration readTimeout = Duration.ofSeconds(60);
        private Duration commandTimeout = Duration.ofMinutes(10);
        private int maxMailBytes = 64 * 1024 * 1024;
        private Charset fallbackCharset = DEFAULT_FALLBACK;
        private Duration idleRenewal = Duration.ofMinutes(5);
        private Duration pollInterval = Duration.ofSeconds(60);
        private Duration pop3Linger = Duration.ofSeconds(5);
        private Backoff reconnect = Backoff.exponential(Duration.ofMillis(500), Duration.ofMinutes(1));

        private Builder(MailServer server) {
            this.server = Check.notNull("server", server);
            if (server.protocol() == MailServer.Protocol.SMTP) {
                throw new IllegalArgumentException(
                        server + " is for sending; MailServer.imap and .pop3 are for reading");
            }
            if (server.protocol() == MailServer.Protocol.POP3
                    && server.credentials().isEmpty()) {
                throw new IllegalArgumentException(server + " has no credentials, which POP3 wants");
            }
            if (server.proxyCredentials().isPresent()) {
                throw new IllegalArgumentException(
                        "proxyCredentials are for sending only: use a proxy that wants none");
            }
        }

        /** How long connecting may take, and then TLS and the greeting; 15 seconds. */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = timeout("connectTimeout", timeout);
            return this;
        }

        /** How long a server may be silent while it owes an answer; 60 seconds. */
        public Builder readTimeout(Duration timeout) {
            readTimeout = timeout("readTimeout", timeout);
            return this;
        }

        /** How long the whole answer to one command may take, however steadily it drips; 10 minutes. */
        public Builder commandTimeout(Duration timeout) {
            commandTimeout = timeout("commandTimeout", timeout);
            return this;
        }

        private static Duration timeout(String option, Duration value) {
            return Check.inRange(option, value, Duration.ofMillis(1), Duration.ofDays(1));
        }

        /** The largest mail that is loaded into memory, 1 byte to 1 GiB; 64 MiB. */
        public Builder maxMailBytes(int bytes) {
            if (bytes < 1 || bytes > 1 << 30) {
                throw new IllegalArgumentException("maxMailBytes=" + bytes + " is not within 1 and " + (1 << 30));
            }
            maxMailBytes = bytes;
            return this;
        }

        /**
         * How text is read that does not say in which charset it is, or not truly, and is not UTF-8 either; windows-1252.
         * Whose mail comes from old Chinese programs may want GB18030.
         */
        public Builder fallbackCharset(Charset charset) {
            fallbackCharset = Check.notNull("fallbackCharset", charset);
            return this;
        }

        /** How long one IDLE lasts, 1 second to 29 minutes (RFC 2177); 5 minutes, as many routers forget sooner. */
        public Builder idleRenewal(Duration interval) {
            idleRenewal = Check.inRange("idleRenewal", interval, Duration.ofSeconds(1), Duration.ofMinutes(29));
            return this;
        }

        /** How often a watch asks where there is no IDLE, 100 milliseconds to a day; 60 seconds. */
        public Builder pollInterval(Duration interval) {
            pollInterval = Check.inRange("pollInterval", interval, Duration.ofMillis(100), Duration.ofDays(1));
            return this;
        }

        /**
         * How long a POP3 session is kept for the next call, 100 milliseconds to 10 minutes; 5 seconds. Until it is ended, its
         * server lets nobody else into the mailbox (RFC 1939 §4); afterwards the next call logs in again.
         */
        public Builder pop3Linger(Duration most) {
            pop3Linger = Check.inRange("pop3Linger", most, Duration.ofMillis(100), Duration.ofMinutes(10));
            return this;
        }

        /** The pauses of a watch before it connects again; from half a second to a minute. */
        public Builder reconnect(Backoff backoff) {
            reconnect = Check.notNull("reconnect", backoff);
            return this;
        }

        /** The mailbox as set so far. Does not connect yet. */
        public Mailbox build() {
            return new Mailbox(new MailboxSettings(
                    server,
                    connectTimeout,
                    readTimeout,
                    commandTimeout,
                    maxMailBytes,
                    fallbackCharset,
                    idleRenewal,
                    pollInterval,
                    pop3Linger,
                    reconnect));
        }
    }
}
