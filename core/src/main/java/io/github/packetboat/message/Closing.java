package io.github.packetboat.message;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.PlainTransport;
import io.github.packetboat.internal.io.TlsTransport;
import io.github.packetboat.internal.io.Transport;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ends: in good order, as {@link Lifecycle} draws it, or at once; and for what reason. There is none before
 * the end begins. Loop thread only.
 */
final class Closing<M> {
    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final SocketChannel channel;
    private final EventLoop loop;
    private final Endpoint<M> endpoint;
    private final Readiness readiness;
    private final Outbound<M> outbound;
    private final Inbound<M> inbound;
    private final @Nullable Dialogue<M> dialogue;
    private boolean peerEnded;

    Closing(
            SocketConnection<M> connection,
            Lifecycle<M> life,
            SocketChannel channel,
            EventLoop loop,
            Endpoint<M> endpoint,
            Readiness readiness) {
        this.connection = connection;
        this.life = life;
        this.channel = channel;
        this.loop = loop;
        this.endpoint = endpoint;
        this.readiness = readiness;
        this.outbound = life.outbound();
        this.inbound = life.inbound();
        this.dialogue = life.dialogue();
    }

    // ------------------------------------------------------------------ in good order

    /** Closes in good order, for {@code why}: writes what is queued first. */
    void begin(CloseReason why) {
        if (life.state().isEnding()) {
            return;
        }
        life.refuseSends();
        readiness.attend();
        if (life.state() == Lifecycle.State.UPGRADING && why.cause() == null) {
            life.endFor(why); // what was accepted goes out when TLS is up
            return;
        }
        if (life.state() != Lifecycle.State.OPEN && life.state() != Lifecycle.State.GREETING) {
            now(why);
            return;
        }
        life.endFor(why);
        life.enter(Lifecycle.State.CLOSING);
        outbound.closeIntake();
        life.deadlines().flushes();
        readiness.readWhateverComes();
        outbound.drain().flush();
    }

    /** Everything queued has been handed to the kernel. */
    void drained() {
        if (dialogue != null && !peerEnded) {
            if (dialogue.sayFarewell(connection.closeReason())) {
                outbound.drain().flush();
                return;
            }
            inbound.skipKept();
            if (dialogue.awaitsFarewell()) {
                life.enter(Lifecycle.State.LINGERING);
                life.deadlines().lingers();
                return;
            }
        }
        endOutput();
    }

    private void endOutput() {
        Transport transport = life.transport();
        try {
            transport.shutdownOutput();
        } catch (IOException e) {
            now(null);
            return;
        }
        life.enter(Lifecycle.State.LINGERING);
        life.deadlines().lingers();
        readiness.wantWrites(transport.unflushedBytes() > 0);
        if (peerEnded) {
            now(null);
        }
    }

    /** Throws away what still comes in, but for the farewell of a peer whose codec has one. */
    void discardInput() throws IOException {
        int n;
        try {
            n = awaitsFarewell()
                    ? inbound.skip()
                    : life.transport().read(loop.readBuffer().clear());
        } catch (TlsTransport.TruncatedException e) {
            n = -1; // of what is thrown away nothing can be missing
        }
        if (n < 0) {
            endOfStream(0);
        }
    }

    /** Whether what still comes in is not delivered any more, but may hold the peer's farewell. */
    boolean awaitsFarewell() {
        return dialogue != null && dialogue.awaitsFarewell();
    }

    /** The peer may have said its farewell, so that this side has nothing more to wait for. */
    void skipped() {
        if (life.state() == Lifecycle.State.LINGERING && dialogue != null && !dialogue.awaitsFarewell()) {
            endOutput();
        }
    }

    /** What comes in makes no sense any more. */
    void stopListening() {
        if (dialogue != null) {
            dialogue.stopListening();
        }
    }

    /** The peer said that it is done, with {@code unfinished} bytes of a frame left. */
    void endOfStream(int unfinished) {
        peerEnded = true;
        readiness.pause(Readiness.PAUSED_BY_STATE);
        if (life.state() == Lifecycle.State.LINGERING) {
            now(null);
        } else {
            begin(endedWith(unfinished));
        }
    }

