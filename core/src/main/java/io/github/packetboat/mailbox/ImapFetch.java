package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import jakarta.mail.Flags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.angus.mail.imap.protocol.BODY;
import org.eclipse.angus.mail.imap.protocol.FLAGS;
import org.eclipse.angus.mail.imap.protocol.FetchResponse;
import org.eclipse.angus.mail.imap.protocol.INTERNALDATE;
import org.eclipse.angus.mail.imap.protocol.RFC822SIZE;
import org.eclipse.angus.mail.imap.protocol.UID;
import org.jspecify.annotations.Nullable;

/**
 * What lists show of some mails: asked for at once, and read when it is wanted, or when the session is needed for something
 * else. One thread at a time, that whose turn the session is.
 */
final class ImapFetch {
    static final int WINDOW = 500;
    private static final long WINDOW_ANSWER = 64L * 1024 * 1024;
    private static final String ITEMS =
            "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM REPLY-TO"
                    + " TO CC SUBJECT MESSAGE-ID IN-REPLY-TO)])";

    private final ImapSession session;
    private final ImapSession.Fetching begun;
    private final List<ReceivedMail> mails;

    private ImapFetch(ImapSession session, ImapSession.Fetching begun, List<ReceivedMail> mails) {
        this.session = session;
        this.begun = begun;
        this.mails = mails;
    }

    /** Asks for the mails of the UIDs from index {@code from} to {@code to}. */
    static ImapFetch begin(ImapSession session, ImapFolder folder, long[] ascending, int from, int to) {
        long uidValidity = Check.notNull("selected folder", session.selected()).uidValidity();
        List<ReceivedMail> mails = new ArrayList<>(to - from);
        ImapSession.Fetching begun = session.begin(
                "list " + folder.name(), UidSet.of(ascending, from, to), ITEMS, WINDOW_ANSWER, response -> {
                    UID uid = response.getItem(UID.class);
                    BODY header = response.getItem(BODY.class);
                    if (uid != null && header != null) { // others come unasked: somebody has changed flags
                        mails.add(mail(folder, uidValidity, uid.uid, header, response));
                    }
                });
        return new ImapFetch(session, begun, mails);
    }

    /** The mails of the UIDs from index {@code from} to {@code to}, in that order; those that are gone are left out. */
    static List<ReceivedMail> mails(ImapSession session, ImapFolder folder, long[] ascending, int from, int to) {
        return begin(session, folder, ascending, from, to).mails();
    }

    /** Whether the mails can be had, if {@code current} is the session in use: another cannot give them any more. */
    boolean isOf(ImapSession current) {
        return begun.isRead() || session == current;
    }

    /** The mails in the order of their UIDs; those that are gone are left out. The list is the caller's. */
    List<ReceivedMail> mails() {
        session.finish(begun);
        mails.sort(Comparator.comparingLong(ReceivedMail::uidOrZero));
        return mails;
    }

    private static ReceivedMail mail(
            ImapFolder folder, long uidValidity, long uid, BODY header, FetchResponse response) {
        byte[] bytes = header.getByteArray() == null
                ? new byte[0]
                : header.getByteArray().getNewBytes();
        RFC822SIZE size = response.getItem(RFC822SIZE.class);
        return new ReceivedMail(
                uidValidity + "-" + uid,
                uid,
                HeaderFields.parse(bytes, 0, bytes.length, folder.fallbackCharset(), new Defects()),
                size == null ? bytes.length : size.size,
                flags(response),
                received(response),
                folder.fallbackCharset(),
                folder);
    }

    private static @Nullable Instant received(FetchResponse response) {
        INTERNALDATE date = response.getItem(INTERNALDATE.class);
        return date == null || date.getDate() == null ? null : date.getDate().toInstant();
    }

    /** The flags that came, without {@code \Recent}, which is no property of the mail. */
    static Set<Flag> flags(FetchResponse response) {
        FLAGS came = response.getItem(FLAGS.class);
        if (came == null) {
            return Set.of();
        }
        Set<Flag> flags = new HashSet<>();
        for (Flags.Flag flag : came.getSystemFlags()) {
            Flag ours = ofJakarta(flag);
            if (ours != null) {
                flags.add(ours);
            }
        }
        for (String keyword : came.getUserFlags()) {
            flags.add(Flag.ofServer(keyword));
        }
        return Set.copyOf(flags);
    }

    private static @Nullable Flag ofJakarta(Flags.Flag flag) {
        if (flag == Flags.Flag.SEEN) {
            return Flag.SEEN;
        }
        if (flag == Flags.Flag.ANSWERED) {
            return Flag.ANSWERED;
        }
        if (flag == Flags.Flag.FLAGGED) {
            return Flag.FLAGGED;
        }
        if (flag == Flags.Flag.DELETED) {
            return Flag.DELETED;
        }
        return flag == Flags.Flag.DRAFT ? Flag.DRAFT : null;
    }
}
