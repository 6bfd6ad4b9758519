package io.github.packetboat.message;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.TlsTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What comes before the first message: a PROXY protocol header, a TLS handshake, both or neither; and the handshake of a
 * connection that turns to TLS later. Loop thread only.
 */
final class Opening<M> {
    private static final int MAX_HEADER_BYTES = 8 * 1024;

    /** Makes the engine when its turn has come, so that a handshake always uses the newest certificate. */
    interface EngineSource {
        SSLEngine engine() throws IOException;
    }

    private final Lifecycle<M> life;
    private final SocketChannel channel;
    private final EventLoop loop;
    private final Executor offload;
    private final @Nullable EngineSource engines;
    private ProxyProtocol proxyProtocol;
    private @Nullable ByteBuffer header;
    private @Nullable TlsTransport tls;
    private boolean computing;

    Opening(
            Lifecycle<M> life,
            SocketChannel channel,
            EventLoop loop,
            Executor offload,
            ProxyProtocol proxyProtocol,
            @Nullable EngineSource engines) {
        this.life = life;
        this.channel = channel;
        this.loop = loop;
        this.offload = offload;
        this.proxyProtocol = proxyProtocol;
        this.engines = engines;
    }

    /** Goes as far as it can now, and to the end if nothing is to be waited for. */
    void proceed() throws IOException {
        if (computing || (proxyProtocol != ProxyProtocol.OFF && !readHeader())) {
            return;
        }
        if (engines == null) {
            life.openPlain(rest());
            return;
        }
        if (tls == null) {
            tls = new TlsTransport(channel, engines.engine(), loop.tlsBuffers(), rest());
        }
        shakeHands(tls);
    }

    private void shakeHands(TlsTransport transport) throws IOException {
        switch (transport.handshake()) {
            case READ -> life.waitFor(SelectionKey.OP_READ);
            case WRITE -> life.waitFor(SelectionKey.OP_WRITE);
            case TASKS -> compute(transport);
            case DONE -> life.openTls(transport);
        }
    }

    /** The costly arithmetic, on another thread: meanwhile the loop serves its other connections. */
    private void compute(TlsTransport transport) {
        life.waitFor(0);
        computing = true;
        try {
            offload.execute(() -> computeHere(transport));
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
            life.waitFor(SelectionKey.OP_READ);
            return false;
        }
        proxyProtocol = ProxyProtocol.OFF;
        return life.proxied(parsed);
    }

    /** Bytes that came behind the PROXY header. */
    private @Nullable ByteBuffer rest() {
        ByteBuffer bytes = header;
        header = null;
        return bytes == null || !bytes.hasRemaining() ? null : bytes;
    }
}
