package io.github.packetboat.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * One blocking end of a connection, driven byte by byte. What the peer does wrong, and silence for {@link Await#LIMIT},
 * is an {@link AssertionError}; a failing socket is an {@link UncheckedIOException}. Text is UTF-8. One thread at a
 * time may read and one may write.
 */
public final class RawPeer implements AutoCloseable {
    private final Socket transport;
    private final SocketAddress remoteAddress;
    private volatile Socket socket;

    RawPeer(Socket transport) throws IOException {
        this.transport = transport;
        this.socket = transport;
        this.remoteAddress = transport.getRemoteSocketAddress();
        transport.setTcpNoDelay(true);
        transport.setSoTimeout(Math.toIntExact(Await.LIMIT.toMillis()));
    }

    /** Connects to an internet or unix-domain address. */
    public static RawPeer connect(SocketAddress address) {
        try {
            return new RawPeer(open(address));
        } catch (IOException e) {
            throw new UncheckedIOException("connect to " + address + ": " + e.getMessage(), e);
        }
    }

    /** Connects to {@code port} on the loopback address. */
    public static RawPeer connect(int port) {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    static Socket open(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix) {
            return UnixSocket.connect(unix);
        }
        Socket socket = new Socket();
        try {
            socket.connect(address, Math.toIntExact(Await.LIMIT.toMillis()));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Where the other end is. */
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** Where this end is. */
    public SocketAddress localAddress() {
        return transport.getLocalSocketAddress();
    }

    /** The socket itself, the TLS one once TLS was started, for options that this class does not name. */
    public Socket socket() {
        return socket;
    }

    /** Does a TLS handshake as client that offers {@code host} as SNI; all later bytes are encrypted. */
    public RawPeer startTls(SSLContext context, String host) {
        return handshake(context, host, true);
    }

    /** Does a TLS handshake as server; all later bytes are encrypted. */
    public RawPeer acceptTls(SSLContext context) {
        return handshake(context, "", false);
    }

    private RawPeer handshake(SSLContext context, String host, boolean asClient) {
        return run("TLS handshake", () -> {
            int port = remoteAddress instanceof InetSocketAddress inet ? inet.getPort() : 0;
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(transport, host, port, true);
            tls.setUseClientMode(asClient);
            if (!asClient) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setWantClientAuth(true);
                tls.setSSLParameters(parameters);
            }
            tls.startHandshake();
            socket = tls;
        });
    }

    /** Sends {@code text}, as one segment if it fits. */
    public RawPeer send(String text) {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends {@code bytes}, as one segment if they fit. */
    public RawPeer send(byte[] bytes) {
        return run(
                "send " + bytes.length + " bytes",
                () -> socket.getOutputStream().write(bytes));
    }

    /** Sends {@code text} with one segment (or TLS record) a byte. */
    public RawPeer sendSlowly(String text) {
        return sendSlowly(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends {@code bytes} with one segment (or TLS record) a byte; the receiver may still find several at once. */
    public RawPeer sendSlowly(byte[] bytes) {
        for (byte each : bytes) {
            send(new byte[] {each});
        }
        return this;
    }

    /** The next line without its LF or CRLF; fails if the stream ends first. */
    public String readLine() {
        String line = readRawLine();
        return line.substring(0, line.length() - (line.endsWith("\r\n") ? 2 : 1));
    }

    /** The next line with its LF; fails if the stream ends first. */
    String readRawLine() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        do {
            byte[] one = read(1, "a line", line);
            next = one[0];
            line.write(next);
        } while (next != '\n');
        return line.toString(StandardCharsets.UTF_8);
    }

    /** The next {@code count} bytes; fails if the stream ends first. */
    public byte[] readExactly(int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (bytes.size() < count) {
            bytes.writeBytes(read(count - bytes.size(), count + " bytes", bytes));
        }
        return bytes.toByteArray();
    }

    /** What one read call gives, at least one byte and at most 64 KiB; fails if the stream ends. */
    public byte[] readSome() {
        return read(64 * 1024, "anything", new ByteArrayOutputStream());
    }

    /** All bytes up to the end of the stream, which must be a FIN. */
    public byte[] readUntilEof() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Ending ending = readToEnd(bytes);
        if (ending != Ending.FIN) {
            throw failure("expected EOF, got " + ending, bytes);
        }
        return bytes.toByteArray();
    }

    /** Fails unless the very next thing is a FIN. */
    public void expectEof() {
        byte[] bytes = readUntilEof();
        if (bytes.length > 0) {
            throw new AssertionError("expected EOF from %s, got %d bytes first: %s"
                    .formatted(remoteAddress, bytes.length, Escaped.of(bytes)));
        }
    }

    /** Discards what still arrives and fails unless a reset ends it. */
    public void expectReset() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (readToEnd(bytes) != Ending.RST) {
            throw failure("expected a reset, got EOF", bytes);
        }
    }

    /** Discards what still arrives until the connection ends, and tells how it did. */
    public Ending awaitEnd() {
        return readToEnd(new ByteArrayOutputStream());
    }

    /** Fails if within {@code quiet} a byte arrives or the connection ends. */
    public void expectNothing(Duration quiet) {
        try {
            socket.setSoTimeout(Math.max(1, Math.toIntExact(quiet.toMillis())));
            int next = socket.getInputStream().read();
            throw new AssertionError("expected nothing from %s for %s, got %s"
                    .formatted(
                            remoteAddress,
                            quiet,
                            next < 0 ? "EOF" : "the byte " + Escaped.of(new byte[] {(byte) next})));
        } catch (SocketTimeoutException expected) {
            run("restore time-out", () -> socket.setSoTimeout(Math.toIntExact(Await.LIMIT.toMillis())));
        } catch (IOException e) {
            throw new AssertionError(
                    "expected nothing from %s for %s, got: %s".formatted(remoteAddress, quiet, e.getMessage()), e);
        }
    }

    private byte[] read(int most, String wanted, ByteArrayOutputStream soFar) {
        byte[] bytes = new byte[most];
        try {
            int count = socket.getInputStream().read(bytes);
            if (count < 0) {
                throw failure("expected " + wanted + ", got EOF", soFar);
            }
            return Arrays.copyOf(bytes, count);
        } catch (SocketTimeoutException e) {
            throw failure("expected " + wanted + ", got nothing for " + Await.LIMIT.toSeconds() + " s", soFar);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "read %s from %s after %s: %s"
                            .formatted(wanted, remoteAddress, Escaped.of(soFar.toByteArray()), e.getMessage()),
                    e);
        }
    }

    private Ending readToEnd(ByteArrayOutputStream into) {
        try {
            InputStream in = socket.getInputStream();
            in.transferTo(into);
            return Ending.FIN;
        } catch (SocketTimeoutException e) {
            throw failure("expected the end, got nothing for " + Await.LIMIT.toSeconds() + " s", into);
        } catch (IOException e) {
            if (isReset(e)) {
                return Ending.RST;
            }
            throw new UncheckedIOException("read from " + remoteAddress + ": " + e.getMessage(), e);
        }
    }

    /** A socket tells a reset only by its text; TLS sockets wrap it. */
    private static boolean isReset(Throwable e) {
        return e != null
                && (String.valueOf(e.getMessage()).startsWith("Connection reset")
                        || e instanceof SocketException && "Broken pipe".equals(e.getMessage())
                        || isReset(e.getCause()));
    }

    private AssertionError failure(String what, ByteArrayOutputStream soFar) {
        return new AssertionError("%s from %s after %d bytes: %s"
                .formatted(what, remoteAddress, soFar.size(), Escaped.of(soFar.toByteArray())));
    }

    /** Sends a FIN and goes on reading. Under TLS it is a bare FIN, without close_notify. */
    public RawPeer halfClose() {
        return run("half-close", transport::shutdownOutput);
    }

    /** Under TLS, sends close_notify and then a FIN, and goes on reading. */
    public RawPeer closeNotify() {
        return run("close_notify", () -> socket.shutdownOutput());
    }

    /** Closes with a RST (on a unix-domain socket: just closes). */
    public void reset() {
        run("reset", () -> {
            transport.setSoLinger(true, 0);
            transport.close();
        });
    }

    /** Closes as a plain program does: a FIN, or a RST if input was left unread. Under TLS without close_notify. */
    @Override
    public void close() {
        run("close", transport::close);
    }

    private RawPeer run(String what, IoAction action) {
        try {
            action.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(what + ", peer " + remoteAddress + ": " + e.getMessage(), e);
        }
    }

    private interface IoAction {
        void run() throws IOException;
    }
}
