package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import io.github.packetboat.mailbox.MailboxException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.angus.mail.iap.Argument;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.FLAGS;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;
import org.eclipse.angus.mail.imap.protocol.UID;
import org.jspecify.annotations.Nullable;

/**
 * Watches a folder over IMAP. What makes sure that no mail is missed or told twice: UIDs ascend, {@code told} is the last
 * one told, and whatever the server says or does not say, what comes next are the UIDs above it. What the server says by
 * itself only ends the waiting; sequence numbers are used for nothing but to know which mail has gone or changed.
 */
final class ImapWatch implements Watcher {
    private static final long FLAGS_ANSWER = 512L * 1024 * 1024;
    /** How often a look at the folder is begun anew because mails went during it. */
    private static final int MAX_LOOKS = 100;

    private final ImapFolder folder;
    private final MailboxSettings settings;
    private final MailboxListener listener;
    private final List<Runnable> untold = new ArrayList<>();
    private volatile @Nullable ImapSession session;
    private volatile boolean closed;
    private volatile Watermark watermark;
    private @Nullable Ledger ledger;
    /** Whether the ledger is what the server counts by: only then sequence numbers mean something. */
    private boolean inStep;
    /** Whether mails went while the ledger was not in step. */
    private boolean shifted;

    private long uidValidity;
    private long modSeq;
    private long told;

    ImapWatch(ImapFolder folder, MailboxListener listener, Watermark from) {
        if (Check.notNull("watermark", from).isPop3()) {
            throw new IllegalArgumentException("watermark is one of POP3, and the mailbox IMAP");
        }
        this.folder = folder;
        this.settings = folder.store().settings();
        this.listener = listener;
        this.watermark = from;
    }

    @Override
    public Watermark watermark() {
        return watermark;
    }

