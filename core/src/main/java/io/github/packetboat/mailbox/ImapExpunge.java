package io.github.packetboat.mailbox;

import java.util.Arrays;
import org.eclipse.angus.mail.iap.Argument;

/** Deletes some mails, and never others that somebody else has marked as deleted. Stateless, thread-safe. */
final class ImapExpunge {
    private static final int CHUNK = 1000;

    private ImapExpunge() {}

    /**
     * Makes sure, before anything is changed, that {@link #run} can do what it should.
     *
     * @throws MailboxException UNSUPPORTED if the server only knows EXPUNGE and that would take others too
     */
    static void check(ImapSession session, String folder, long[] uids) {
        if (session.has("UIDPLUS")) {
            return;
        }
        Argument deleted = new Argument();
        deleted.writeAtom("DELETED");
        for (long uid : session.search("look for deleted mails in " + folder, deleted)) {
            if (Arrays.binarySearch(uids, uid) < 0) {
                throw new MailboxException(
                        MailboxException.Kind.UNSUPPORTED,
                        "delete mails of " + folder
                                + ": the server has no UIDPLUS, and others marked as deleted would go"
                                + " with them; unmark those, or mark these as deleted and call expunge()");
            }
        }
    }

    static void run(ImapSession session, String folder, long[] uids) {
        if (!session.has("UIDPLUS")) {
            session.run("expunge " + folder, "EXPUNGE", null);
            return;
        }
        for (String set : UidSet.chunks(uids, CHUNK)) {
            Argument argument = new Argument();
            argument.writeAtom(set);
            session.run("expunge mails of " + folder, "UID EXPUNGE", argument);
        }
    }
}
