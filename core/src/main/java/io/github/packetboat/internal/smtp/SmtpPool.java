package io.github.packetboat.internal.smtp;

import io.github.packetboat.internal.io.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one server, and the mails that wait for one. Connections are made when mails wait, up to a maximum, and
 * fetch their mails themselves. Thread-safe; its lock is held for moments only, never while something is sent or called.
 */
public final class SmtpPool {
    /** How often a mail may meet a connection that was already dead before it is told. */
    private static final int MAX_MOVES = 3;

    private final SmtpOptions options;
    private final Executor workers;
    private final SmtpEvents events;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    // all below guarded by this
    private final ArrayDeque<Job> waiting = new ArrayDeque<>();
    private final Set<Session> sessions = new HashSet<>();
    private final Set<Session> lingering = new HashSet<>();
    private final ArrayDeque<Session> idle = new ArrayDeque<>();
    /** Those that can take a mail, though the one before is not answered yet. */
    private final ArrayDeque<Session> willing = new ArrayDeque<>();

    private int opening;
    private int drops;
    private boolean aborted;
    private volatile boolean closing;
    private volatile boolean lockstep;
    private volatile @Nullable Capabilities capabilities;

    /**
     * @param workers run what may block: suppliers of secrets, and reading mails
     * @param events told of what happens
     */
    public SmtpPool(SmtpOptions options, Executor workers, SmtpEvents events) {
        this.options = options;
        this.workers = workers;
        this.events = events;
    }

    /** What the server could do when it was last talked to, or null if that was never. */
    public @Nullable Capabilities capabilities() {
        return capabilities;
    }

    /** How many connections there are, those that are being made included. */
    public synchronized int connections() {
        return sessions.size();
    }

    /** How many mails wait for a connection. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** Whether the caller is an event loop, which must not wait for a mail. */
    public static boolean isOnLoop() {
        return EventLoop.current() != null;
    }

    /** Hands over {@code job}, whose {@code done} is called once. */
    public void submit(Job job) {
        if (!add(job, false)) {
            refuse(job);
        }
    }

    private void refuse(Job job) {
        job.done(Outcome.notSent(
                new SmtpException(SmtpException.Kind.CLOSED, "not sent: the mailer is closed", null), server()));
    }

    private boolean add(Job job, boolean first) {
        Session woken;
        Session fresh;
        synchronized (this) {
            if (aborted || closing && !first) {
                return false;
            }
            if (first) {
                waiting.addFirst(job);
            } else {
                job.moves = 0;
                waiting.addLast(job);
            }
            woken = idle.pollLast();
            fresh = woken == null ? openOneMore() : null;
            if (woken == null && fresh == null) {
                woken = willing.pollFirst();
            }
        }
        if (woken != null) {
            woken.wake();
        }
        if (fresh != null) {
            fresh.start();
        }
        return true;
    }

    private @Nullable Session openOneMore() {
        if (aborted
                || waiting.size() <= opening
                || sessions.size() >= options.bounds().connections()) {
            return null;
        }
        Session fresh = new Session(this, options, events, workers);
        sessions.add(fresh);
        lingering.add(fresh);
        opening++;
        return fresh;
    }

    private String server() {
        return options.server().toString();
    }

    // ------------------------------------------------------------------ for sessions

    /** The next mail; or null, and {@code session} is woken when there is one. */
    synchronized @Nullable Job take(Session session, boolean quiet) {
        willing.remove(session);
        idle.remove(session);
        Job job = waiting.pollFirst();
        if (job == null) {
            (quiet ? idle : willing).addLast(session);
        }
        return job;
    }

    /** {@code session} is not to be woken any more. False if it did not wait for a mail, or was woken for one just now. */
    synchronized boolean withdraw(Session session) {
        willing.remove(session);
        return idle.remove(session);
    }

    synchronized boolean hasWork() {
        return !waiting.isEmpty();
    }

    boolean isClosing() {
        return closing;
    }

    boolean isLockstep() {
        return lockstep;
    }

    void learnLockstep() {
        lockstep = true;
    }

    /** The first group of commands of a connection got no answer but the connection's end. */
    synchronized void noteDrop() {
        if (++drops >= Lockstep.DROPS) {
            lockstep = true;
        }
    }

    /** A connection got answers: those before it that were dropped had other reasons. */
    synchronized void noteAnswer() {
        drops = 0;
    }

    synchronized void opened(Session session, Capabilities offered) {
        opening--;
        capabilities = offered;
    }

    /** {@code session} can do nothing more. If it never could, and nobody else is there, the mails that wait fail with it. */
    void ended(Session session, @Nullable SmtpException failure, boolean wasReady) {
        List<Job> hopeless = new ArrayList<>();
        Session fresh = null;
        synchronized (this) {
            sessions.remove(session);
            idle.remove(session);
            willing.remove(session);
            if (!wasReady) {
                opening--;
            }
            if (!wasReady && sessions.isEmpty()) {
                hopeless.addAll(waiting);
                waiting.clear();
            } else if (wasReady) {
                fresh = openOneMore();
            }
        }
        for (Job job : hopeless) {
            job.done(Outcome.notSent(Objects.requireNonNull(failure), server()));
        }
        if (fresh != null) {
            fresh.start();
        }
    }

    /** The connection of {@code session} has ended. */
    void gone(Session session) {
        boolean last;
        synchronized (this) {
            lingering.remove(session);
            last = closing && lingering.isEmpty();
        }
        if (last) {
            closed.complete(null);
        }
    }

    /**
     * Gives a mail, of which surely nothing was delivered, to another connection.
     *
     * @param innocent whether it was not the mail's fault: the connection had been used before and was dead already, or the
     *     server cannot pipeline
     * @return false if it has been tried enough, or the failure is no such
     */
    boolean sendElsewhere(Job job, Outcome outcome, boolean innocent) {
        SmtpException failure = outcome.failure();
        boolean stale = failure != null
                && (failure.kind() == SmtpException.Kind.LOST || failure.kind() == SmtpException.Kind.UNAVAILABLE);
        if (outcome.kind() != Outcome.Kind.NOT_SENT || !stale || !innocent) {
            return false;
        }
        synchronized (this) {
            if (++job.moves > MAX_MOVES) {
                return false;
            }
        }
        return add(job, true);
    }

    // ------------------------------------------------------------------ closing

    /** Takes no more mails, sends those that wait, and says good-bye. Completes when no connection is left. */
    public CompletableFuture<Void> close() {
        List<Session> all;
        boolean none;
        synchronized (this) {
            closing = true;
            all = List.copyOf(sessions);
            none = lingering.isEmpty();
        }
        if (none) {
            closed.complete(null);
        }
        all.forEach(Session::wake);
        return closed;
    }

    /** Ends every connection at once; what was not answered fails. After {@link #close}. */
    public void abort() {
        List<Session> all;
        List<Job> unsent;
        synchronized (this) {
            aborted = true;
            all = List.copyOf(lingering);
            unsent = List.copyOf(waiting);
            waiting.clear();
        }
        all.forEach(Session::abort);
        unsent.forEach(this::refuse);
    }

    @Override
    public String toString() {
        return server();
    }
}
