package io.github.packetboat.internal.smtp;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a pool: opens itself, then takes one mail after the other. Loop thread only, but for {@link #start},
 * {@link #wake}, {@link #abort}, {@link #run} and what is called by the pool's own methods.
 *
 * <pre>
 *   CONNECTING ──▶ OPENING: see {@link Approach} ──▶ READY: mails come from its {@link Intake}; there is at most one in its
 *        │              │                              │    envelope or body, and those at their end may be several
 *        │              │                              ├── idle, old, enough mails: QUITTING ──▶ CLOSED
 *        └──────────────┴──────────── failure ─────────┴────────────────────────────────────▶ CLOSED
 * </pre>
 */
final class Session implements MessageListener<Wire> {
    private static final Duration QUIT_PATIENCE = Duration.ofSeconds(5);

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
    private final Approach approach;
    private final ArrayDeque<Transaction> ending = new ArrayDeque<>();
    private State state = State.CONNECTING;
    private volatile @Nullable Connection<Wire> connection;
    private volatile @Nullable EventLoop loop;
    private @Nullable Dialogue dialogue;
    private Capabilities capabilities = Capabilities.NONE;
    /** Null until it is ready. */
    private @Nullable Intake intake;

    private @Nullable Transaction current;
    private int answered;
    private boolean resetNext;

    Session(SmtpPool pool, SmtpOptions options, SmtpEvents events, Executor workers) {
        this.pool = pool;
        this.options = options;
        this.events = events;
        this.workers = workers;
        this.approach = new Approach(this, options, workers);
    }

    // ------------------------------------------------------------------ from any thread

    /** Begins to connect. Once. */
    void start() {
        approach.start();
    }

    /** There may be a mail, or the end of the pool. */
    void wake() {
        if (loop != null) {
            run(this::pull);
        }
    }

    /** Ends at once. */
    void abort() {
        if (!approach.abort()) {
            Connection<Wire> open = connection;
            if (open != null) {
                open.abort();
            }
        }
    }

    /** Runs {@code task} on the loop, unless the session has ended. */
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

    /** There will be no connection. */
    void neverConnected(SmtpException why) {
        pool.ended(this, why, false);
        pool.gone(this);
    }

    // ------------------------------------------------------------------ what the connection tells

    @Override
    public void onOpen(Connection<Wire> opened) {
        connection = opened;
        EventLoop running = Objects.requireNonNull(EventLoop.current());
        loop = running;
        Dialogue over = new Dialogue(
                opened,
                running,
                options.timeouts().reply(),
                events.wantsLines() ? (fromServer, text) -> events.line(opened.id(), fromServer, text) : null,
                what -> fail(new SmtpException(
                        SmtpException.Kind.TIMEOUT, server() + " did not answer to " + what + " in time", null)));
        dialogue = over;
        if (approach.isAborted()) {
            opened.abort();
            return;
        }
        state = State.OPENING;
        approach.connected(opened, running, over);
    }

    @Override
    public void onMessage(Connection<Wire> from, Wire message) {
        if (state == State.CLOSED) {
            return;
        }
        if (message instanceof Wire.ToProxy next) {
            approach.proxied(next.bytes());
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
        return current == null && ending.isEmpty() && (intake == null || intake.isEmpty());
    }

    private static boolean isOrderly(CloseReason reason) {
        return reason.kind() == CloseReason.Kind.PEER_CLOSED || reason.kind() == CloseReason.Kind.LOCAL_CLOSE;
    }

    private SmtpException failure(CloseReason reason) {
        if (isFirstGroup()) {
            pool.noteDrop();
        }
        SmtpException.Kind kind = SmtpException.Kind.of(reason.kind());
        return new SmtpException(
                approach.isUnreachable() ? SmtpException.Kind.UNREACHABLE : kind,
                "the connection to " + server() + " broke: " + reason.detail(),
                reason.cause());
    }

    /** A server that drops whoever pipelines does so here. */
    private boolean isFirstGroup() {
        Transaction cut = current;
        return answered == 0 && cut != null && cut.isPipelining();
    }

    // ------------------------------------------------------------------ mails

    /** The greeting is over: mails can be sent. */
    void opened(Capabilities offered, boolean encrypted) {
        approach.over();
        capabilities = offered;
        state = State.READY;
        intake = new Intake(this, pool, options.bounds(), workers, loop(), offered);
        events.opened(server(), connection().id(), encrypted, offered);
        pool.opened(this, offered);
        pull();
    }

    private void pull() {
        if (intake != null) {
            intake.pull();
        }
    }

    /** Whether it can take a mail now. */
    boolean hasRoom() {
        return state == State.READY && current == null && (pipelines() || isQuiet());
    }

    private boolean pipelines() {
        return capabilities.pipelining() && options.pipelining() && !pool.isLockstep();
    }

    /** Whether no mail at its end waits for its answer. */
    boolean isQuiet() {
        return ending.isEmpty();
    }

    /** Sends a mail that the server takes. */
    void send(Job job, Parcel parcel) {
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

    void tell(Job job, Outcome outcome) {
        try {
            job.done(outcome);
        } catch (RuntimeException | Error e) {
            loop().report(e);
        }
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

    // ------------------------------------------------------------------ ending

    /** Says good-bye. The answer is waited for a little, so that no reset overtakes what was said. */
    void quit() {
        state = State.QUITTING;
        Objects.requireNonNull(intake).end();
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
        boolean wasReady = intake != null;
        state = State.CLOSED;
        approach.over();
        dialogue().end();
        SmtpException failure =
                why != null ? why : new SmtpException(SmtpException.Kind.LOST, "the connection was closed", null);
        if (wasReady) {
            events.closed(server(), connection().id(), why);
        }
        List<Transaction> open = List.copyOf(ending);
        ending.clear();
        open.forEach(each -> tell(each.job(), each.broken(failure)));
        Transaction cut = current;
        current = null;
        Job unmade = intake == null ? null : intake.end();
        pool.ended(this, failure, wasReady);
        if (cut != null) {
            moveOrTell(cut.job(), cut.broken(failure), innocent);
        }
        if (unmade != null) {
            moveOrTell(unmade, Outcome.notSent(failure, server()), true);
        }
    }

    private void moveOrTell(Job job, Outcome outcome, boolean innocent) {
        if (!pool.sendElsewhere(job, outcome, innocent)) {
            tell(job, outcome);
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
