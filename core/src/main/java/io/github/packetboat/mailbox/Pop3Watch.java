package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Watches a mailbox over POP3: compares its UIDLs, again and again, with those that it knows. */
final class Pop3Watch implements Watcher {
    /** How much one look takes before it is told; what is left is looked at with the next. */
    private static final int MAX_LOOK_MAILS = 500;

    private static final long MAX_LOOK_BYTES = 16L * 1024 * 1024;

    private final MailboxSettings settings;
    private final Pop3Folder folder;
    private final MailboxListener listener;
    private volatile @Nullable Pop3Session session;
    private volatile boolean closed;
    private final Watermark from;
    /** What is told and still there; by the watch's thread, and read by any. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    private volatile boolean begun; // whether known says more than from

    Pop3Watch(MailboxSettings settings, Pop3Folder folder, MailboxListener listener, Watermark from) {
        if (!Check.notNull("watermark", from).isNow() && !from.isPop3()) {
            throw new IllegalArgumentException("watermark is one of IMAP, and the mailbox POP3");
        }
        this.settings = settings;
        this.folder = folder;
        this.listener = listener;
        this.from = from;
    }

    @Override
    public Watermark watermark() {
        return begun ? Watermark.pop3(known) : from;
    }

    @Override
    public void disconnect() {
        Pop3Session closing = session;
        if (closing != null) {
            closing.close();
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void leave() {
        disconnect(); // each look has taken leave already
    }

    @Override
    public void connect() {
        poll();
    }

    @Override
    public void await(Sleeper sleeper) {
        sleeper.sleep(settings.pollInterval());
        if (!closed) {
            poll();
        }
    }

    /** What one look has found; {@code more} if it was too much for one. */
    private record Look(List<String> removed, List<ReceivedMail> arrived, boolean more) {}

    private void poll() {
        boolean more = true;
        while (more && !closed) {
            Look look = folder.store().apart(() -> closed, this::look); // over when the listener is told: it may fetch
            for (String id : look.removed()) {
                if (closed) {
                    return;
                }
                known.remove(id);
                Watch.tell(() -> listener.onRemoved(id));
            }
            for (ReceivedMail mail : look.arrived()) {
                if (closed) {
                    return;
                }
                Watch.tell(() -> listener.onNew(mail));
                known.add(mail.id());
            }
            more = look.more();
        }
    }

    private Look look() {
        Pop3Session opened = Pop3Session.open(settings);
        session = opened;
        try {
            if (closed) {
                opened.close(); // while it was opened
            }
            List<String> ids = opened.ids();
            if (!begun) {
                known.addAll(from.isNow() ? ids : from.ids());
                begun = true;
            }
            List<String> removed = new ArrayList<>(known);
            removed.removeAll(new HashSet<>(ids));
            List<ReceivedMail> arrived = new ArrayList<>();
            Set<String> fresh = new HashSet<>();
            long bytes = 0;
            for (int i = 0; i < ids.size(); i++) {
                if (!known.contains(ids.get(i)) && fresh.add(ids.get(i))) {
                    if (bytes > MAX_LOOK_BYTES || arrived.size() == MAX_LOOK_MAILS) {
                        opened.quit();
                        return new Look(removed, arrived, true);
                    }
                    byte[] header = opened.header(i);
                    bytes += header.length;
                    arrived.add(folder.mail(opened, i, header));
                }
            }
            opened.quit();
            return new Look(removed, arrived, false);
        } finally {
            opened.close();
            session = null;
        }
    }
}
