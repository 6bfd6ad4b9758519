package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import io.github.packetboat.mailbox.MailboxException.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The mailbox of one user on a POP3 server, the one session that its calls share, and what is to be deleted. Thread-safe. */
final class Pop3Store implements MailStore {
    private static final Duration STALE = Duration.ofSeconds(20);

    /** How long one waits for a turn before it asks whether it still should. */
    private static final long TURN_MILLIS = 100;

    private final MailboxSettings settings;
    private final ReentrantLock turn = new ReentrantLock();
    private final Set<String> doomed = new HashSet<>(); // guarded by turn
    private final Watches watches = new Watches();
    private volatile boolean closed;
    private volatile boolean working; // whether who has the turn does what was asked for; written under turn
    private volatile @Nullable Pop3Session session; // written under turn; read by close without

    Pop3Store(MailboxSettings settings) {
        this.settings = settings;
    }

    MailboxSettings settings() {
        return settings;
    }

    /**
     * Runs {@code work} on a session that works, when its turn has come.
     *
     * @param fresh whether it must know what has come lately
     */
    <T> T with(boolean fresh, Function<Pop3Session, T> work) {
        turn.lock();
        boolean nested = working;
        working = true;
        try {
            return work.apply(live(fresh));
        } catch (MailboxException e) {
            if (e.kind() == Kind.CONNECTION || e.kind() == Kind.PROTOCOL || e.kind() == Kind.TOO_LARGE) {
                drop();
            }
            throw e;
        } finally {
            working = nested;
            turn.unlock();
        }
    }

    /**
     * Runs {@code work}, which has a session of its own, between the calls: a server lets nobody in while there is another
     * session (RFC 1939 §4), so ours is ended before.
     *
     * @param cancelled asked while the turn has not come
     */
    <T> T apart(BooleanSupplier cancelled, Supplier<T> work) {
        while (!takesTurn()) {
            if (cancelled.getAsBoolean()) {
                throw new MailboxException(
                        Kind.CONNECTION, "look for mail at " + settings.where() + ": closed meanwhile");
            }
        }
        working = true;
        try {
            Pop3Session resting = session;
            session = null;
            if (resting != null) {
                resting.quit();
            }
            return work.get();
        } finally {
            working = false;
            turn.unlock();
        }
    }

    private boolean takesTurn() {
        try {
            return turn.tryLock(TURN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MailboxException(Kind.CONNECTION, "look for mail at " + settings.where() + ": interrupted", e);
        }
    }

    private Pop3Session live(boolean fresh) {
        if (closed) {
            throw new IllegalStateException("the mailbox is closed");
        }
        Pop3Session current = session;
        if (current != null && fresh) {
            current.quit(); // a session sees what was there when it began
            current = null;
        } else if (current != null && current.idleNanos() > STALE.toNanos() && !current.isAlive()) {
            current.close();
            current = null;
        }
        if (current == null) {
            session = null;
            current = Pop3Session.open(settings);
            session = current;
            endWhenIdle(current);
            if (closed) { // while it was opened
                drop();
                throw new IllegalStateException("the mailbox is closed");
            }
        }
        return current;
    }

    /** Who has asked for nothing lately must not keep others out. */
    private void endWhenIdle(Pop3Session opened) {
        Thread waiting = new Thread(
                () -> {
                    try {
                        awaitIdle(opened);
                    } catch (InterruptedException e) {
                        // of nobody who knows what it does; the session is kept
                    }
                },
                "packetboat-mailbox-linger");
        waiting.setDaemon(true);
        waiting.start();
    }

    private void awaitIdle(Pop3Session opened) throws InterruptedException {
        long left = settings.pop3Linger().toNanos();
        while (!opened.awaitEnd(left)) {
            turn.lock();
            try {
                left = settings.pop3Linger().toNanos() - opened.idleNanos();
                if (left <= 0 && session == opened) {
                    session = null;
                    opened.quit();
                }
            } finally {
                turn.unlock();
            }
        }
    }

    private void drop() {
        Pop3Session dropped = session;
        session = null;
        if (dropped != null) {
            dropped.close();
        }
    }

    void delete(Collection<String> ids) {
        turn.lock();
        try {
            doomed.addAll(ids);
        } finally {
            turn.unlock();
        }
    }

    boolean isDeleted(String id) {
        turn.lock();
        try {
            return doomed.contains(id);
        } finally {
            turn.unlock();
        }
    }

    void expunge() {
        turn.lock();
        try {
            if (!doomed.isEmpty()) {
                try {
                    with(false, live -> {
                        live.deleteAndQuit(doomed);
                        return null;
                    });
                } finally {
                    session = null; // it is over, whether the server has deleted or not
                }
                doomed.clear();
            }
        } finally {
            turn.unlock();
        }
    }

    @Override
    public List<Folder> folders() {
        return List.of(new Pop3Folder(this));
    }

    @Override
    public Folder folder(String name) {
        if (!Check.text("folder name", name).equalsIgnoreCase("INBOX")) {
            throw new MailboxException(Kind.UNSUPPORTED, "folder " + Texts.clean(name, 100) + ": POP3 has only INBOX");
        }
        return new Pop3Folder(this);
    }

    void register(Watch watch) {
        watches.add(watch);
    }

    void unregister(Watch watch) {
        watches.remove(watch);
    }

    @Override
    public void close() {
        watches.close();
        while (!turn.tryLock()) {
            if (working) {
                closed = true;
                Pop3Session busy = session;
                if (busy != null) {
                    busy.close(); // a call is under way: it ends here
                }
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1)); // a session is being ended
        }
        try {
            if (!closed) {
                expunge();
            }
        } finally {
            closed = true;
            if (session != null) {
                session.quit();
            }
            session = null;
            turn.unlock();
        }
    }
}
