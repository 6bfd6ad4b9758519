package io.github.packetboat.mailbox;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The mails of a folder that a watch has told of, in the order of their sequence numbers: UIDs ascend with those. One
 * thread only.
 */
final class Ledger {
    private final List<Long> uids = new ArrayList<>();
    private final List<Set<Flag>> flags = new ArrayList<>();

    /** Adds a mail at the end. */
    void add(long uid, Set<Flag> itsFlags) {
        if (!uids.isEmpty() && uid <= uids.get(uids.size() - 1)) {
            throw new MailboxException(
                    MailboxException.Kind.PROTOCOL,
                    "UID " + uid + " comes behind UID " + uids.get(uids.size() - 1) + ": UIDs must ascend");
        }
        uids.add(uid);
        flags.add(itsFlags);
    }

    List<Long> uids() {
        return Collections.unmodifiableList(uids);
    }

    /** The UID of that sequence number (from 1), or 0 if the mail is not in here. */
    long uid(long sequence) {
        return sequence >= 1 && sequence <= uids.size() ? uids.get((int) sequence - 1) : 0;
    }

    /** Removes the mail; false if it is not in here. */
    boolean remove(long uid) {
        int index = Collections.binarySearch(uids, uid);
        if (index < 0) {
            return false;
        }
        uids.remove(index);
        flags.remove(index);
        return true;
    }

    /** Notes the flags; false if the mail is not in here or has had them. */
    boolean change(long uid, Set<Flag> newFlags) {
        int index = Collections.binarySearch(uids, uid);
        if (index < 0 || flags.get(index).equals(newFlags)) {
            return false;
        }
        flags.set(index, newFlags);
        return true;
    }
}