    private CloseReason endedWith(int unfinished) {
        if (life.state() == Lifecycle.State.GREETING) {
            return connection.reason(
                    CloseReason.Kind.HANDSHAKE_FAILED,
                    "the stream ended inside the handshake, of which " + unfinished + " bytes had come" + hint(),
                    null);
        }
        if (unfinished > 0) {
            return connection.reason(
                    CloseReason.Kind.TRUNCATED_FRAME,
                    "the stream ended inside a frame, of which " + unfinished + " bytes had come" + hint(),
                    null);
        }
        return dialogue != null
                ? connection.reason(
                        CloseReason.Kind.CONNECTION_LOST, "the stream ended without a closing handshake", null)
                : connection.reason(CloseReason.Kind.PEER_CLOSED, "the peer closed the connection", null);
    }

    /** What to add to a reason if the peer wants TLS here. */
    String hint() {
        return failures().hint(inbound.received(), inbound.lastSeen());
    }

    // ------------------------------------------------------------------ at once

    /** Closes at once. The listener is told later in this turn. */
    void now(@Nullable CloseReason why) {
        if (life.state() == Lifecycle.State.CLOSED) {
            return;
        }
        CloseReason begun = life.reason();
        if (begun == null) {
            life.endFor(why);
        } else if (life.state() == Lifecycle.State.CLOSING && why != null) {
            life.endFor(connection.reason(begun.kind(), begun.detail() + "; then " + why.detail(), begun.cause()));
        }
        life.refuseSends();
        readiness.attend();
        life.enter(Lifecycle.State.CLOSED);
        try {
            channel.close();
        } catch (IOException e) {
            loop.report(e);
        }
        try {
            loop.execute(this::finish);
        } catch (RejectedExecutionException e) {
            finish();
        }
    }

    private void finish() {
        long lost = outbound.discard();
        inbound.discard();
        life.cancelDeadlines();
        if (lost > 0) {
            addToReason(lost + " queued bytes were not sent");
        }
        CloseReason why = connection.closeReason();
        if (dialogue != null) {
            why = why.withCode(dialogue.closeCode());
            life.endFor(why);
        }
        outbound.drain().failFlushes(why);
        Upgrade<M> upgrade = life.upgrade();
        if (upgrade != null) {
            upgrade.failed(why);
        }
        connection.left(why);
        if (life.wasOpen()) {
            life.callbacks().closed(why);
        }
        endpoint.owner().closed(connection, why, life.wasOpen());
    }

    /** Says more in the reason for which the connection closes. */
    void addToReason(String detail) {
        CloseReason why = connection.closeReason();
        life.endFor(connection.reason(why.kind(), why.detail() + "; " + detail, why.cause()));
    }

    // ------------------------------------------------------------------ since something failed

    /** The channel, the codec or the handshake failed. */
    void fail(Throwable failure) {
        Opening<M> opening = life.opening();
        if (opening != null) {
            TlsTransport handshake = opening.tls();
            CloseReason why = failures().opening(failure, handshake);
            if (handshake != null && failure instanceof SSLException && !opening.isComputing()) {
                alert(handshake, why);
            } else {
                now(why);
            }
        } else if (failure instanceof SSLException broken && life.transport() instanceof TlsTransport secured) {
            alert(secured, failures().channel(broken, inbound.received()));
        } else if (failure instanceof IOException broken && !(failure instanceof CodecException)) {
            now(failures().channel(broken, inbound.received()));
        } else if (life.state() == Lifecycle.State.GREETING) {
            begin(failures().greeting(failure, inbound.lastSeen()));
        } else {
            begin(failures().codec(failure, inbound.received(), inbound.lastSeen()));
        }
    }

    /** Tells the peer why TLS failed, and stays until it has read that: a reset for what it still sends would destroy it. */
    private void alert(TlsTransport broken, CloseReason why) {
        Lifecycle.State state = life.state();
        if (state == Lifecycle.State.CLOSED || state == Lifecycle.State.LINGERING || !broken.sendAlert()) {
            now(why);
            return;
        }
        if (life.reason() == null) {
            life.endFor(why);
        }
        life.refuseSends();
        Transport plain = new PlainTransport(channel);
        life.abandon(plain);
        life.enter(Lifecycle.State.LINGERING);
        life.deadlines().lingers();
        readiness.dictate(SelectionKey.OP_READ);
        try {
            plain.shutdownOutput();
        } catch (IOException e) {
            now(null);
        }
    }

    private Failures<M> failures() {
        return new Failures<>(connection, endpoint.host() != null, life.tlsOptions());
    }
}
