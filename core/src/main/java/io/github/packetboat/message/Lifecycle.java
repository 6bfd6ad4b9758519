package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.TlsTransport;
import io.github.packetboat.internal.io.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The life of one connection, and the only place that moves it on.
 *
 * <pre>
 *              PROXY header, TLS          close(), end of stream,
 *              handshake done             protocol error, timeout        queue written, end said
 *   OPENING ──────────────────────▶ OPEN ─────────────────────────▶ CLOSING ─────────────────▶ LINGERING
 *      │  │                          ▲                                 ▲
 *      │  └────▶ GREETING ───────────┴─────────────────────────────────┤
 *      │         the codec's handshake done; refused or answered       │
 *      │                             │ ▲ startTls                      │                           │ peer's end,
 *      │ failed, too late            ▼ │ done                          │ broken, too late          │ too late
 *      │                          UPGRADING                            │                           │
 *      └─────────────────────────────┴────────────▶ CLOSED ◀───────────┴───────────────────────────┘
 * </pre>
 *
 * Loop thread only, where nothing else is said.
 */
final class Lifecycle<M> implements EventLoop.Ready {
    enum State {
        OPENING,
        GREETING,
        OPEN,
        UPGRADING,
        CLOSING,
        LINGERING,
        CLOSED;

        boolean isEnding() {
            return compareTo(CLOSING) >= 0;
        }
    }

    private final SocketConnection<M> connection;
    private final SocketChannel channel;
    private final EventLoop loop;
    private final Endpoint<M> endpoint;
    private final Readiness readiness;
    private final Callbacks<M> callbacks;
    private final Outbound<M> outbound;
    private final Drain<M> drain;
    private final Inbound<M> inbound;
    /** What the codec has to say itself, or null where it only codes. */
    private final @Nullable Dialogue<M> dialogue;

    private volatile State state = State.OPENING;
    private volatile boolean refusesSends;
    private volatile @Nullable CloseReason reason;
    private volatile @Nullable TlsTransport tls;
    private @Nullable TlsOptions tlsOptions;
    private @Nullable Opening<M> opening;
    private @Nullable Upgrade<M> upgrade;
    private @Nullable Closing<M> closing;
    private @Nullable Deadlines<M> deadlines;
    private Transport transport;
    private boolean wasOpen;

    Lifecycle(
            SocketConnection<M> connection,
            SocketChannel channel,
            EventLoop loop,
            Endpoint<M> endpoint,
            Transport transport) {
        this.connection = connection;
        this.channel = channel;
        this.loop = loop;
        this.endpoint = endpoint;
        this.transport = transport;
        Settings<M> settings = endpoint.settings();
        this.readiness = new Readiness();
        this.callbacks = new Callbacks<>(connection, loop, settings);
        this.tlsOptions = endpoint.tls();
        Codec<M> codec = endpoint.codec().create();
        this.outbound = new Outbound<>(connection, this, readiness, loop, codec, transport, settings);
        this.drain = outbound.drain();
        this.inbound = new Inbound<>(connection, this, readiness, loop, codec, transport, callbacks);
        this.dialogue = codec instanceof Conversation<M> conversation
                ? new Dialogue<>(endpoint.codec(), this, outbound, conversation)
                : null;
    }

    // ------------------------------------------------------------------ opening

    /** Registers the channel and begins to open. */
    void start() {
        try {
            readiness.register(loop, channel, this);
            inbound.noteRead();
            if (endpoint.opensAtOnce()) {
                openPlain(null);
                return;
            }
            opening = new Opening<>(
                    this,
                    channel,
                    loop,
                    endpoint.offload(),
                    endpoint.proxyProtocol(),
                    endpoint.engines(connection.remoteAddress()));
            deadlines().openingBegins();
            opening.proceed();
        } catch (IOException e) {
            fail(e);
        } catch (Throwable failure) {
            onFailure(failure);
        }
    }

    /** Opens only to say {@code farewell}, and closes: the server does not want this connection. */
    void refuse(M farewell, CloseReason why) {
        try {
            readiness.register(loop, channel, this);
            state = State.OPEN;
            outbound.send(farewell);
            beginClose(why);
        } catch (IOException e) {
            fail(e);
        } catch (Throwable failure) {
            onFailure(failure);
        }
    }

    void continueOpening() {
        Opening<M> running = opening;
        if (running == null || state == State.CLOSED) {
            return;
        }
        try {
            running.proceed();
        } catch (IOException e) {
            fail(e);
        } catch (Throwable failure) {
            onFailure(failure);
        }
    }

    /** A proxy said whom it relays. Returns whether that peer is welcome; else the connection is closed. */
    boolean proxied(ProxyHeader header) {
        SocketAddress source = header.source();
        if (source == null) {
            return true;
        }
        connection.relayedFrom(source);
        if (endpoint.owner().admits(source)) {
            return true;
        }
        closeNow(connection.reason(CloseReason.Kind.REFUSED, "the address that the proxy relays is not allowed", null));
        return false;
    }

