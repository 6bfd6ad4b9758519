package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.message.TlsOptions;
import java.net.IDN;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where a mail server is, how it is talked to and as whom: SMTP for sending, IMAP or POP3 for reading. Immutable and
 * thread-safe; its text shows no secret.
 *
 * <pre>{@code
 * MailServer.preset("126", "me@126.com", authorisationCode);
 * MailServer.of("smtps://me%40example.com@mail.example.com", password);
 * MailServer.smtp("mail.example.com").credentials(Credentials.password("me", secret)).build();
 * MailServer.smtp("127.0.0.1").port(1025).tls(MailServer.Tls.NONE).build();           // a sink on this machine
 * }</pre>
 *
 * <p>TLS is required unless the caller says otherwise by name, and nobody logs in without it.
 */
public final class MailServer {
    /** The protocol that the server speaks. */
    public enum Protocol {
        /** Sending (RFC 5321, RFC 6409). */
        SMTP(465, 587),
        /** Reading, the mail stays on the server (RFC 9051). */
        IMAP(993, 143),
        /** Reading, the mail is fetched (RFC 1939). */
        POP3(995, 110);

        private final int tlsPort;
        private final int plainPort;

        Protocol(int tlsPort, int plainPort) {
            this.tlsPort = tlsPort;
            this.plainPort = plainPort;
        }

        int port(Tls tls) {
            return tls == Tls.IMPLICIT ? tlsPort : plainPort;
        }
    }

    /** How the connection is encrypted. */
    public enum Tls {
        /** From the first byte on (RFC 8314). */
        IMPLICIT,
        /** In clear at first, then STARTTLS; where that is not offered or fails, nothing is sent. */
        STARTTLS_REQUIRED,
        /**
         * STARTTLS if it is offered, in clear otherwise: somebody on the way can prevent the encryption, and read and change
         * the mail. There is no login in clear.
         */
        STARTTLS_IF_OFFERED,
        /** In clear, for servers on the same machine or network. There is no login. */
        NONE
    }

    private final Protocol protocol;
    private final String host;
    private final int port;
    private final Tls tls;
    private final @Nullable Credentials credentials;
    private final @Nullable TlsOptions tlsOptions;
    private final @Nullable String localName;
    private final @Nullable Proxy proxy;
    private final @Nullable Credentials proxyCredentials;

    private MailServer(Builder from) {
        protocol = from.protocol;
        host = from.host;
        tls = from.tls();
        port = from.port == 0 ? protocol.port(tls) : from.port;
        credentials = from.credentials;
        tlsOptions = from.tlsOptions;
        localName = from.localName;
        proxy = from.proxy;
        proxyCredentials = from.proxyCredentials;
    }

    /**
     * The server for sending of a provider that {@link MailProvider} knows.
     *
     * @param provider such as {@code 126}, {@code qq} or {@code gmail}
     * @param password what the provider wants there: see {@link MailProvider#notes()}
     * @throws IllegalArgumentException if the provider is not known; names all
     */
    public static MailServer preset(String provider, String user, String password) {
        return MailProvider.of(provider).smtp(Credentials.password(user, password));
    }

    /**
     * The server of a URI such as {@code smtps://user:password@host:465}. The scheme is one of {@code smtps},
     * {@code imaps}, {@code pop3s} (TLS from the first byte on) and {@code smtp}, {@code imap}, {@code pop3} (STARTTLS,
     * required; {@code ?tls=if-offered} and {@code ?tls=none} say otherwise). User and password are percent-encoded, and
     * may be missing.
     *
     * @throws IllegalArgumentException if it is no such URI; the text does not show the password
     */
    public static MailServer of(String uri) {
        return MailServerUri.parse(uri, null).build();
    }

    /** As {@link #of(String)}, for a URI with a user and the password apart: {@code smtps://me%40example.com@host}. */
    public static MailServer of(String uri, String password) {
        return MailServerUri.parse(uri, Check.notNull("password", password)).build();
    }

    /**
     * The server for sending of properties as {@code jakarta.mail} has them: {@code mail.smtp.host}, {@code .port}, {@code
     * .user}, {@code .password}, {@code .localhost}, {@code .ssl.enable}, {@code .starttls.enable} and {@code
     * .starttls.required}. Unlike there, STARTTLS is required unless {@code .starttls.enable} says otherwise: {@code true}
     * is "if it is offered", {@code false} is never.
     *
     * @throws IllegalArgumentException if there is no host, a port is no number, or user and password would go in clear
     */
    public static MailServer of(Properties properties) {
        return MailProperties.server(Check.notNull("properties", properties));
    }

    /** A server for sending at {@code host}. */
    public static Builder smtp(String host) {
        return new Builder(Protocol.SMTP, host);
    }

    /** A server for reading over IMAP at {@code host}. */
    public static Builder imap(String host) {
        return new Builder(Protocol.IMAP, host);
    }

    /** A server for reading over POP3 at {@code host}. */
    public static Builder pop3(String host) {
        return new Builder(Protocol.POP3, host);
    }

    /** A builder that starts with all that this server has. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** What it speaks. */
    public Protocol protocol() {
        return protocol;
    }

    /** Its name or IP address, as ASCII. */
    public String host() {
        return host;
    }

    /** Its port. */
    public int port() {
        return port;
    }

    /** How the connection is encrypted. */
    public Tls tls() {
        return tls;
    }

