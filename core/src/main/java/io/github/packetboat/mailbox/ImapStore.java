package io.github.packetboat.mailbox;

import io.github.packetboat.mailbox.MailboxException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.angus.mail.iap.Argument;
import org.eclipse.angus.mail.iap.ParsingException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.ListInfo;
import org.jspecify.annotations.Nullable;

/** The mailbox of one user on an IMAP server, and the one connection that its calls share. Thread-safe. */
final class ImapStore implements MailStore {
    /** A connection that was idle for longer is tried before it is relied on. */
    private static final Duration STALE = Duration.ofSeconds(20);

    private static final long LIST_ANSWER = 32L * 1024 * 1024;

    private final MailboxSettings settings;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile @Nullable ImapSession session; // written under turn; read by close without
    private final Watches watches = new Watches();
    private volatile boolean closed;

    ImapStore(MailboxSettings settings) {
        this.settings = settings;
    }

    MailboxSettings settings() {
        return settings;
    }

    /** Runs {@code work} on a connection that works, when its turn has come. */
    <T> T with(Function<ImapSession, T> work) {
        turn.lock();
        try {
            return work.apply(live());
        } catch (MailboxException e) {
            if (e.kind() != Kind.REFUSED
                    && e.kind() != Kind.UNSUPPORTED
                    && e.kind() != Kind.GONE
                    && e.kind() != Kind.TOO_LARGE) {
                drop();
            }
            throw e;
        } finally {
            turn.unlock();
        }
    }

    /** As {@link #with}, with the folder selected; {@code fresh} makes sure that what has come is seen. */
    <T> T inFolder(String folder, boolean fresh, Function<ImapSession, T> work) {
        return with(live -> {
            ImapSession.Selected selected = live.selected();
            if (selected == null || !selected.folder().equals(folder)) {
                live.select(folder);
            } else if (fresh) {
                live.run("look for new mail", "NOOP", null);
            }
            return work.apply(live);
        });
    }

    /** As {@link #with}, and the folder is not selected meanwhile, nor afterwards. */
    <T> T unselected(String folder, Function<ImapSession, T> work) {
        return with(live -> {
            ImapSession.Selected selected = live.selected();
            if (selected != null && selected.folder().equals(folder)) {
                live.select("INBOX");
            }
            return work.apply(live);
        });
    }

    private ImapSession live() {
        if (closed) {
            throw new IllegalStateException("the mailbox is closed");
        }
        ImapSession current = session;
        if (current != null && current.idleNanos() > STALE.toNanos()) {
            try {
                current.run("see whether the connection still works", "NOOP", null);
            } catch (MailboxException e) {
                drop(); // nothing was under way: a new connection is as good
                current = null;
            }
        }
        if (current == null) {
            current = ImapSession.open(settings);
            session = current;
            if (closed) { // while it was opened
                drop();
                throw new IllegalStateException("the mailbox is closed");
            }
        }
        return current;
    }

    private void drop() {
        ImapSession dropped = session;
        session = null;
        if (dropped != null) {
            dropped.close();
        }
    }

    @Override
    public Folder folder(String name) {
        return new ImapFolder(this, name, Set.of());
    }

    @Override
    public List<Folder> folders() {
        return with(live -> {
            Argument all = new Argument();
            all.writeString("");
            all.writeString("*");
            List<Folder> found = new ArrayList<>();
            for (Response response : live.run("list the folders", "LIST", all, 64 * 1024, LIST_ANSWER)) {
                if (response instanceof IMAPResponse imap && imap.keyEquals("LIST")) {
                    found.add(folder(imap));
                }
            }
            return List.copyOf(found);
        });
    }

    private Folder folder(IMAPResponse response) {
        try {
            ListInfo info = new ListInfo(response);
            String name = info.name.equalsIgnoreCase("INBOX") ? "INBOX" : info.name;
            return new ImapFolder(
                    this,
                    name,
                    Arrays.stream(info.attrs)
                            .map(attribute -> attribute.replace("\\", "").toLowerCase(Locale.ROOT))
                            .collect(Collectors.toUnmodifiableSet()));
        } catch (ParsingException e) {
            throw new MailboxException(
                    Kind.PROTOCOL, "list the folders at " + settings.where() + ": " + e.getMessage(), e);
        }
    }

    void register(Watch watch) {
        watches.add(watch);
    }

    void unregister(Watch watch) {
        watches.remove(watch);
    }

    @Override
    public void close() {
        closed = true;
        watches.close();
        ImapSession closing = session;
        if (turn.tryLock()) {
            try {
                if (session != null) {
                    session.logout();
                }
                session = null;
            } finally {
                turn.unlock();
            }
        } else if (closing != null) {
            closing.close(); // a call is under way: it ends here
        }
    }
}
