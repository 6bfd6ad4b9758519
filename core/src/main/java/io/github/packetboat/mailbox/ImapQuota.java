package io.github.packetboat.mailbox;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.IMAPResponse;

/** Quotas (RFC 9208 §4.1): asks for and reads them. Stateless, thread-safe. */
final class ImapQuota {
    private static final int MAX = 100;

    private ImapQuota() {}

    static List<Quota> ask(ImapSession session, String folder) {
        if (!session.has("QUOTA")) {
            return List.of();
        }
        List<Quota> quotas = new ArrayList<>();
        for (Response response :
                session.run("ask for the quota of " + folder, "GETQUOTAROOT", ImapSession.folderArgument(folder))) {
            if (response instanceof IMAPResponse imap && imap.keyEquals("QUOTA")) {
                read(imap, quotas);
            }
        }
        return List.copyOf(quotas);
    }

    /** {@code "root" (STORAGE 10 512 MESSAGE 3 1000)}. */
    private static void read(IMAPResponse response, List<Quota> quotas) {
        String root = response.readAtomString();
        response.skipSpaces();
        if (response.readByte() != '(') {
            return;
        }
        while (quotas.size() < MAX && response.peekByte() != ')') {
            String resource = response.readAtom();
            if (resource == null || resource.isEmpty()) {
                return;
            }
            response.skipSpaces();
            long used = response.readLong();
            response.skipSpaces();
            long limit = response.readLong();
            if (used < 0 || limit < 0) {
                return; // no numbers
            }
            quotas.add(new Quota(root == null ? "" : root, resource, used, limit));
            response.skipSpaces();
        }
    }
}
