package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import jakarta.mail.Flags;
import java.time.Instant;
import java.util.ArrayList;
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

/** What lists show of mails, fetched many at a time. Stateless, thread-safe. */
final class ImapFetch {
    static final int WINDOW = 500;
    private static final long WINDOW_ANSWER = 64L * 1024 * 1024;
    private static final String ITEMS =
            "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM REPLY-TO"
                    + " TO CC SUBJECT MESSAGE-ID IN-REPLY-TO)])";

    private ImapFetch() {}

    /** The mails of the UIDs from index {@code from} to {@code to}, in that order; those that are gone are left out. */
    static List<ReceivedMail> mails(ImapSession session, ImapFolder folder, long[] ascending, int from, int to) {
        ImapSession.Selected selected = Check.notNull("selected folder", session.selected());
        List<FetchResponse> responses =
                session.fetch("list " + folder.name(), UidSet.of(ascending, from, to), ITEMS, WINDOW_ANSWER);
        List<ReceivedMail> mails = new ArrayList<>(responses.size());
        for (FetchResponse response : responses) {
            UID uid = response.getItem(UID.class);
            BODY header = response.getItem(BODY.class);
            if (uid != null && header != null) { // others come unasked: somebody has changed flags
                mails.add(mail(folder, selected.uidValidity(), uid.uid, header, response));
            }
        }
        mails.sort((left, right) -> Long.compare(left.uidOrZero(), right.uidOrZero()));
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
        Set<Flag> flags = new HashSet<>();
        FLAGS came = response.getItem(FLAGS.class);
        if (came != null) {
            for (Flags.Flag flag : came.getSystemFlags()) {
                Flag ours = ofJakarta(flag);
                if (ours != null) {
                    flags.add(ours);
                }
            }
            for (String keyword : came.getUserFlags()) {
                flags.add(Flag.ofServer(keyword));
            }
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
