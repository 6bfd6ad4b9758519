package io.github.packetboat.mailbox;

import io.github.packetboat.mailbox.MailboxException.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The mailbox of one user on a POP3 server, the one session that its calls share, and what is to be deleted. Thread-safe. */
final class Pop3Store implements MailStore {
    private static final Duration STALE = Duration.ofSeconds(20);

    private final MailboxSettings settings;
    private final ReentrantLock turn = new ReentrantLock();
    private final Set<String> doomed = new HashSet<>(); // guarded by turn
    private final Watches watches = new Watches();
    private volatile boolean closed;
    private @Nullable Pop3Session session; // guarded by turn, but for close

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
        try {
            return work.apply(live(fresh));
        } catch (MailboxException e) {
            if (e.kind() == Kind.CONNECTION || e.kind() == Kind.PROTOCOL || e.kind() == Kind.TOO_LARGE) {
                drop();
            }
            throw e;
        } finally {
            turn.unlock();
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
            if (closed) { // while it was opened
                drop();
                throw new IllegalStateException("the mailbox is closed");
            }
        }
        return current;
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
                with(false, live -> {
                    live.deleteAndQuit(doomed);
                    return null;
                });
                doomed.clear();
                session = null;
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
        if (!turn.tryLock()) {
            closed = true;
            Pop3Session busy = session;
            if (busy != null) {
                busy.close(); // a call is under way: it ends here
            }
            return;
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
