package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.PlainTransport;
import io.github.packetboat.internal.io.TlsTransport;
import io.github.packetboat.internal.io.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection over one channel. Its life:
 *
 * <pre>
 *              PROXY header, TLS          close(), end of stream,
 *              handshake done             protocol error, timeout        queue written, end said
 *   OPENING ──────────────────────▶ OPEN ─────────────────────────▶ CLOSING ─────────────────▶ LINGERING
 *      │                             │ ▲ startTls                      │                           │ peer's end,
 *      │ failed, too late            │ └─ UPGRADING                    │ broken, too late          │ too late
 *      └─────────────────────────────┴────────────▶ CLOSED ◀───────────┴───────────────────────────┘
 * </pre>
 *
 * State changes on the loop only, and callbacks come after it. The public methods are thread-safe.
 */
final class SocketConnection<M> implements Connection<M>, EventLoop.Ready {
    /** Reasons for not reading, which may hold together. */
    static final int PAUSED_BY_USER = 1;

    static final int PAUSED_BY_QUEUE = 2;
    static final int PAUSED_BY_EXECUTOR = 4;
    static final int PAUSED_BY_REJECTION = 8;
    static final int PAUSED_BY_BUDGET = 16;

    enum State {
        OPENING,
        OPEN,
        UPGRADING,
        CLOSING,
        LINGERING,
        CLOSED
    }

    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final SocketChannel channel;
    private final EventLoop loop;
    private final Endpoint<M> endpoint;
    private final Outbound<M> outbound;
    private final Inbound<M> inbound;
    private final @Nullable Deliveries<M> deliveries;
    private final SocketAddress localAddress;
    private volatile SocketAddress remoteAddress;
    private volatile State state = State.OPENING;
    private volatile boolean refusesSends;
    private volatile @Nullable CloseReason reason;
    private volatile @Nullable TlsTransport tls;
    private volatile @Nullable Map<Object, Object> attributes;
    private @Nullable Memberships<M> memberships;
    private @Nullable Map<Object, Consumer<CloseReason>> closeListeners;
    private @Nullable SelectionKey key;
    private @Nullable Opening<M> opening;
    private @Nullable CompletableFuture<SSLSession> upgrade;
    private @Nullable Deadlines<M> deadlines;
    private Transport transport;
    private int interest;
    private int paused;
    private @Nullable TlsOptions tlsOptions;
    private boolean wantsWrites;
    private boolean attention;
    private boolean peerEnded;
    private boolean wasOpen;
    private long lastReadNanos;

    /** To be started with {@link #start} on its loop. */
    SocketConnection(SocketChannel channel, EventLoop loop, Endpoint<M> endpoint) throws IOException {
        this.channel = channel;
        this.loop = loop;
        this.endpoint = endpoint;
        this.tlsOptions = endpoint.tls();
        this.localAddress = channel.getLocalAddress();
        this.remoteAddress = channel.getRemoteAddress();
        this.transport = new PlainTransport(channel);
        Settings<M> settings = endpoint.settings();
        Codec<M> codec = endpoint.codec().create();
        this.deliveries = settings.executor() == null
                ? null
                : new Deliveries<>(
                        this,
                        settings.listener(),
                        loop,
                        settings.executor(),
                        settings.limits().maxPendingMessages());
        this.outbound = new Outbound<>(this, loop, codec, transport, settings);
        this.inbound = new Inbound<>(this, loop, codec, transport, settings, deliveries, endpoint.budget());
    }

    // ------------------------------------------------------------------ opening, on the loop

