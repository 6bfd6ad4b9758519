package io.github.packetboat.message;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.Handshake;
import io.github.packetboat.internal.Attributed;
import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.PlainTransport;
import io.github.packetboat.internal.io.TlsTransport;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection over one channel, as the application sees it: each call is passed on to the half that it is about, on the
 * right thread. What happens to it is the business of its {@link Lifecycle}. Thread-safe.
 */
final class SocketConnection<M> extends Attributed implements Connection<M> {
    private static final AtomicLong IDS = new AtomicLong();

    /** An object, which the server's map of its connections shares. */
    private final Long id = IDS.incrementAndGet();

    private final SocketChannel channel;
    private final EventLoop loop;
    private final Endpoint<M> endpoint;
    private final Lifecycle<M> life;
    private final Outbound<M> outbound;
    private final SocketAddress localAddress;
    private volatile SocketAddress remoteAddress;
    private volatile @Nullable Memberships<M> memberships;
    /** Loop thread only. */
    private @Nullable Map<Object, Consumer<CloseReason>> closeListeners;

    /** To be started, on its loop, by its {@link #life}. */
    SocketConnection(SocketChannel channel, EventLoop loop, Endpoint<M> endpoint) throws IOException {
        this.channel = channel;
        this.loop = loop;
        this.endpoint = endpoint;
        this.localAddress = channel.getLocalAddress();
        this.remoteAddress = channel.getRemoteAddress();
        this.life = new Lifecycle<>(this, channel, loop, endpoint, new PlainTransport(channel));
        this.outbound = life.outbound();
    }

    @Override
    public boolean send(M message) {
        if (message == null) {
            throw new IllegalArgumentException("message is null");
        }
        if (life.refusesSends()) {
            return false;
        }
        return loop.isCurrent() ? outbound.send(message) : outbound.sendFromOutside(message);
    }

