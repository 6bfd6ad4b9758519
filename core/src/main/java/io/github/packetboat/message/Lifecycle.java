package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.TlsTransport;
import io.github.packetboat.internal.io.Transport;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
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
    private @Nullable Opening<M> opening;
    /** TLS that was started on the open connection, or null; also when it is up. */
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
        Codec<M> codec = endpoint.codec().create();
        this.outbound = new Outbound<>(connection, this, loop, codec, transport, settings);
        this.drain = outbound.drain();
        this.inbound = new Inbound<>(connection, this, readiness, loop, codec, transport, callbacks);
        this.dialogue = codec instanceof Conversation<M> conversation
                ? new Dialogue<>(connection, this, outbound, conversation)
                : null;
    }

    // ------------------------------------------------------------------ opening

    /** Registers the channel and begins to open. */
    void start() {
        attempt(() -> {
            readiness.register(loop, channel, this);
            inbound.noteRead();
            Opening.EngineSource engines = endpoint.engines(connection.remoteAddress());
            Opening<M> begun = new Opening<>(connection, this, channel, readiness, endpoint.proxyProtocol(), engines);
            opening = begun;
            if (!endpoint.opensAtOnce()) {
                deadlines().openingBegins();
            }
            begun.proceed();
        });
    }

    /** Opens only to say {@code farewell}, and closes: the server does not want this connection. */
    void refuse(M farewell, CloseReason why) {
        attempt(() -> {
            readiness.register(loop, channel, this);
            state = State.OPEN;
            outbound.send(farewell);
            beginClose(why);
        });
    }

    void continueOpening() {
        Opening<M> running = opening;
        if (running != null && state != State.CLOSED) {
            attempt(running::proceed);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Does what may fail, and then ends the connection. */
    private void attempt(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            fail(e);
        } catch (Throwable failure) {
            onFailure(failure);
        }
    }

    /** Nothing more is to come before messages may. */
    void openingOver() {
        opening = null;
        readiness.dictateNothing();
    }

    /** From now on everything goes through {@code secured}. */
    void goOnOver(TlsTransport secured) throws IOException {
        transport = secured;
        tls = secured;
        inbound.readFrom(secured);
        outbound.goOn(secured);
    }

    /** The listener may be told, and messages may come. */
    void open() {
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

    /** Starts TLS on the open connection, after {@code goAhead}. */
    void beginUpgrade(Upgrade<M> begun, @Nullable M goAhead) {
        upgrade = begun;
        Opening<M> handshake = begun.begin(goAhead, channel);
        if (handshake == null) {
            return;
        }
        state = State.UPGRADING;
        opening = handshake;
        deadlines().openingBegins();
        // the decoder is still to look whether more came in clear behind the message that led to this
        loop.execute(this::continueOpening);
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

    /** Whether messages may be delivered now. */
    boolean mayRead() {
        return (state == State.OPEN || state == State.GREETING) && !readiness.isPaused();
    }

    // ------------------------------------------------------------------ closing

    /** From now on nothing more is accepted for sending. Thread-safe. */
    void refuseSends() {
        refusesSends = true;
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

    /** What the codec says itself, or null where it only codes. Thread-safe. */
    @Nullable
    Dialogue<M> dialogue() {
        return dialogue;
    }

    Endpoint<M> endpoint() {
        return endpoint;
    }

    Readiness readiness() {
        return readiness;
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

    @Nullable
    Upgrade<M> upgrade() {
        return upgrade;
    }

    /** What TLS is used with, or null if none is. */
    @Nullable
    TlsOptions tlsOptions() {
        Upgrade<M> started = upgrade;
        return started == null ? endpoint.tls() : started.options();
    }

    /** Whether the listener has been told of the connection. */
    boolean wasOpen() {
        return wasOpen;
    }

    Deadlines<M> deadlines() {
        Deadlines<M> made = deadlines;
        if (made == null) {
            made = new Deadlines<>(connection, this, loop, endpoint);
            deadlines = made;
        }
        return made;
    }
}