    /** Who logs in; empty if nobody does. */
    public Optional<Credentials> credentials() {
        return Optional.ofNullable(credentials);
    }

    /** Certificates, trust and versions of TLS; empty for what {@code TlsOptions} does by default. */
    public Optional<TlsOptions> tlsOptions() {
        return Optional.ofNullable(tlsOptions);
    }

    /** The name that this side gives itself; empty for its address. */
    public Optional<String> localName() {
        return Optional.ofNullable(localName);
    }

    /** The SOCKS or HTTP proxy on the way; empty for none. */
    public Optional<Proxy> proxy() {
        return Optional.ofNullable(proxy);
    }

    /** Who logs in to the proxy; empty if nobody does. */
    public Optional<Credentials> proxyCredentials() {
        return Optional.ofNullable(proxyCredentials);
    }

    /** All but the secrets, in one line. */
    @Override
    public String toString() {
        return "MailServer[" + protocol.name().toLowerCase(Locale.ROOT) + " " + host + ":" + port + ", " + tls
                + (credentials == null ? "" : ", " + credentials)
                + (proxy == null ? "" : ", through " + proxy) + "]";
    }

    /**
     * Collects settings. Each setter throws an {@link IllegalArgumentException} that names it if its argument is unfit.
     * Not thread-safe.
     */
    public static final class Builder {
        private final Protocol protocol;
        private final String host;
        private int port;
        private @Nullable Tls tls;
        private @Nullable Credentials credentials;
        private @Nullable TlsOptions tlsOptions;
        private @Nullable String localName;
        private @Nullable Proxy proxy;
        private @Nullable Credentials proxyCredentials;

        private Builder(Protocol protocol, String host) {
            this.protocol = protocol;
            this.host = hostName("host", host);
        }

        private Builder(MailServer from) {
            protocol = from.protocol;
            host = from.host;
            port = from.port;
            tls = from.tls;
            credentials = from.credentials;
            tlsOptions = from.tlsOptions;
            localName = from.localName;
            proxy = from.proxy;
            proxyCredentials = from.proxyCredentials;
        }

        /** 1 to 65535; the one that belongs to the protocol and the kind of TLS unless set. */
        public Builder port(int port) {
            this.port = Check.inRange("port", port, 1, 65535);
            return this;
        }

        /**
         * How the connection is encrypted. Unless set: {@link Tls#IMPLICIT}, and {@link Tls#STARTTLS_REQUIRED} where the
         * port is another than that for TLS.
         */
        public Builder tls(Tls tls) {
            this.tls = Check.notNull("tls", tls);
            return this;
        }

        /** Who logs in; nobody unless set. */
        public Builder credentials(Credentials credentials) {
            this.credentials = Check.notNull("credentials", credentials);
            return this;
        }

        /** Certificates, trust and versions of TLS; what the JDK trusts unless set. */
        public Builder tlsOptions(TlsOptions options) {
            tlsOptions = Check.notNull("tlsOptions", options);
            return this;
        }

        /**
         * The name that this side gives itself in EHLO: a domain of its own, or an address in brackets. Its address unless
         * set, so that the machine's name stays private.
         */
        public Builder localName(String name) {
            localName = hostName("localName", name);
            return this;
        }

        /** A SOCKS 5 or HTTP proxy, which looks up the host's name and connects. None unless set. */
        public Builder proxy(Proxy proxy) {
            this.proxy = Check.notNull("proxy", proxy).type() == Proxy.Type.DIRECT ? null : proxy;
            return this;
        }

        /** Who logs in to the proxy, with a password that travels to it in clear; nobody unless set. */
        public Builder proxyCredentials(Credentials credentials) {
            proxyCredentials = Check.notNull("proxyCredentials", credentials);
            return this;
        }

        private Tls tls() {
            if (tls != null) {
                return tls;
            }
            return port == 0 || port == protocol.tlsPort ? Tls.IMPLICIT : Tls.STARTTLS_REQUIRED;
        }

        /**
         * The server as set so far.
         *
         * @throws IllegalArgumentException if there are credentials but no TLS; or credentials for a proxy but no proxy
         */
        public MailServer build() {
            if (tls() == Tls.NONE && credentials != null) {
                throw new IllegalArgumentException("credentials with tls=NONE: the password for " + host
                        + " would travel in clear; use IMPLICIT or STARTTLS_REQUIRED, or no credentials");
            }
            if (proxyCredentials != null && proxy == null) {
                throw new IllegalArgumentException("proxyCredentials without proxy");
            }
            if (proxy != null && !(proxy.address() instanceof InetSocketAddress)) {
                throw new IllegalArgumentException("proxy has no address of a host and port: " + proxy);
            }
            return new MailServer(this);
        }

        private static String hostName(String field, String name) {
            String text = Check.text(field, name).strip();
            boolean address = text.startsWith("[") || text.indexOf(':') >= 0;
            String ascii;
            try {
                ascii = address ? text : IDN.toASCII(text, IDN.ALLOW_UNASSIGNED);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(field + " is no host name: " + text, e);
            }
            boolean clean = !ascii.isEmpty() && ascii.length() <= 255;
            for (int i = 0; i < ascii.length(); i++) {
                clean &= ascii.charAt(i) > ' ' && ascii.charAt(i) < 0x7F;
            }
            if (!clean) {
                throw new IllegalArgumentException(field + " is no host name: " + text);
            }
            return ascii;
        }
    }
}