    /** While opening: waits for {@code ops} and nothing else. */
    void waitFor(int ops) {
        readiness.dictate(ops);
    }

    void openPlain(@Nullable ByteBuffer early) throws IOException {
        opening = null;
        readiness.dictateNothing();
        greet();
        if (early != null) {
            inbound.read(early);
        }
    }

    void openTls(TlsTransport secured) throws IOException {
        opening = null;
        readiness.dictateNothing();
        transport = secured;
        tls = secured;
        inbound.readFrom(secured);
        outbound.goOn(secured);
        Upgrade<M> upgraded = upgrade;
        if (upgraded == null) {
            greet();
        } else {
            upgrade = null;
            upgraded(upgraded, secured.engine().getSession());
        }
        if (transport.hasUnread() && mayRead()) {
            inbound.read();
        }
    }

    private void upgraded(Upgrade<M> upgraded, SSLSession session) {
        state = State.OPEN;
        if (endpoint.hasDeadlines()) {
            deadlines().opened();
        }
        upgraded.succeeded(session);
        CloseReason wanted = reason;
        if (wanted != null) {
            beginClose(wanted);
        }
    }

    /** The transport is there; a codec with a handshake of its own has that first. */
    private void greet() {
        Dialogue<M> itself = dialogue;
        if (itself == null) {
            open();
            return;
        }
        state = State.GREETING;
        itself.begin(endpoint);
        readiness.update();
    }

    /** The codec's handshake is done. */
    void greeted() {
        if (state == State.GREETING) {
            open();
        }
    }

    /** No more messages come: the peer has said goodbye, or only wanted an answer. */
    void conversationOver(String farewell) {
        CloseReason.Kind kind = state == State.GREETING ? CloseReason.Kind.LOCAL_CLOSE : CloseReason.Kind.PEER_CLOSED;
        beginClose(connection.reason(kind, farewell, null));
    }

    private void open() {
        state = State.OPEN;
        wasOpen = true;
        endpoint.owner().opened(connection);
        callbacks.opened();
        if (state == State.OPEN) {
            readiness.update();
        }
        if (endpoint.hasDeadlines()) {
            deadlines().opened();
        }
    }

    // ------------------------------------------------------------------ what the loop calls

    @Override
    public void onReady(int ops) {
        loop.outbox().enter(drain);
        try {
            if ((ops & SelectionKey.OP_WRITE) != 0) {
                onWritable();
            }
            if ((ops & SelectionKey.OP_READ) != 0) {
                onReadable();
            }
            EventLoop.forgetInterrupt();
            drain.flush();
        } catch (IOException e) {
            fail(e);
        } finally {
            loop.outbox().leave();
        }
    }

    private void onReadable() throws IOException {
        switch (state) {
            case OPEN, GREETING -> {
                if (!readiness.isPaused()) {
                    inbound.read();
                }
            }
            case OPENING, UPGRADING -> continueOpening();
            case CLOSING, LINGERING -> closing().discardInput();
            case CLOSED -> {}
        }
    }

