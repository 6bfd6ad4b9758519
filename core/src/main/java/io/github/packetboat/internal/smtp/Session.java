package io.github.packetboat.internal.smtp;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.ConnectionClosedException;
import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageListener;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a pool: opens itself, then takes one mail after the other. Loop thread only, but for {@link #start},
 * {@link #wake}, {@link #abort} and what is called by the pool's own methods.
 *
 * <pre>
 *   CONNECTING ──▶ OPENING: see {@link Greeting} ──▶ READY ⇄ one mail in its envelope or body, one more at its end
 *        │              │                              ├── idle, old, enough mails: QUITTING ──▶ CLOSED
 *        └──────────────┴──────────── failure ─────────┴────────────────────────────────────▶ CLOSED
 * </pre>
 */
final class Session implements MessageListener<Wire> {
    private static final Duration QUIT_PATIENCE = Duration.ofSeconds(5);
    private static final int HIGH_WATER_BYTES = 1 << 20;
    private static final int OPENING_PATIENCES = 4;

    private enum State {
        CONNECTING,
        OPENING,
        READY,
        QUITTING,
        CLOSED
    }

    private final SmtpPool pool;
    private final SmtpOptions options;
    private final SmtpEvents events;
    private final Executor workers;
    private final ArrayDeque<Transaction> ending = new ArrayDeque<>();
    private final Timers.Timer idle = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            if (pool.withdraw(Session.this)) {
                quit();
            }
        }
    };
    private final Timers.Timer proxyDeadline = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            fail(new SmtpException(SmtpException.Kind.TIMEOUT, "the proxy did not answer in time", null));
        }
    };
    /** For all steps together: each has its own time, but a server can ask for many. */
    private final Timers.Timer openingDeadline = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            fail(new SmtpException(
                    SmtpException.Kind.TIMEOUT,
                    server() + " took longer than " + OPENING_PATIENCES + " times the reply timeout to let us in",
                    null));
        }
    };

    private final @Nullable ProxyHandshake handshake;
    private State state = State.CONNECTING;
    private volatile @Nullable Connection<Wire> connection;
    private volatile @Nullable EventLoop loop;
    private @Nullable Dialogue dialogue;
    private Capabilities capabilities = Capabilities.NONE;
    private @Nullable Transaction current;
    private @Nullable Job preparing;
    private volatile @Nullable CompletableFuture<?> connecting;
    private volatile boolean aborted;
    private long openedNanos;
    private int mails;
    private int answered;
    private boolean resetNext;
    private boolean ready;

    Session(SmtpPool pool, SmtpOptions options, SmtpEvents events, Executor workers) {
        this.pool = pool;
        this.options = options;
        this.events = events;
        this.workers = workers;
        this.handshake = handshake(options.server());
    }

    private static @Nullable ProxyHandshake handshake(SmtpOptions.Server server) {
        Proxy proxy = server.proxy();
        return proxy == null
                ? null
                : new ProxyHandshake(
                        proxy.type() == Proxy.Type.SOCKS, server.host(), server.port(), server.proxyLogin());
    }

    // ------------------------------------------------------------------ coming to be

    /** Begins to connect. From any thread, once. */
    void start() {
        SmtpOptions.Server server = options.server();
        InetSocketAddress relay = server.proxy() == null
                ? null
                : (InetSocketAddress) server.proxy().address();
        MessageClient.Builder<Wire> client = MessageClient.builder(() -> new ReplyCodec(handshake))
                .listener(this)
                .connectTimeout(options.timeouts().connect())
                .limits(limits());
        if (server.security() == SmtpOptions.Security.IMPLICIT && relay == null) {
            client.tls(server.tls());
        }
        CompletableFuture<MessageClient<Wire>> attempt = relay == null
                ? client.connectAsync(server.host(), server.port())
                : client.tlsHost(server.host(), server.port()).connectAsync(relay.getHostString(), relay.getPort());
        connecting = attempt;
        attempt.whenComplete((connected, failure) -> {
            if (failure != null) {
                neverConnected(failure);
            }
        });
        if (aborted) {
            attempt.cancel(false);
        }
    }

    /** Whole mails are queued if they are small; the reading of replies must not wait for that of what is sent. */
    private Limits limits() {
        Duration patience = options.timeouts().reply();
        return Limits.builder()
                .handshakeTimeout(options.timeouts().connect())
                .frameTimeout(patience)
                .writeStallTimeout(patience)
                .highWaterMarkBytes(HIGH_WATER_BYTES)
                .closeFlushTimeout(Duration.ofSeconds(2))
                .build();
    }

    private void neverConnected(Throwable failure) {
        SmtpException.Kind kind = SmtpException.Kind.UNREACHABLE;
        String detail = failure.getMessage();
        if (failure instanceof ConnectionClosedException closed) {
            kind = kind(closed.reason().kind());
            detail = closed.reason().detail();
        }
        pool.ended(this, new SmtpException(kind, server() + " cannot be reached: " + detail, failure), false);
        pool.gone(this);
    }

    @Override
    public void onOpen(Connection<Wire> opened) {
        connection = opened;
        EventLoop running = Objects.requireNonNull(EventLoop.current());
        loop = running;
        openedNanos = running.nowNanos();
        dialogue = new Dialogue(
                opened,
                running,
                options.timeouts().reply(),
                transcriber(opened),
                what -> fail(new SmtpException(
                        SmtpException.Kind.TIMEOUT, server() + " did not answer to " + what + " in time", null)));
        if (aborted) {
            opened.abort();
            return;
        }
        state = State.OPENING;
        long patience = options.timeouts().reply().toNanos();
        running.timers().schedule(openingDeadline, openedNanos + OPENING_PATIENCES * patience);
        ProxyHandshake before = handshake;
        if (before == null) {
            greet();
        } else {
            running.timers().schedule(proxyDeadline, openedNanos + patience);
            workers.execute(() -> askProxy(before));
        }
    }

    /** On a worker, since the password may have to be fetched. */
    private void askProxy(ProxyHandshake before) {
        try {
            byte[] first = before.begin();
            run(() -> connection().send(new Wire.Bytes(ByteBuffer.wrap(first))));
        } catch (RuntimeException | Error e) {
            run(() -> fail(new SmtpException(SmtpException.Kind.SECRET, "no login for the proxy: " + e, e)));
        }
    }

    private void greet() {
        loop().timers().cancel(proxyDeadline);
        new Greeting(this, dialogue(), connection(), options, workers).begin();
    }

    /** The proxy has answered. */
    private void proxied(byte[] next) {
        if (next.length > 0) {
            connection().send(new Wire.Bytes(ByteBuffer.wrap(next)));
        } else if (options.server().security() == SmtpOptions.Security.IMPLICIT) {
            connection().startTls(options.server().tls()).whenComplete((tls, failure) -> {
                if (failure == null) {
                    greet();
                }
                // otherwise the connection closes, and says why
            });
        } else {
            greet();
        }
    }

    private Dialogue.@Nullable Transcriber transcriber(Connection<Wire> opened) {
        return events.wantsLines() ? (fromServer, text) -> events.line(opened.id(), fromServer, text) : null;
    }

    /** The greeting is over: mails can be sent. */
    void opened(Capabilities offered, boolean encrypted) {
        loop().timers().cancel(openingDeadline);
        capabilities = offered;
        state = State.READY;
        ready = true;
        events.opened(server(), connection().id(), encrypted, offered);
        pool.opened(this, offered);
        pull();
    }

    // ------------------------------------------------------------------ mails

    /** There may be a mail, or the end of the pool. From any thread. */
    void wake() {
        if (loop != null) {
            run(this::pull);
        }
    }

    private void pull() {
        while (state == State.READY && current == null && preparing == null && (pipelines() || ending.isEmpty())) {
            if (isWornOut()) {
                pool.withdraw(this);
                if (ending.isEmpty()) {
                    quit();
                }
                return;
            }
            loop().timers().cancel(idle);
            Job job = pool.take(this, ending.isEmpty());
            if (job == null) {
                if (ending.isEmpty()) {
                    loop().timers()
                            .schedule(
                                    idle,
                                    loop().nowNanos() + options.bounds().idle().toNanos());
                }
                return;
            }
            begin(job);
        }
    }

    private boolean pipelines() {
        return capabilities.pipelining() && options.pipelining() && !pool.isLockstep();
    }

    private boolean isWornOut() {
        return mails >= options.bounds().mails()
                || loop().nowNanos() - openedNanos > options.bounds().age().toNanos()
                || pool.isClosing() && !pool.hasWork();
    }

    private void begin(Job job) {
        if (!job.isWanted()) {
            refuse(job, new SmtpException(SmtpException.Kind.TIMEOUT, "not sent: its time had run out", null));
            return;
        }
        Parcel parcel;
        try {
            parcel = job.parcel(capabilities);
        } catch (RuntimeException | Error e) {
            refuse(job, unmakeable(e));
            return;
        }
        if (parcel != null) {
            begin(job, parcel);
            return;
        }
        preparing = job;
        try {
            workers.execute(() -> prepare(job));
        } catch (RejectedExecutionException e) {
            preparing = null;
            refuse(job, new SmtpException(SmtpException.Kind.CLOSED, "not sent: the mailer is closed", e));
        }
    }

    /** On a worker. */
    private void prepare(Job job) {
        Parcel parcel = null;
        SmtpException failure = null;
        try {
            parcel = job.prepare(capabilities);
        } catch (SmtpException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = unmakeable(e);
        }
        Parcel made = parcel;
        SmtpException why = failure;
        try {
            loop().execute(() -> prepared(job, made, why));
        } catch (RejectedExecutionException e) {
            // the loop has stopped: this session has ended, and the job with it
        }
    }

    private static SmtpException unmakeable(Throwable e) {
        return new SmtpException(SmtpException.Kind.CONTENT, "the mail could not be made: " + e, e);
    }

    private void prepared(Job job, @Nullable Parcel parcel, @Nullable SmtpException failure) {
        if (preparing != job) {
            return; // the connection ended meanwhile, and with it this attempt
        }
        preparing = null;
        if (parcel == null) {
            refuse(job, Objects.requireNonNull(failure));
        } else {
            begin(job, parcel);
        }
        pull();
    }

    private void begin(Job job, Parcel parcel) {
        SmtpException unfit = unfit(parcel);
        if (unfit != null) {
            refuse(job, unfit);
            return;
        }
        mails++;
        if (resetNext) {
            resetNext = false;
            dialogue().say("RSET", this::resetAnswered);
        }
        Transaction next = new Transaction(this, dialogue(), job, parcel, pipelines());
        current = next;
        next.begin(capabilities);
    }

    private void resetAnswered(Reply reply) {
        if (!reply.isPositive() && !isClosing(reply)) {
            fail(SmtpException.of(SmtpException.Kind.PROTOCOL, "no answer to RSET", reply));
        }
    }

    private @Nullable SmtpException unfit(Parcel parcel) {
        long limit = capabilities.maxSizeBytes();
        if (limit > 0 && parcel.body().length() > limit) {
            return new SmtpException(
                    SmtpException.Kind.TOO_LARGE,
                    "a mail of " + parcel.body().length() + " bytes exceeds SIZE=" + limit + " of " + server(),
                    null);
        }
        if (parcel.needsUtf8() && !capabilities.smtpUtf8()) {
            return new SmtpException(
                    SmtpException.Kind.UNSUPPORTED,
                    "the mail has an address or header in UTF-8, and " + server() + " does not offer SMTPUTF8",
                    null);
        }
        if (parcel.eightBit() && !capabilities.eightBitMime()) {
            return new SmtpException(
                    SmtpException.Kind.UNSUPPORTED,
                    "the mail has 8-bit text, and " + server() + " does not offer 8BITMIME",
                    null);
        }
        return null;
    }

    private void refuse(Job job, SmtpException why) {
        tell(job, Outcome.notSent(why, server()));
    }

    // ------------------------------------------------------------------ what a transaction asks and tells

    Capabilities capabilities() {
        return capabilities;
    }

    Duration endTimeout() {
        return options.timeouts().end();
    }

    String server() {
        return options.server().toString();
    }

    BodyWriter writer(Body body, BodyWriter.Result result) {
        return new BodyWriter(connection(), dialogue(), loop(), workers, body, result);
    }

    /** What the server remembers of a mail that failed must be forgotten before the next. */
    void resetNext() {
        resetNext = true;
    }

    /** The dot is out: the next mail may follow before the answer. */
    void bodyWritten(Transaction transaction) {
        ending.add(transaction);
        current = null;
        pull();
    }

    void finished(Transaction transaction, Outcome outcome) {
        answered();
        remove(transaction);
        pull(); // before whoever is told comes with the next mail, which would find no idle connection
        tell(transaction.job(), outcome);
    }

    private void answered() {
        if (answered++ == 0) {
            pool.noteAnswer();
        }
    }

    private void remove(Transaction transaction) {
        if (transaction == current) {
            current = null;
        } else {
            ending.remove(transaction);
        }
    }

    /**
     * Ends the connection with an answered mail, before {@code told} tells of that one: no other must follow on it.
     *
     * @param inBody whether a part of the mail may be queued, which must not be sent any more
     */
    void failBehind(Transaction answeredLast, SmtpException why, boolean inBody, Runnable told) {
        answered();
        remove(answeredLast);
        fail(why, inBody);
        told.run();
    }

    /** Whether the reply says that the server ends the connection, which is then done. */
    boolean isClosing(Reply reply) {
        if (reply.code() != Reply.CLOSING) {
            return false;
        }
        fail(SmtpException.of(SmtpException.Kind.UNAVAILABLE, server() + " ends the connection", reply));
        return true;
    }

    /** Whether the reply means that the server cannot pipeline, for all that it said. It is not asked to again. */
    boolean blamesPipelining(Transaction transaction, Reply reply) {
        if (!transaction.isPipelining() || !reply.isPermanent() || !Lockstep.isComplaint(reply)) {
            return false;
        }
        pool.learnLockstep();
        fail(SmtpException.of(SmtpException.Kind.LOST, server() + " cannot pipeline", reply));
        return true;
    }

    private void tell(Job job, Outcome outcome) {
        try {
            job.done(outcome);
        } catch (RuntimeException | Error e) {
            loop().report(e);
        }
    }

    // ------------------------------------------------------------------ what the connection tells

    @Override
    public void onMessage(Connection<Wire> from, Wire message) {
        if (state == State.CLOSED) {
            return;
        }
        if (message instanceof Wire.ToProxy next) {
            proxied(next.bytes());
            return;
        }
        Reply reply = (Reply) message;
        if (!dialogue().answer(reply) && !isClosing(reply)) {
            fail(SmtpException.of(SmtpException.Kind.PROTOCOL, server() + " says what nobody asked for", reply));
        }
    }

    @Override
    public void onClose(Connection<Wire> closed, CloseReason reason) {
        if (state != State.CLOSED) {
            boolean wanted = state == State.QUITTING || state == State.READY && isIdle() && isOrderly(reason);
            end(wanted ? null : failure(reason));
        }
        pool.gone(this);
    }

    private boolean isIdle() {
        return current == null && preparing == null && ending.isEmpty();
    }

    private static boolean isOrderly(CloseReason reason) {
        return reason.kind() == CloseReason.Kind.PEER_CLOSED || reason.kind() == CloseReason.Kind.LOCAL_CLOSE;
    }

    private SmtpException failure(CloseReason reason) {
        if (isFirstGroup()) {
            pool.noteDrop();
        }
        boolean unreached = handshake != null && handshake.isUnreachable();
        return new SmtpException(
                unreached ? SmtpException.Kind.UNREACHABLE : kind(reason.kind()),
                "the connection to " + server() + " broke: " + reason.detail(),
                reason.cause());
    }

    /** A server that drops whoever pipelines does so here. */
    private boolean isFirstGroup() {
        Transaction cut = current;
        return answered == 0 && cut != null && cut.isPipelining();
    }

    private static SmtpException.Kind kind(CloseReason.Kind reason) {
        return switch (reason) {
            case PROTOCOL_ERROR, TRUNCATED_FRAME, LISTENER_FAILED -> SmtpException.Kind.PROTOCOL;
            case HANDSHAKE_FAILED -> SmtpException.Kind.TLS;
            case FRAME_TIMEOUT, WRITE_TIMEOUT, IDLE_TIMEOUT, HANDSHAKE_TIMEOUT -> SmtpException.Kind.TIMEOUT;
            default -> SmtpException.Kind.LOST;
        };
    }

    // ------------------------------------------------------------------ ending

    /** Says good-bye. The answer is waited for a little, so that no reset overtakes what was said. */
    private void quit() {
        state = State.QUITTING;
        loop().timers().cancel(idle);
        pool.ended(this, null, true);
        dialogue().say("QUIT", reply -> connection().close());
        loop().timers()
                .schedule(
                        new Timers.Timer() {
                            @Override
                            protected void expired(long nowNanos) {
                                connection().abort();
                            }
                        },
                        loop().nowNanos() + QUIT_PATIENCE.toNanos());
    }

    /** Gives up the connection; what was not answered on it has failed for {@code why}. */
    void fail(SmtpException why) {
        if (state == State.CLOSED) {
            return;
        }
        Transaction cut = current;
        fail(why, cut != null && cut.state() == Transaction.State.BODY);
    }

    private void fail(SmtpException why, boolean inBody) {
        end(why);
        if (inBody || why.kind() == SmtpException.Kind.TIMEOUT) {
            connection().abort(); // an orderly end would send what is queued
        } else {
            connection().close();
        }
    }

    private void end(@Nullable SmtpException why) {
        boolean innocent = answered > 0 || isFirstGroup();
        state = State.CLOSED;
        loop().timers().cancel(idle);
        loop().timers().cancel(proxyDeadline);
        loop().timers().cancel(openingDeadline);
        dialogue().end();
        SmtpException failure =
                why != null ? why : new SmtpException(SmtpException.Kind.LOST, "the connection was closed", null);
        if (ready) {
            events.closed(server(), connection().id(), why);
        }
        List<Transaction> open = List.copyOf(ending);
        ending.clear();
        open.forEach(each -> tell(each.job(), each.broken(failure)));
        Transaction cut = current;
        current = null;
        Job unmade = preparing;
        preparing = null;
        pool.ended(this, failure, ready);
        if (cut != null) {
            Outcome outcome = cut.broken(failure);
            if (!pool.sendElsewhere(cut.job(), outcome, innocent)) {
                tell(cut.job(), outcome);
            }
        }
        if (unmade != null && !pool.sendElsewhere(unmade, Outcome.notSent(failure, server()), true)) {
            refuse(unmade, failure);
        }
    }

    /** Ends at once. From any thread. */
    void abort() {
        aborted = true;
        CompletableFuture<?> attempt = connecting;
        if (attempt != null && !attempt.cancel(false)) {
            Connection<Wire> open = connection;
            if (open != null) {
                open.abort();
            }
        }
    }

    SmtpOptions options() {
        return options;
    }

    /** Runs {@code task} on the loop, unless the session has ended. From any thread. */
    void run(Runnable task) {
        try {
            loop().execute(() -> {
                if (state != State.CLOSED) {
                    task.run();
                }
            });
        } catch (RejectedExecutionException e) {
            // the loop has stopped, so this session has ended and told the pool
        }
    }

    private Connection<Wire> connection() {
        return Objects.requireNonNull(connection);
    }

    private EventLoop loop() {
        return Objects.requireNonNull(loop);
    }

    private Dialogue dialogue() {
        return Objects.requireNonNull(dialogue);
    }
}
