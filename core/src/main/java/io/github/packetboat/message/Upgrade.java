package io.github.packetboat.message;

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

    Upgrade(
            SocketConnection<M> connection,
            Lifecycle<M> life,
            Readiness readiness,
            TlsOptions options,
            CompletableFuture<SSLSession> done) {
        this.connection = connection;
        this.life = life;
        this.readiness = readiness;
        this.options = options;
        this.done = done;
    }

    TlsOptions options() {
        return options;
    }

    /**
     * Says {@code goAhead}, if there is one, and stops reading and writing in clear.
     *
     * @return whether the handshake may begin; else the connection is closed
     */
    boolean begin(@Nullable M goAhead) {
        Inbound<M> inbound = life.inbound();
        Outbound<M> outbound = life.outbound();
        int early = (inbound.isDelivering() ? 0 : inbound.keptBytes())
                + life.callbacks().pending();
        if (early > 0) {
            refusePlaintext(connection, early);
            return false;
        }
        if (goAhead != null) {
            outbound.sendNow(goAhead);
        }
        outbound.drain().hold();
        if (outbound.drain().isWaiting()) {
            life.closeNow(connection.reason(
                    CloseReason.Kind.ABORTED,
                    "TLS was started while " + outbound.queuedBytes()
                            + " bytes were queued in clear: wait for flushed() first",
                    null));
            return false;
        }
        readiness.pause(Readiness.PAUSED_BY_STATE);
        return true;
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

    /** TLS is up. */
    void succeeded(SSLSession session) {
        life.callbacks().speak();
        readiness.resume(Readiness.PAUSED_BY_STATE);
        readiness.update();
        done.complete(session);
    }

    /** The connection has closed before TLS was up. */
    void failed(CloseReason why) {
        done.completeExceptionally(new ConnectionClosedException(why));
    }
}
