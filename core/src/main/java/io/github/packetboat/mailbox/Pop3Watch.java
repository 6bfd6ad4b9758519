package io.github.packetboat.mailbox;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Watches a mailbox over POP3: compares its UIDLs, again and again, with those that it knows. */
final class Pop3Watch implements Watcher {
    private final MailboxSettings settings;
    private final Pop3Folder folder;
    private final MailboxListener listener;
    private volatile @Nullable Pop3Session session;
    private volatile boolean closed;
    private volatile Watermark watermark;
    private @Nullable Set<String> known;

    Pop3Watch(MailboxSettings settings, Pop3Folder folder, MailboxListener listener, Watermark from) {
        if (!Check.notNull("watermark", from).isNow() && !from.isPop3()) {
            throw new IllegalArgumentException("watermark is one of IMAP, and the mailbox POP3");
        }
        this.settings = settings;
        this.folder = folder;
        this.listener = listener;
        this.watermark = from;
    }

    @Override
    public Watermark watermark() {
        return watermark;
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
        disconnect();
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

    private void poll() {
        Pop3Session opened = Pop3Session.open(settings);
        session = opened;
        if (closed) {
            opened.close(); // while it was opened
        }
        List<String> ids = opened.ids();
        if (known == null) {
            known = new LinkedHashSet<>(watermark.isNow() ? ids : watermark.ids());
        }
        Set<String> told = known;
        Set<String> present = new HashSet<>(ids);
        List<String> removed = new ArrayList<>(told);
        removed.removeIf(present::contains);
        removed.forEach(told::remove);
        mark(told);
        removed.forEach(id -> Watch.tell(() -> listener.onRemoved(id)));
        for (int i = 0; i < ids.size(); i++) {
            if (!told.contains(ids.get(i))) {
                ReceivedMail mail = folder.mail(opened, i);
                Watch.tell(() -> listener.onNew(mail));
                told.add(ids.get(i));
                mark(told);
            }
        }
        session = null;
        opened.quit();
    }

    private void mark(Set<String> told) {
        watermark = Watermark.pop3(told);
    }
}
