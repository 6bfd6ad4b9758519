package io.github.packetboat.message;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.TlsTransport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What comes before the first message: a PROXY protocol header, a TLS handshake, both or neither; and the handshake of a
 * connection that turns to TLS later. Forgotten as soon as it is over. Loop thread only.
 */
final class Opening<M> {
    private static final int MAX_HEADER_BYTES = 8 * 1024;

    /** Makes the engine when its turn has come, so that a handshake always uses the newest certificate. */
    interface EngineSource {
        SSLEngine engine() throws IOException;
    }

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final SocketChannel channel;
    private final EventLoop loop;
    private final Readiness readiness;
    private final @Nullable EngineSource engines;
    private ProxyProtocol proxyProtocol;
    private @Nullable ByteBuffer header;
    private @Nullable TlsTransport tls;
    private boolean computing;

    Opening(
            SocketConnection<M> connection,
            Lifecycle<M> life,
            SocketChannel channel,
            Readiness readiness,
            ProxyProtocol proxyProtocol,
            @Nullable EngineSource engines) {
        this.connection = connection;
        this.life = life;
        this.channel = channel;
        this.loop = connection.loop();
        this.readiness = readiness;
        this.proxyProtocol = proxyProtocol;
        this.engines = engines;
    }

    /** Goes as far as it can now, and to the end if nothing is to be waited for. */
    void proceed() throws IOException {
        if (computing || (proxyProtocol != ProxyProtocol.OFF && !readHeader())) {
            return;
        }
        if (engines == null) {
            openPlain(rest());
            return;
        }
        if (tls == null) {
            tls = new TlsTransport(channel, engines.engine(), loop.tlsBuffers(), rest());
        }
        shakeHands(tls);
    }

    // ------------------------------------------------------------------ the PROXY header

    private boolean readHeader() throws IOException {
        ByteBuffer bytes = header;
        if (bytes == null) {
            bytes = ByteBuffer.allocate(MAX_HEADER_BYTES);
            header = bytes;
        }
        int n = channel.read(bytes);
        bytes.flip();
        ProxyHeader parsed = ProxyHeader.decode(bytes, proxyProtocol);
        if (parsed == null) {
            if (n < 0) {
                throw new CodecException(
                        "the connection ended inside a PROXY protocol header of " + bytes.remaining() + " bytes");
            }
            bytes.compact();
            readiness.dictate(SelectionKey.OP_READ);
            return false;
        }
        proxyProtocol = ProxyProtocol.OFF;
        return proxied(parsed);
    }

    /** A proxy said whom it relays. Returns whether that peer is welcome; else the connection is closed. */
    private boolean proxied(ProxyHeader parsed) {
        SocketAddress source = parsed.source();
        if (source == null) {
            return true;
        }
        connection.relayedFrom(source);
        if (connection.endpoint().owner().admits(source)) {
            return true;
        }
        life.closeNow(
                connection.reason(CloseReason.Kind.REFUSED, "the address that the proxy relays is not allowed", null));
        return false;
    }

    /** Bytes that came behind the PROXY header. */
    private @Nullable ByteBuffer rest() {
        ByteBuffer bytes = header;
        header = null;
        return bytes == null || !bytes.hasRemaining() ? null : bytes;
    }

    // ------------------------------------------------------------------ the TLS handshake

    private void shakeHands(TlsTransport transport) throws IOException {
        switch (transport.handshake()) {
            case READ -> readiness.dictate(SelectionKey.OP_READ);
            case WRITE -> readiness.dictate(SelectionKey.OP_WRITE);
            case TASKS -> compute(transport);
            case DONE -> openTls(transport);
        }
    }

    /** The costly arithmetic, on another thread: meanwhile the loop serves its other connections. */
    private void compute(TlsTransport transport) {
        readiness.dictate(0);
        computing = true;
        try {
            connection.endpoint().offload().execute(() -> computeHere(transport));
        } catch (RejectedExecutionException e) {
            life.fail(new IOException("the event loops are stopping", e));
        }
    }

    private void computeHere(TlsTransport transport) {
        Throwable failure = null;
        try {
            transport.tasks();
        } catch (Throwable e) {
            failure = e;
        }
        Throwable thrown = failure;
        try {
            loop.execute(() -> computed(thrown));
        } catch (RejectedExecutionException e) {
            // the loop has ended meanwhile, and the connection with it
        }
    }

    private void computed(@Nullable Throwable failure) {
        computing = false;
        if (failure != null) {
            life.fail(new SSLException("the TLS provider threw " + failure, failure));
        } else {
            life.continueOpening();
        }
    }

    /** Whether another thread is at work on the handshake, so that its engine must be left alone. */
    boolean isComputing() {
        return computing;
    }

    /** The transport whose handshake failed or is under way, or null. */
    @Nullable
    TlsTransport tls() {
        return tls;
    }

    // ------------------------------------------------------------------ the end of it

    private void openPlain(@Nullable ByteBuffer early) throws IOException {
        life.openingOver();
        greet();
        if (early != null) {
            life.inbound().read(early);
        }
    }

    private void openTls(TlsTransport secured) throws IOException {
        life.openingOver();
        life.goOnOver(secured);
        if (life.state().isEnding()) {
            return; // what was held back found the connection broken
        }
        Upgrade<M> upgrade = life.upgrade();
        if (upgrade == null) {
            greet();
        } else {
            upgrade.succeeded(secured.engine().getSession());
        }
        if (secured.hasUnread() && life.mayRead()) {
            life.inbound().read();
        }
    }

    /** The transport is there; a codec with a handshake of its own has that first. */
    private void greet() {
        Dialogue<M> dialogue = life.dialogue();
        if (dialogue == null) {
            life.open();
            return;
        }
        life.enter(Lifecycle.State.GREETING);
        dialogue.begin();
        readiness.update();
    }
}
