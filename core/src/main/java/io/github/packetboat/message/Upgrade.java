package io.github.packetboat.message;

import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** TLS on a connection that is open already. Loop thread only. */
final class Upgrade<M> {
    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final Readiness readiness;
    private final TlsOptions options;
    private final CompletableFuture<SSLSession> done;

    Upgrade(SocketConnection<M> connection, TlsOptions options, CompletableFuture<SSLSession> done) {
        this.connection = connection;
        this.life = connection.life();
        this.readiness = life.readiness();
        this.options = options;
        this.done = done;
    }

    /** Starts TLS, as {@link Connection#startTls} says. */
    static <M> void start(
            SocketConnection<M> connection,
            TlsOptions options,
            @Nullable M goAhead,
            CompletableFuture<SSLSession> done) {
        switch (connection.life().state()) {
            case OPEN -> connection.life().beginUpgrade(new Upgrade<>(connection, options, done), goAhead);
            case UPGRADING -> done.completeExceptionally(new IllegalStateException("TLS is being started already"));
            default -> done.completeExceptionally(new ConnectionClosedException(connection.closeReason()));
        }
    }

    TlsOptions options() {
        return options;
    }

    /**
     * Says {@code goAhead}, if there is one, and stops reading and writing in clear. The connection is closed instead if
     * something came in clear that was to come later, or something is queued that was to go in clear.
     *
     * @return the handshake; null if the connection is closed
     */
    @Nullable
    Opening<M> begin(@Nullable M goAhead, SocketChannel channel) {
        Inbound<M> inbound = life.inbound();
        Outbound<M> outbound = life.outbound();
        int early = (inbound.isDelivering() ? 0 : inbound.keptBytes())
                + life.callbacks().pending();
        if (early > 0) {
            refusePlaintext(connection, early);
            return null;
        }
        if (goAhead != null) {
            outbound.sendNow(goAhead);
        }
        outbound.drain().hold();
        if (life.state().isEnding()) {
            return null; // the go-ahead had no room, or the write found the connection broken
        }
        if (outbound.drain().isWaiting()) {
            life.closeNow(connection.reason(
                    CloseReason.Kind.ABORTED,
                    "TLS was started while " + outbound.queuedBytes()
                            + " bytes were queued in clear: wait for flushed() first",
                    null));
            return null;
        }
        readiness.pause(Readiness.PAUSED_BY_STATE);
        Opening.EngineSource engines = connection.endpoint().engines(options, connection.remoteAddress());
        return new Opening<>(connection, life, channel, readiness, ProxyProtocol.OFF, engines);
    }

    /** Closes: bytes came in clear that were to come after the handshake. */
    static void refusePlaintext(SocketConnection<?> connection, int bytes) {
        connection
                .life()
                .closeNow(connection.reason(
                        CloseReason.Kind.PROTOCOL_ERROR,
                        "something (" + bytes
                                + ") came in clear after the message that starts TLS: somebody may have put it there",
                        null));
    }

    /** TLS is up. If the connection is to be closed, that begins only now: what was accepted goes over TLS. */
    void succeeded(SSLSession session) {
        life.enter(Lifecycle.State.OPEN);
        if (connection.endpoint().hasDeadlines()) {
            life.deadlines().opened();
        }
        life.callbacks().speak();
        readiness.resume(Readiness.PAUSED_BY_STATE);
        readiness.update();
        done.complete(session);
        CloseReason wanted = life.reason();
        if (wanted != null) {
            life.beginClose(wanted);
        }
    }

    /** The connection has closed; if TLS was not up by then, it never will be. */
    void failed(CloseReason why) {
        done.completeExceptionally(new ConnectionClosedException(why));
    }
}
