package io.github.packetboat.mailbox;

import io.github.packetboat.mailbox.MailboxException.Kind;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Mails of a folder that a search has found, to be listed window by window. Immutable. */
final class ImapListing {
    private final ImapFolder folder;
    private final long uidValidity;
    private final long[] uids;

    private ImapListing(ImapFolder folder, long uidValidity, long[] uids) {
        this.folder = folder;
        this.uidValidity = uidValidity;
        this.uids = uids;
    }

    /** Searches the folder, which is selected. */
    static ImapListing found(ImapFolder folder, ImapSession session, Query query) {
        long uidValidity = Objects.requireNonNull(session.selected()).uidValidity();
        return new ImapListing(folder, uidValidity, session.search("search " + folder.name(), query.toImap()));
    }

    Stream<ReceivedMail> oldestFirst() {
        return new Cursor(0, false).stream();
    }

    Stream<ReceivedMail> newestFirst(int count) {
        return new Cursor(Math.max(0, uids.length - count), true).stream();
    }

    /**
     * Fetches one window after the other. Who wants a second will want the others too: from then on, the next is asked for
     * before the present one is looked at, so that the server works on it meanwhile. One thread at a time.
     */
    private final class Cursor implements IntFunction<List<ReceivedMail>> {
        private final int first;
        private final boolean newestFirst;
        private final int windows;
        private @Nullable ImapFetch ahead;

        Cursor(int first, boolean newestFirst) {
            this.first = first;
            this.newestFirst = newestFirst;
            this.windows = (uids.length - first + ImapFetch.WINDOW - 1) / ImapFetch.WINDOW;
        }

        Stream<ReceivedMail> stream() {
            return Windows.stream(windows, this);
        }

        @Override
        public List<ReceivedMail> apply(int window) {
            return folder.store().inFolder(folder.name(), false, session -> fetch(session, window));
        }

        private List<ReceivedMail> fetch(ImapSession session, int window) {
            ImapFetch begun = ahead;
            ahead = null;
            checkUids(session);
            List<ReceivedMail> mails = (begun != null && begun.isOf(session) ? begun : begin(session, window)).mails();
            if (window > 0 && window + 1 < windows) {
                ahead = begin(session, window + 1);
            }
            if (newestFirst) {
                Collections.reverse(mails);
            }
            return mails;
        }

        private void checkUids(ImapSession session) {
            long now = Objects.requireNonNull(session.selected()).uidValidity();
            if (now != uidValidity) {
                throw new MailboxException(
                        Kind.GONE,
                        "list " + folder.name() + ": the server has given new UIDs meanwhile (UIDVALIDITY " + now
                                + " instead of " + uidValidity + "); list the folder again");
            }
        }

        private ImapFetch begin(ImapSession session, int window) {
            int from = newestFirst
                    ? Math.max(first, uids.length - (window + 1) * ImapFetch.WINDOW)
                    : window * ImapFetch.WINDOW;
            int to = newestFirst
                    ? uids.length - window * ImapFetch.WINDOW
                    : Math.min(uids.length, from + ImapFetch.WINDOW);
            return ImapFetch.begin(session, folder, uids, from, to);
        }
    }
}