    @Override
    public void disconnect() {
        ImapSession closing = session;
        if (closing != null) {
            closing.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        ImapSession waiting = session;
        if (waiting != null) {
            waiting.idle().end();
        }
    }

    @Override
    public void leave() {
        ImapSession leaving = session;
        if (leaving != null) {
            leaving.logout();
        }
    }

    @Override
    public void connect() {
        ImapSession opened = ImapSession.open(settings);
        session = opened;
        if (closed) {
            opened.close(); // while it was opened
        }
        inStep = false;
        ImapSession.Selected selected = opened.select(folder.name());
        opened.onUntagged(this::onUntagged);
        if (selected.uidValidity() == 0) {
            throw new MailboxException(
                    Kind.UNSUPPORTED,
                    "watch " + folder.name() + " at " + settings.where() + ": it has no lasting UIDs");
        }
        long before = ledger == null && !watermark.isNow() ? watermark.uidValidity() : uidValidity;
        if (before != 0 && before != selected.uidValidity()) {
            ledger = null;
            untold.clear(); // of mails that had the old UIDs
            watermark = Watermark.NOW;
            Watch.tell(listener::onReset);
        }
        uidValidity = selected.uidValidity();
        if (ledger == null) {
            begin(opened, selected);
        } else {
            catchUp(opened, ledger);
        }
        modSeq = selected.modSeq(); // all changes up to there were seen just now
        inStep = true;
        tellUntold();
        tellNew(opened);
    }

    /** The first time: what is there is known, and what of it is new is said by the watermark. */
    private void begin(ImapSession live, ImapSession.Selected selected) {
        Ledger known = new Ledger();
        List<FetchResponse> all = live.selected() == null || selected.messages() == 0
                ? new ArrayList<>()
                : undisturbed(() -> fetchFlags(live, "1:*", "(UID FLAGS)"));
        long last = Math.max(0, selected.uidNext() - 1);
        if (!watermark.isNow()) {
            last = watermark.uid();
        } else {
            for (FetchResponse response : all) {
                UID uid = response.getItem(UID.class);
                last = uid == null ? last : Math.max(last, uid.uid);
            }
        }
        all.sort((left, right) -> Integer.compare(left.getNumber(), right.getNumber()));
        for (FetchResponse response : all) {
            UID uid = response.getItem(UID.class);
            boolean again = uid == null || known.uid(known.uids().size()) == uid.uid;
            if (!again && uid.uid <= last) {
                known.add(uid.uid, ImapFetch.flags(response));
            }
        }
        ledger = known;
        moveTo(last);
    }

    private List<FetchResponse> fetchFlags(ImapSession live, String set, String items) {
        return new ArrayList<>(live.fetch("look at the flags in " + folder.name(), set, items, FLAGS_ANSWER));
    }

    /** After a cut: what has gone, and what has changed. */
    private void catchUp(ImapSession live, Ledger known) {
        Argument all = new Argument();
        all.writeAtom("ALL");
        long[] left = undisturbed(() -> live.search("look what is left in " + folder.name(), all));
        Set<Long> present = new HashSet<>();
        Arrays.stream(left).forEach(present::add);
        for (Long uid : List.copyOf(known.uids())) {
            if (!present.contains(uid)) {
                removed(uid);
            }
        }
        inStep = true;
        if (!known.uids().isEmpty()) {
            String items = modSeq > 0 ? "(FLAGS) (CHANGEDSINCE " + modSeq + ")" : "(FLAGS)";
            fetchFlags(live, "1:" + told, items); // heard in onUntagged, as what comes unasked
        }
    }

    /** Looks again while mails go during it, for then nobody knows whether the answer still has them. */
    private <T> T undisturbed(Supplier<T> look) {
        for (int i = 0; i < MAX_LOOKS; i++) {
            shifted = false;
            T seen = look.get();
            if (!shifted) {
                return seen;
            }
        }
        throw new MailboxException(
                Kind.CONNECTION,
                "look at " + folder.name() + " at " + settings.where() + ": mails went during each of " + MAX_LOOKS
                        + " looks");
    }

    private void moveTo(long uid) {
        told = uid;
        watermark = Watermark.imap(uidValidity, uid);
    }

    private void onUntagged(Response response) {
        Ledger known = ledger;
        if (known == null || !inStep) {
            shifted |= response instanceof IMAPResponse imap && imap.keyEquals("EXPUNGE");
            return;
        }
        if (response instanceof FetchResponse fetch) {
            UID uid = fetch.getItem(UID.class);
            long changed = uid != null ? uid.uid : known.uid(Integer.toUnsignedLong(fetch.getNumber()));
            Set<Flag> flags = ImapFetch.flags(fetch);
            if (fetch.getItem(FLAGS.class) != null && known.change(changed, flags)) {
                String id = uidValidity + "-" + changed;
                untold.add(() -> listener.onFlagsChanged(id, flags));
            }
        } else if (response instanceof IMAPResponse imap && imap.keyEquals("EXPUNGE")) {
            removed(known.uid(Integer.toUnsignedLong(imap.getNumber())));
        }
    }

    private void removed(long uid) {
        if (uid != 0 && ledger != null && ledger.remove(uid)) {
            String id = uidValidity + "-" + uid;
            untold.add(() -> listener.onRemoved(id));
        }
    }

    private void tellUntold() {
        List<Runnable> telling = List.copyOf(untold);
        untold.clear();
        for (Runnable call : telling) {
            if (closed) {
                return;
            }
            Watch.tell(call);
        }
    }

    private void tellNew(ImapSession live) {
        Argument above = new Argument();
        above.writeAtom("UID");
        above.writeAtom((told + 1) + ":*"); // with * the last mail is in the set even if its UID is below
        long[] found = Arrays.stream(live.search("look for new mail in " + folder.name(), above))
                .filter(uid -> uid > told)
                .toArray();
        for (int from = 0; from < found.length; from += ImapFetch.WINDOW) {
            int to = Math.min(found.length, from + ImapFetch.WINDOW);
            for (ReceivedMail mail : ImapFetch.mails(live, folder, found, from, to)) {
                if (closed) {
                    return; // the watermark says which were not told
                }
                if (mail.uidOrZero() > told && mail.uidOrZero() <= found[to - 1]) {
                    Watch.tell(() -> listener.onNew(mail));
                    if (ledger != null) {
                        ledger.add(mail.uidOrZero(), mail.flags());
                    }
                    moveTo(mail.uidOrZero());
                }
            }
            moveTo(found[to - 1]); // those that were not there any more will not come again
            tellUntold();
        }
    }

    @Override
    public void await(Sleeper sleeper) {
        ImapSession live = Check.notNull("session", session);
        if (live.has("IDLE")) {
            live.idle().await(settings.idleRenewal());
        } else {
            sleeper.sleep(settings.pollInterval());
        }
        if (closed) {
            return;
        }
        // A server that has gone deaf in IDLE answers questions still: so it is asked, whether it has said something or
        // not.
        live.run("look for changes in " + folder.name(), "NOOP", null);
        tellUntold();
        tellNew(live);
    }
}
