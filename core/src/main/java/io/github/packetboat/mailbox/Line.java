package io.github.packetboat.mailbox;

import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mail.MailServer.Tls;
import io.github.packetboat.message.TlsOptions;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server, with the TLS that is wanted and the greeting already read; nobody has logged in yet. One
 * thread only, but for {@link #close()}.
 */
final class Line implements AutoCloseable {
    private static final int MAX_GREETING = 8 * 1024;
    private static final int MAX_ADDRESSES = 4;

    private final MailboxSettings settings;
    private final boolean imap;
    private final GuardedSocket plain;
    private final GuardedInput in;
    private Socket current;
    private String greeting = "";
    private boolean encrypted;

    private Line(MailboxSettings settings) throws IOException {
        this.settings = settings;
        this.imap = settings.server().protocol() == MailServer.Protocol.IMAP;
        this.plain = connect(settings);
        this.current = plain;
        try {
            this.in = new GuardedInput(plain, imap, settings.readTimeout());
        } catch (IOException e) {
            plain.close();
            throw e;
        }
        WriteClock.add(plain);
    }

    /**
     * Connects, encrypts as the server's settings want it, and reads the greeting.
     *
     * @throws MailboxException if any of it fails
     */
    static Line open(MailboxSettings settings) {
        Line line = null;
        try {
            line = new Line(settings);
            line.plain.setTcpNoDelay(true);
            line.plain.setKeepAlive(true);
            Deadline deadline = new Deadline(line, settings.connectTimeout());
            try (deadline) {
                line.begin();
            } catch (IOException e) {
                throw deadline.isOver() ? new SocketTimeoutException("not begun in time") : e;
            }
            return line;
        } catch (IOException e) {
            throw failed(settings, line, e);
        } catch (RuntimeException e) {
            if (line != null) {
                line.close();
            }
            throw e;
        }
    }

    private static MailboxException failed(MailboxSettings settings, @Nullable Line line, IOException e) {
        if (line != null) {
            line.close();
        }
        String what = "connect to " + settings.where() + ": ";
        if (e instanceof SSLException && !isCut(e)) {
            return new MailboxException(MailboxException.Kind.TLS, what + tlsReason(e), e);
        }
        if (e instanceof SocketTimeoutException) {
            return new MailboxException(
                    MailboxException.Kind.CONNECTION,
                    what + (line == null ? "no connection" : "no greeting or TLS handshake") + " within "
                            + settings.connectTimeout(),
                    e);
        }
        return new MailboxException(MailboxException.Kind.CONNECTION, what + Texts.clean(e.getMessage(), 200), e);
    }

    /** Whether the connection broke under TLS, which says nothing of TLS. */
    private static boolean isCut(IOException e) {
        Throwable cause = e;
        for (int i = 0; i < 10 && cause != null; i++) {
            if (cause instanceof SocketException || cause instanceof EOFException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static String tlsReason(IOException e) {
        Throwable last = e;
        for (int i = 0; i < 10 && last.getCause() != null; i++) {
            last = last.getCause();
        }
        String text = Texts.clean(e.getMessage(), 300);
        if (text.contains("Unsupported or unrecognized SSL message")) {
            return "the server does not speak TLS at this port; STARTTLS_REQUIRED may be what it wants";
        }
        String root = Texts.clean(last.getMessage(), 300);
        return "no TLS: " + (text.contains(root) || root.isEmpty() ? text : text + ": " + root);
    }

    private static GuardedSocket connect(MailboxSettings settings) throws IOException {
        MailServer server = settings.server();
        int timeout =
                (int) Math.min(Integer.MAX_VALUE, settings.connectTimeout().toMillis());
        Proxy proxy = server.proxy().orElse(Proxy.NO_PROXY);
        String host = bare(server.host());
        if (proxy.type() != Proxy.Type.DIRECT) {
            return connect(settings, proxy, InetSocketAddress.createUnresolved(host, server.port()), timeout);
        }
        IOException first = null;
        InetAddress[] addresses = InetAddress.getAllByName(host);
        for (int i = 0; i < Math.min(MAX_ADDRESSES, addresses.length); i++) {
            try {
                return connect(settings, proxy, new InetSocketAddress(addresses[i], server.port()), timeout);
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        throw first == null ? new IOException("the host has no address") : first;
    }

    private static GuardedSocket connect(MailboxSettings settings, Proxy proxy, InetSocketAddress address, int timeout)
            throws IOException {
        GuardedSocket socket = new GuardedSocket(proxy, settings.readTimeout());
        try {
            socket.connect(address, timeout);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private void begin() throws IOException {
        in.expect(4L * MAX_GREETING, MAX_GREETING, settings.connectTimeout());
        Tls tls = settings.server().tls();
        if (tls == Tls.IMPLICIT) {
            encrypt();
        }
        greeting = readLine();
        String welcome = imap ? "* OK" : "+OK";
        boolean welcomed = greeting.toUpperCase(Locale.ROOT).startsWith(welcome)
                // A server that knows us already would let us skip STARTTLS, which is what an attacker wants.
                || imap && greeting.toUpperCase(Locale.ROOT).startsWith("* PREAUTH") && tls == Tls.NONE;
        if (!welcomed) {
            throw new IOException("instead of a greeting came \"" + greeting + '"');
        }
        boolean offered = tls == Tls.STARTTLS_REQUIRED || tls == Tls.STARTTLS_IF_OFFERED && offersStartTls();
        if (offered) {
            startTls();
        }
        if (!encrypted && settings.server().credentials().isPresent()) {
            throw new MailboxException(
                    MailboxException.Kind.TLS,
                    "connect to " + settings.where() + ": the server offers no STARTTLS, and nobody logs in in clear");
        }
    }

    private boolean offersStartTls() throws IOException {
        write(imap ? "p0 CAPABILITY" : "CAPA");
        boolean offered = false;
        for (int i = 0; i < 100; i++) {
            String line = readLine().toUpperCase(Locale.ROOT);
            boolean last = imap ? line.startsWith("P0 ") : line.equals(".") || line.startsWith("-ERR");
            offered |= imap ? line.startsWith("* CAPABILITY ") && line.contains(" STARTTLS") : line.equals("STLS");
            if (last) {
                return offered;
            }
        }
        throw new IOException("the list of what the server can do has no end");
    }

    private void startTls() throws IOException {
        write(imap ? "p1 STARTTLS" : "STLS");
        String answer = readLine();
        for (int i = 0; imap && answer.startsWith("* ") && i < 100; i++) {
            answer = readLine();
        }
        if (!answer.toUpperCase(Locale.ROOT).startsWith(imap ? "P1 OK" : "+OK")) {
            throw new SSLException("the server refuses STARTTLS: \"" + answer + '"');
        }
        if (in.available() > 0) {
            throw new SSLException(
                    "bytes came in clear behind the answer to STARTTLS: somebody may have put them there");
        }
        encrypt();
    }

    private void encrypt() throws IOException {
        TlsOptions options = settings.server()
                .tlsOptions()
                .orElseGet(() -> TlsOptions.builder().build());
        SSLSocket tls = options.clientSocket(
                plain, bare(settings.server().host()), settings.server().port());
        tls.setSoTimeout(
                (int) Math.min(Integer.MAX_VALUE, settings.connectTimeout().toMillis()));
        tls.startHandshake();
        current = tls;
        encrypted = true;
        in.switchTo(tls);
    }

    private void write(String command) throws IOException {
        OutputStream out = current.getOutputStream();
        out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection before its greeting was over");
            }
            line.write(c);
        }
        return Texts.clean(line.toString(StandardCharsets.ISO_8859_1).stripTrailing(), MAX_GREETING);
    }

    /** Gives the greeting to whoever reads {@link #in()} next, who may believe that it came just now. */
    void replayGreeting() {
        in.replay((greeting + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    GuardedInput in() {
        return in;
    }

    InputStream stream() {
        return in;
    }

    OutputStream out() throws IOException {
        return current.getOutputStream();
    }

    Socket socket() {
        return plain;
    }

    boolean isEncrypted() {
        return encrypted;
    }

    /** Ends the connection at once, whoever is reading or writing; in an orderly way for TLS if nobody is. */
    @Override
    public void close() {
        try {
            plain.close();
        } catch (IOException e) {
            // a socket that cannot be closed was not open
        }
    }
}