    private void onWritable() throws IOException {
        if (opening != null) {
            continueOpening();
        } else if (state == State.LINGERING) {
            transport.flush();
            readiness.wantWrites(transport.unflushedBytes() > 0);
        } else if (state != State.CLOSED) {
            drain.onWritable();
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        loop.report(failure);
        fail(failure);
    }

    @Override
    public void onRegistered(SelectionKey fresh) {
        readiness.registered(fresh);
    }

    // ------------------------------------------------------------------ reading

    /** Whether messages may be delivered now. */
    boolean mayRead() {
        return (state == State.OPEN || state == State.GREETING) && !readiness.isPaused();
    }

    boolean isPausedBy(int why) {
        return readiness.isPausedBy(why);
    }

    /** Looks why the decoder stopped with {@code unread} bytes before it. Returns whether it may go on. */
    boolean attendTo(int unread) {
        readiness.attended();
        if (dialogue != null) {
            dialogue.attend();
        }
        if (state == State.UPGRADING && unread > 0) {
            Upgrade.refusePlaintext(connection, unread);
        }
        if (outbound.isOverHighWaterMark()) {
            drain.flush();
        }
        return mayRead();
    }

    /** Does not read until {@link #resume}. A connection that closes is read to the peer's end whatever holds others up. */
    void pause(int why) {
        if (!state.isEnding()) {
            readiness.pause(why);
        }
    }

    void resume(int why) {
        if (readiness.resume(why) && (state == State.OPEN || state == State.GREETING)) {
            if (why != Readiness.PAUSED_BY_BUDGET) {
                inbound.resumed();
            }
            loop.execute(this::readKept);
        }
    }

    private void readKept() {
        if (!mayRead()) {
            return;
        }
        loop.outbox().enter(drain);
        try {
            inbound.readKept();
            drain.flush();
        } catch (IOException e) {
            fail(e);
        } catch (Throwable failure) {
            onFailure(failure);
        } finally {
            loop.outbox().leave();
        }
    }

    /** Whether the kernel is waited for has changed. */
    void wantWrites(boolean wanted) {
        if (opening == null && readiness.wantWrites(wanted) && wanted) {
            deadlines().stalled();
        }
    }

    /** This connection holds much of what is too much for all: it is not read until that is better, or closed. */
    void pauseForBudget() {
        pause(Readiness.PAUSED_BY_BUDGET);
        deadlines().overloaded();
    }

    void frameBegun() {
        deadlines().frameBegins();
    }

    // ------------------------------------------------------------------ TLS on a live connection

    void beginUpgrade(TlsOptions options, @Nullable M goAhead, CompletableFuture<SSLSession> done) {
        if (state != State.OPEN) {
            done.completeExceptionally(
                    state == State.UPGRADING
                            ? new IllegalStateException("TLS is being started already")
                            : new ConnectionClosedException(connection.closeReason()));
            return;
        }
        Upgrade<M> begun = new Upgrade<>(connection, this, readiness, options, done);
        upgrade = begun;
        if (!begun.begin(goAhead)) {
            return;
        }
        state = State.UPGRADING;
        opening = new Opening<>(
                this,
                channel,
                loop,
                endpoint.offload(),
                ProxyProtocol.OFF,
                endpoint.engines(options, connection.remoteAddress()));
        tlsOptions = options;
        deadlines().openingBegins();
        // the decoder is still to look whether more came in clear behind the message that led to this
        loop.execute(this::continueOpening);
    }

    // ------------------------------------------------------------------ closing

    /** From now on nothing more is accepted for sending. Thread-safe. */
    void refuseSends() {
        refusesSends = true;
    }

    /** Everything queued has been handed to the kernel. */
    void drained() {
        if (state == State.CLOSING) {
            closing().drained();
        }
    }

    /** Closes in good order, for {@code why}: writes what is queued first. */
    void beginClose(CloseReason why) {
        closing().begin(why);
    }

    /** Closes at once. The listener is told later in this turn. */
    void closeNow(@Nullable CloseReason why) {
        closing().now(why);
    }

    /** The channel, the codec or the handshake failed. */
    void fail(Throwable failure) {
        closing().fail(failure);
    }

    /** Whether what still comes in is not delivered any more, but may hold the peer's farewell. */
    boolean awaitsFarewell() {
        return (state == State.CLOSING || state == State.LINGERING) && closing().awaitsFarewell();
    }

    Closing<M> closing() {
        Closing<M> made = closing;
        if (made == null) {
            made = new Closing<>(connection, this, channel, loop, endpoint, readiness);
            closing = made;
        }
        return made;
    }

    // what the end needs

    void enter(State next) {
        state = next;
    }

    void endFor(@Nullable CloseReason why) {
        reason = why;
    }

    /** TLS has failed: what is still to be said, and read, goes through {@code plain}. */
    void abandon(Transport plain) {
        opening = null;
        transport = plain;
    }

    /** The connection is closed. */
    void ended(CloseReason why) {
        Upgrade<M> cut = upgrade;
        if (cut != null) {
            cut.failed(why);
        }
    }

    void cancelDeadlines() {
        if (deadlines != null) {
            deadlines.cancel();
        }
    }

    // ------------------------------------------------------------------ for the rest of the package

    State state() {
        return state;
    }

    /** Thread-safe. */
    boolean isOpen() {
        return !refusesSends && (state == State.OPEN || state == State.UPGRADING);
    }

    /** Thread-safe. */
    boolean refusesSends() {
        return refusesSends;
    }

    /** Why the connection closes or closed, or null. Thread-safe. */
    @Nullable
    CloseReason reason() {
        return reason;
    }

    /** The TLS transport, or null on a plain connection. Thread-safe. */
    @Nullable
    TlsTransport tls() {
        return tls;
    }

    /** Shows the peer that this side is alive. */
    void beat() {
        Dialogue<M> itself = dialogue;
        if (itself != null) {
            itself.ping();
        } else if (!drain.isWaiting()) {
            // a message just sent says as much, but the next check may be an interval away: too late for the peer
            outbound.sendHeartbeat(endpoint.heartbeat());
        }
    }

    /** What the codec says itself, or null where it only codes. Thread-safe. */
    @Nullable
    Dialogue<M> dialogue() {
        return dialogue;
    }

    Outbound<M> outbound() {
        return outbound;
    }

    Inbound<M> inbound() {
        return inbound;
    }

    Callbacks<M> callbacks() {
        return callbacks;
    }

    Transport transport() {
        return transport;
    }

    @Nullable
    Opening<M> opening() {
        return opening;
    }

    /** What TLS is used with, or null if none is. */
    @Nullable
    TlsOptions tlsOptions() {
        return tlsOptions;
    }

    /** Whether the listener has been told of the connection. */
    boolean wasOpen() {
        return wasOpen;
    }

    Deadlines<M> deadlines() {
        Deadlines<M> made = deadlines;
        if (made == null) {
            made = new Deadlines<>(connection, this);
            deadlines = made;
        }
        return made;
    }
}