    /** Registers the channel and begins to open. */
    void start() {
        try {
            key = loop.register(channel, 0, this);
            lastReadNanos = loop.nowNanos();
            if (endpoint.opensAtOnce()) {
                openPlain(null);
                return;
            }
            opening = new Opening<>(
                    this, channel, loop, endpoint.offload(), endpoint.proxyProtocol(), endpoint.engines(remoteAddress));
            deadlines().openingBegins();
            opening.proceed();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    void continueOpening() {
        Opening<M> running = opening;
        if (running == null || state == State.CLOSED) {
            return;
        }
        try {
            running.proceed();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    void proxied(ProxyHeader header) {
        if (header.source() != null) {
            remoteAddress = header.source();
        }
    }

    void openPlain(@Nullable ByteBuffer early) throws IOException {
        opening = null;
        open();
        if (early != null && mayRead()) {
            inbound.read(early);
        }
    }

    void openTls(TlsTransport secured) throws IOException {
        opening = null;
        transport = secured;
        tls = secured;
        inbound.readFrom(secured);
        outbound.release(secured);
        CompletableFuture<SSLSession> upgraded = upgrade;
        if (upgraded == null) {
            open();
        } else {
            upgrade = null;
            state = State.OPEN;
            updateInterest();
            upgraded.complete(secured.engine().getSession());
        }
        if (transport.hasUnread() && mayRead()) {
            inbound.read();
        }
    }

    private void open() {
        state = State.OPEN;
        wasOpen = true;
        endpoint.owner().opened(this);
        tell("onOpen", () -> endpoint.settings().listener().onOpen(this));
        updateInterest();
        if (endpoint.hasDeadlines()) {
            deadlines().opened();
        }
    }

    // ------------------------------------------------------------------ what the loop calls

    @Override
    public void onReady(int ops) {
        loop.outbox().enter(outbound);
        try {
            if ((ops & SelectionKey.OP_WRITE) != 0) {
                onWritable();
            }
            if ((ops & SelectionKey.OP_READ) != 0) {
                onReadable();
            }
            outbound.flush();
        } catch (IOException e) {
            fail(e);
        } finally {
            loop.outbox().leave();
        }
    }

    private void onReadable() throws IOException {
        switch (state) {
            case OPEN -> {
                if (paused == 0) {
                    inbound.read();
                }
            }
            case OPENING, UPGRADING -> continueOpening();
            case CLOSING, LINGERING -> discardInput();
            case CLOSED -> {}
        }
    }

    private void onWritable() throws IOException {
        if (opening != null) {
            continueOpening();
        } else if (state != State.CLOSED) {
            outbound.onWritable();
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        loop.report(failure);
        fail(failure);
    }

    @Override
    public void onRegistered(SelectionKey fresh) {
        key = fresh;
    }

    private void discardInput() throws IOException {
        ByteBuffer scratch = loop.readBuffer().clear();
        int n = transport.read(scratch);
        if (n < 0) {
            endOfStream(0);
        }
    }

    /** The peer said that it is done, with {@code unfinished} bytes of a frame left. */
    void endOfStream(int unfinished) {
        peerEnded = true;
        updateInterest();
        if (state == State.LINGERING) {
            closeNow(null);
        } else if (unfinished > 0) {
            beginClose(reason(
                    CloseReason.Kind.TRUNCATED_FRAME,
                    "the stream ended inside a frame, of which " + unfinished + " bytes had come",
                    null));
        } else {
            beginClose(reason(CloseReason.Kind.PEER_CLOSED, "the peer closed the connection", null));
        }
    }

    // ------------------------------------------------------------------ reading, on the loop

    /** Whether messages may be delivered now. */
    boolean mayRead() {
        return paused == 0 && state == State.OPEN;
    }

    boolean isAttentionWanted() {
        return attention;
    }

    /** Makes the decoder stop after the message it is at. */
    void attend() {
        attention = true;
    }

    /** Looks why the decoder stopped with {@code unread} bytes before it. Returns whether it may go on. */
    boolean attendTo(int unread) {
        attention = false;
        if (upgrade != null) {
            if (unread > 0) {
                refusePlaintext(unread);
            }
            return false;
        }
        if (outbound.loopQueuedBytes() > endpoint.settings().limits().highWaterMarkBytes()) {
            outbound.flush();
        }
        return mayRead();
    }

    void noteRead() {
        lastReadNanos = loop.nowNanos();
    }

    void noteSend() {
        if (outbound.loopQueuedBytes() > endpoint.settings().limits().highWaterMarkBytes()) {
            attention = true;
        }
    }

    void frameBegun() {
        deadlines().frameBegins();
    }

    void pause(int why) {
        paused |= why;
        attention = true;
        updateInterest();
    }

    void resume(int why) {
        if ((paused & why) == 0) {
            return;
        }
        paused &= ~why;
        if (paused == 0) {
            lastReadNanos = loop.nowNanos();
            updateInterest();
            loop.execute(this::readKept);
        }
    }

    void pauseForBudget(InboundBudget budget, int bytes) {
        pause(PAUSED_BY_BUDGET);
        budget.whenBetter(() -> onLoop(() -> resume(PAUSED_BY_BUDGET)));
    }

    private void readKept() {
        if (!mayRead()) {
            return;
        }
        loop.outbox().enter(outbound);
        try {
            inbound.readKept();
            outbound.flush();
        } catch (IOException e) {
            fail(e);
        } finally {
            loop.outbox().leave();
        }
    }

    // ------------------------------------------------------------------ interest, on the loop

    /** While opening: waits for {@code ops} and nothing else. */
    void interest(int ops) {
        SelectionKey registered = key;
        if (ops != interest && registered != null && registered.isValid()) {
            interest = ops;
            registered.interestOps(ops);
        }
    }

    void wantWrites(boolean wanted) {
        if (wanted != wantsWrites) {
            wantsWrites = wanted;
            updateInterest();
            if (wanted) {
                deadlines().stalled();
            }
        }
    }

    private void updateInterest() {
        if (opening != null || state == State.CLOSED) {
            return;
        }
        boolean reads = !peerEnded && (state != State.OPEN || paused == 0);
        interest((reads ? SelectionKey.OP_READ : 0) | (wantsWrites ? SelectionKey.OP_WRITE : 0));
    }

    // ------------------------------------------------------------------ closing, on the loop

    /** Everything queued has been handed to the kernel. */
    void drained() {
        if (state != State.CLOSING) {
            return;
        }
        try {
            transport.shutdownOutput();
        } catch (IOException e) {
            closeNow(null);
            return;
        }
        state = State.LINGERING;
        deadlines().lingers();
        wantWrites(transport.unflushedBytes() > 0);
        if (peerEnded) {
            closeNow(null);
        }
    }

    /** Closes in good order, for {@code why}. */
    void beginClose(CloseReason why) {
        if (state == State.CLOSED || state == State.LINGERING || state == State.CLOSING) {
            return;
        }
        refusesSends = true;
        attention = true;
        if (state != State.OPEN) {
            closeNow(why);
            return;
        }
        reason = why;
        state = State.CLOSING;
        outbound.closeBuffer();
        deadlines().flushes();
        updateInterest();
        outbound.flush();
    }

    /** Closes at once. The listener is told later in this turn. */
    void closeNow(@Nullable CloseReason why) {
        if (state == State.CLOSED) {
            return;
        }
        if (reason == null) {
            reason = why;
        }
        refusesSends = true;
        attention = true;
        state = State.CLOSED;
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
        CloseReason why = closeReason();
        if (lost > 0) {
            why = CloseReason.of(
                    why.kind(), why.detail() + "; " + lost + " queued bytes were not sent", why.cause(), why.peer());
            reason = why;
        }
        CloseReason last = why;
        inbound.discard();
        if (deadlines != null) {
            deadlines.cancel();
        }
        if (memberships != null) {
            memberships.leaveAll();
        }
        outbound.failWaiters(last);
        Map<Object, Consumer<CloseReason>> told = closeListeners;
        closeListeners = null;
        if (told != null) {
            told.values().forEach(each -> each.accept(last));
        }
        if (upgrade != null) {
            upgrade.completeExceptionally(new ConnectionClosedException(last));
        }
        if (wasOpen) {
            tellLast(last);
        }
        endpoint.owner().closed(this, last, wasOpen);
    }

    /** The channel or the codec failed. */
    void fail(Throwable failure) {
        if (opening != null) {
            failOpening(failure);
        } else if (failure instanceof CodecException) {
            beginClose(reason(CloseReason.Kind.PROTOCOL_ERROR, codecDetail(failure), failure));
        } else if (failure instanceof IOException io) {
            lost(io);
        } else {
            beginClose(reason(CloseReason.Kind.PROTOCOL_ERROR, "the codec threw " + failure, failure));
        }
    }

    private String codecDetail(Throwable failure) {
        String detail = String.valueOf(failure.getMessage());
        ByteBuffer first = loop.readBuffer().duplicate().flip();
        if (inbound.received() == 0 && tls == null && FirstBytes.looksLikeClientHello(first)) {
            return detail + ": the peer speaks TLS, and this connection is plain";
        }
        return detail + " (after " + inbound.received() + " messages)";
    }

    private void failOpening(Throwable failure) {
        Opening<M> failed = opening;
        TlsTransport handshake = failed == null ? null : failed.tls();
        if (handshake != null && failure instanceof SSLException && !failed.isComputing()) {
            handshake.sendAlert();
        }
        String detail = failure instanceof SSLException || handshake != null
                ? explain(failure, handshake)
                : String.valueOf(failure.getMessage());
        closeNow(reason(CloseReason.Kind.HANDSHAKE_FAILED, detail, failure));
    }

    private String explain(Throwable failure, @Nullable TlsTransport handshake) {
        TlsOptions options = tlsOptions;
        return options == null
                ? String.valueOf(failure.getMessage())
                : TlsFailure.explain(
                        failure, options, endpoint.host() != null, handshake == null ? null : handshake.firstBytes());
    }

    /** The channel broke. */
    void lost(IOException failure) {
        if (failure instanceof TlsTransport.TruncatedException) {
            closeNow(reason(CloseReason.Kind.TLS_TRUNCATED, String.valueOf(failure.getMessage()), failure));
        } else if (failure instanceof SSLException) {
            CloseReason.Kind kind =
                    inbound.received() == 0 ? CloseReason.Kind.HANDSHAKE_FAILED : CloseReason.Kind.PROTOCOL_ERROR;
            closeNow(reason(kind, explain(failure, null), failure));
        } else {
            closeNow(reason(CloseReason.Kind.CONNECTION_LOST, String.valueOf(failure.getMessage()), failure));
        }
    }

    private void refusePlaintext(int bytes) {
        closeNow(reason(
                CloseReason.Kind.PROTOCOL_ERROR,
                bytes + " bytes came in clear after the message that starts TLS: somebody may have put them there",
                null));
    }

    /** The listener threw from {@code callback}. Thread-safe. */
    void listenerFailed(String callback, Throwable failure) {
        loop.report(new IllegalStateException(
                "listener " + endpoint.settings().listener().getClass().getName() + "." + callback + " threw; closing "
                        + remoteAddress,
                failure));
        CloseReason why = reason(CloseReason.Kind.LISTENER_FAILED, callback + " threw " + failure, failure);
        onLoop(() -> beginClose(why));
    }

    /** Closes in good order, or drops what cannot be sent. Thread-safe. */
    void closeFor(CloseReason.Kind kind, String detail) {
        refusesSends = true;
        CloseReason why = reason(kind, detail, null);
        boolean hopeless = kind == CloseReason.Kind.OVERFLOW || kind == CloseReason.Kind.ABORTED;
        onLoop(() -> {
            if (hopeless) {
                closeNow(why);
            } else {
                beginClose(why);
            }
        });
    }

    CloseReason reason(CloseReason.Kind kind, String detail, @Nullable Throwable cause) {
        return CloseReason.of(kind, detail, cause, remoteAddress);
    }

    /** Why this connection closes or closed. */
    CloseReason closeReason() {
        CloseReason why = reason;
        return why != null ? why : reason(CloseReason.Kind.ABORTED, "", null);
    }

    // ------------------------------------------------------------------ callbacks

    private interface Call {
        void run() throws Exception;
    }

    private void tell(String callback, Call call) {
        Runnable told = () -> {
            try {
                call.run();
            } catch (Throwable failure) {
                listenerFailed(callback, failure);
            }
        };
        if (deliveries == null) {
            told.run();
        } else {
            deliveries.call(told);
        }
    }

    void tellWritable() {
        tell("onWritable", () -> endpoint.settings().listener().onWritable(this));
    }

    private void tellLast(CloseReason why) {
        Runnable told = () -> {
            try {
                endpoint.settings().listener().onClose(this, why);
            } catch (Throwable failure) {
                loop.report(failure);
            }
        };
        if (deliveries == null) {
            told.run();
        } else {
            deliveries.last(told);
        }
    }

    /** Runs {@code task} on the loop: at once if this is its thread. Thread-safe. */
    void onLoop(Runnable task) {
        if (loop.isCurrent()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // the loop has stopped, and with it this connection
        }
    }

    // ------------------------------------------------------------------ Connection

    @Override
    public boolean send(M message) {
        if (message == null) {
            throw new IllegalArgumentException("message is null");
        }
        if (loop.isCurrent()) {
            return !refusesSends && outbound.send(message);
        }
        return !refusesSends && outbound.sendFromOutside(message);
    }

    @Override
    public CompletableFuture<Void> flushed() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (state == State.CLOSED) {
            done.completeExceptionally(new ConnectionClosedException(closeReason()));
        } else {
            onLoop(() -> outbound.whenFlushed(done));
        }
        return done;
    }

    @Override
    public void close() {
        closeFor(CloseReason.Kind.LOCAL_CLOSE, "closed by this side");
    }

    @Override
    public void abort() {
        refusesSends = true;
        onLoop(() -> {
            if (state != State.CLOSED) {
                resetOnClose();
                closeNow(reason(CloseReason.Kind.ABORTED, "aborted by this side", null));
            }
        });
    }

    private void resetOnClose() {
        try {
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            // the peer has gone first: there is nothing left to reset
        }
    }

    @Override
    public boolean isOpen() {
        return !refusesSends && (state == State.OPEN || state == State.UPGRADING);
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
    public Map<Object, Object> attributes() {
        Map<Object, Object> map = attributes;
        if (map == null) {
            synchronized (this) {
                map = attributes;
                if (map == null) {
                    map = new ConcurrentHashMap<>(4);
                    attributes = map;
                }
            }
        }
        return map;
    }

    @Override
    public long queuedBytes() {
        return outbound.queuedBytes();
    }

    @Override
    public boolean isWritable() {
        return !outbound.isCongested()
                && outbound.queuedBytes() <= endpoint.settings().limits().highWaterMarkBytes();
    }

    @Override
    public void pauseReads() {
        onLoop(() -> pause(PAUSED_BY_USER));
    }

    @Override
    public void resumeReads() {
        onLoop(() -> resume(PAUSED_BY_USER));
    }

    @Override
    public CompletableFuture<SSLSession> startTls(TlsOptions options) {
        return upgrade(options, null);
    }

    @Override
    public CompletableFuture<SSLSession> startTls(TlsOptions options, M goAhead) {
        if (goAhead == null) {
            throw new IllegalArgumentException("goAhead is null");
        }
        return upgrade(options, goAhead);
    }

    private CompletableFuture<SSLSession> upgrade(TlsOptions options, @Nullable M goAhead) {
        Check.notNull("options", options);
        if (tls != null) {
            throw new IllegalStateException("the connection to " + remoteAddress + " uses TLS already");
        }
        CompletableFuture<SSLSession> done = new CompletableFuture<>();
        onLoop(() -> beginUpgrade(options, goAhead, done));
        return done;
    }

    private void beginUpgrade(TlsOptions options, @Nullable M goAhead, CompletableFuture<SSLSession> done) {
        if (state != State.OPEN || upgrade != null) {
            done.completeExceptionally(
                    state == State.CLOSED || state == State.CLOSING || state == State.LINGERING
                            ? new ConnectionClosedException(closeReason())
                            : new IllegalStateException("TLS is being started already"));
            return;
        }
        int early = inbound.keptBytes() + (deliveries == null ? 0 : deliveries.pending());
        if (early > 0) {
            upgrade = done;
            refusePlaintext(early);
            return;
        }
        if (goAhead != null) {
            outbound.send(goAhead);
        }
        outbound.hold();
        if (outbound.isWaiting()) {
            done.completeExceptionally(new IllegalStateException(
                    outbound.queuedBytes() + " bytes are still queued in clear: wait for flushed() before startTls"));
            closeFor(CloseReason.Kind.ABORTED, "TLS was started while bytes were queued in clear");
            return;
        }
        upgrade = done;
        tlsOptions = options;
        state = State.UPGRADING;
        attention = true;
        opening = new Opening<>(
                this, channel, loop, endpoint.offload(), ProxyProtocol.OFF, endpoint.engines(options, remoteAddress));
        deadlines().openingBegins();
        loop.execute(this::continueOpening);
    }

    @Override
    public @Nullable SSLSession tlsSession() {
        TlsTransport secured = tls;
        return secured == null ? null : secured.engine().getSession();
    }

    @Override
    public @Nullable String applicationProtocol() {
        TlsTransport secured = tls;
        String chosen = secured == null ? null : secured.engine().getApplicationProtocol();
        return chosen == null || chosen.isEmpty() ? null : chosen;
    }

    @Override
    public ConnectionStats stats() {
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
        return "Connection[" + id + ", " + state + ", " + remoteAddress + "]";
    }

    // ------------------------------------------------------------------ for the rest of the package

    EventLoop loop() {
        return loop;
    }

    Endpoint<M> endpoint() {
        return endpoint;
    }

    Outbound<M> outbound() {
        return outbound;
    }

    Inbound<M> inbound() {
        return inbound;
    }

    State state() {
        return state;
    }

    boolean refusesSends() {
        return refusesSends;
    }

    boolean keepsUnsent() {
        return endpoint.owner().keepsUnsent();
    }

    Codec<M> newCodec() {
        return endpoint.codec().create();
    }

    /** Tells {@code told} when this connection has closed, at once if it has. Loop thread only. */
    void onClosed(Object who, Consumer<CloseReason> told) {
        if (state == State.CLOSED) {
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
            if (all.isEmpty()) {
                closeListeners = null;
            }
        }
    }

    /** Sends the codec's heartbeat. */
    void sendHeartbeat() {
        M beat = endpoint.heartbeat();
        if (beat != null && !refusesSends) {
            outbound.send(beat);
        }
    }

    /** Opens only to say {@code farewell}, and closes: the server does not want this connection. On its loop. */
    void refuse(M farewell, String why) {
        try {
            key = loop.register(channel, 0, this);
            state = State.OPEN;
            outbound.send(farewell);
            beginClose(reason(CloseReason.Kind.REFUSED, why, null));
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    long lastReadNanos() {
        return lastReadNanos;
    }

    private Deadlines<M> deadlines() {
        Deadlines<M> made = deadlines;
        if (made == null) {
            made = new Deadlines<>(this, loop, endpoint.settings());
            deadlines = made;
        }
        return made;
    }

    /** The groups this connection is in. Guarded by the groups' own lock. */
    Memberships<M> memberships() {
        synchronized (this) {
            Memberships<M> made = memberships;
            if (made == null) {
                made = new Memberships<>(this);
                memberships = made;
            }
            return made;
        }
    }
}