    @Override
    public CompletableFuture<Void> flushed() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (life.state() == Lifecycle.State.CLOSED || !onLoop(() -> outbound.whenFlushed(done))) {
            done.completeExceptionally(new ConnectionClosedException(closeReason()));
        }
        return done;
    }

    @Override
    public void close() {
        closeFor(CloseReason.Kind.LOCAL_CLOSE, "closed by this side");
    }

    @Override
    public void close(int code, String text) {
        Check.notNull("text", text);
        Dialogue<M> dialogue = life.dialogue();
        if (dialogue != null) {
            if (code != 0 && !dialogue.mayCloseWith(code)) {
                throw new IllegalArgumentException("code=" + code + " is none that this codec can close with");
            }
            onLoop(() -> dialogue.endBy(Conversation.Ending.DONE, code, text));
        }
        close();
    }

    @Override
    public void abort() {
        life.refuseSends();
        onLoop(() -> {
            resetOnClose();
            life.closeNow(reason(CloseReason.Kind.ABORTED, "aborted by this side", null));
        });
    }

    private void resetOnClose() {
        try {
            if (channel.isOpen() && channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            // the peer has gone first: there is nothing left to reset
        }
    }

    @Override
    public boolean isOpen() {
        return life.isOpen();
    }

    @Override
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long queuedBytes() {
        return outbound.queuedBytes();
    }

    @Override
    public boolean isWritable() {
        return outbound.isWritable();
    }

    @Override
    public void pauseReads() {
        onLoop(() -> life.inbound().pause(Readiness.PAUSED_BY_USER));
    }

    @Override
    public void resumeReads() {
        onLoop(() -> life.inbound().resume(Readiness.PAUSED_BY_USER));
    }

    @Override
    public CompletableFuture<SSLSession> startTls(TlsOptions options) {
        return upgrade(options, null);
    }

    @Override
    public CompletableFuture<SSLSession> startTls(TlsOptions options, M goAhead) {
        return upgrade(options, Check.notNull("goAhead", goAhead));
    }

    private CompletableFuture<SSLSession> upgrade(TlsOptions options, @Nullable M goAhead) {
        Check.notNull("options", options);
        if (life.dialogue() != null) {
            throw new IllegalStateException(
                    "the codec has a handshake of its own, which TLS must come before: give TLS to the builder");
        }
        if (endpoint.host() == null) {
            options.checkServer();
        }
        if (life.tls() != null) {
            throw new IllegalStateException("the connection to " + remoteAddress + " uses TLS already");
        }
        life.callbacks().hush();
        CompletableFuture<SSLSession> done = new CompletableFuture<>();
        if (!onLoop(() -> Upgrade.start(this, options, goAhead, done))) {
            done.completeExceptionally(new ConnectionClosedException(closeReason()));
        }
        return done;
    }

    @Override
    public @Nullable SSLSession tlsSession() {
        TlsTransport secured = life.tls();
        return secured == null ? null : secured.engine().getSession();
    }

    @Override
    public @Nullable String applicationProtocol() {
        TlsTransport secured = life.tls();
        String chosen = secured == null ? null : secured.engine().getApplicationProtocol();
        return chosen == null || chosen.isEmpty() ? null : chosen;
    }

    @Override
    public @Nullable Handshake handshake() {
        Dialogue<M> dialogue = life.dialogue();
        return dialogue == null ? null : dialogue.handshake();
    }

    @Override
    public ConnectionStats stats() {
        Inbound<M> inbound = life.inbound();
        return new ConnectionStats(
                inbound.received(),
                outbound.sent(),
                outbound.dropped(),
                inbound.receivedBytes(),
                outbound.writtenBytes(),
                outbound.queuedBytes());
    }

    @Override
    public String toString() {
        return "Connection[" + id + ", " + life.state() + ", " + remoteAddress + "]";
    }

    // ------------------------------------------------------------------ for the rest of the package

    /** The {@link #id} to look it up by. */
    Long key() {
        return id;
    }

    EventLoop loop() {
        return loop;
    }

    Endpoint<M> endpoint() {
        return endpoint;
    }

    Lifecycle<M> life() {
        return life;
    }

    Outbound<M> outbound() {
        return outbound;
    }

    /** What messages are encoded by that are not encoded here; what is equal for two connections serves both. */
    CodecFactory<M> encoding() {
        Dialogue<M> dialogue = life.dialogue();
        return dialogue == null || outbound.mayOutlive() ? endpoint.codec() : dialogue.encoding();
    }

    /** Closes in good order since this side goes away, and not only this connection. */
    void leave(String detail) {
        onLoop(() -> {
            Dialogue<M> dialogue = life.dialogue();
            if (dialogue != null) {
                dialogue.endBy(Conversation.Ending.GOING_AWAY, 0, "");
            }
        });
        closeFor(CloseReason.Kind.LOCAL_CLOSE, detail);
    }

    /** A proxy said who the peer really is. */
    void relayedFrom(SocketAddress peer) {
        remoteAddress = peer;
    }

    /** Closes in good order, or at once where there is no point in writing what is queued. */
    void closeFor(CloseReason.Kind kind, String detail) {
        life.refuseSends();
        CloseReason why = reason(kind, detail, null);
        boolean hopeless = kind == CloseReason.Kind.OVERFLOW || kind == CloseReason.Kind.ABORTED;
        onLoop(() -> {
            if (hopeless) {
                life.closeNow(why);
            } else {
                life.beginClose(why);
            }
        });
    }

    CloseReason reason(CloseReason.Kind kind, String detail, @Nullable Throwable cause) {
        return CloseReason.of(kind, detail, cause, remoteAddress);
    }

    /** Why this connection closes or closed. */
    CloseReason closeReason() {
        CloseReason why = life.reason();
        return why != null ? why : reason(CloseReason.Kind.ABORTED, "the event loop has stopped", null);
    }

    /** Runs {@code task} on the loop, at once if this is its thread. Returns false if the loop has stopped. */
    boolean onLoop(Runnable task) {
        return loop.tryRun(task);
    }

    /** The groups this connection is in. */
    Memberships<M> memberships() {
        Memberships<M> made = memberships;
        if (made == null) {
            synchronized (this) {
                made = memberships;
                if (made == null) {
                    made = new Memberships<>(this, life.state() == Lifecycle.State.CLOSED);
                    memberships = made;
                }
            }
        }
        return made;
    }

    /** The connection has closed: leaves its groups and tells who asked. Loop thread only. */
    void left(CloseReason why) {
        Memberships<M> groups;
        synchronized (this) {
            groups = memberships;
        }
        if (groups != null) {
            groups.leaveAll();
        }
        Map<Object, Consumer<CloseReason>> told = closeListeners;
        closeListeners = null;
        if (told != null) {
            told.values().forEach(each -> each.accept(why));
        }
    }

    /** Tells {@code told} when this connection has closed, at once if it has. Loop thread only. */
    void onClosed(Object who, Consumer<CloseReason> told) {
        if (life.state() == Lifecycle.State.CLOSED) {
            told.accept(closeReason());
            return;
        }
        Map<Object, Consumer<CloseReason>> all = closeListeners;
        if (all == null) {
            all = new HashMap<>();
            closeListeners = all;
        }
        all.put(who, told);
    }

    /** Undoes {@link #onClosed}. Loop thread only. */
    void forgetClosed(Object who) {
        Map<Object, Consumer<CloseReason>> all = closeListeners;
        if (all != null) {
            all.remove(who);
        }
    }
}
