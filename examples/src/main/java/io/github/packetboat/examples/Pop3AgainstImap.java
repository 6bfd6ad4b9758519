package io.github.packetboat.examples;

import io.github.packetboat.mailbox.Flag;
import io.github.packetboat.mailbox.Folder;
import io.github.packetboat.mailbox.FolderStatus;
import io.github.packetboat.mailbox.Mailbox;
import io.github.packetboat.mailbox.MailboxException;
import io.github.packetboat.mailbox.ReceivedMail;
import java.util.List;

/**
 * The difference between the two protocols for reading mail: the same mail is marked as read and moved to an archive in each,
 * and the server is asked what it knows of it. What a POP3 client does stays with the client; with IMAP, both sides agree.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="pop3-against-imap"
 * </pre>
 */
public final class Pop3AgainstImap {
    private Pop3AgainstImap() {}

    /** Compares. */
    public static void main(String[] args) throws Exception {
        try (MailAccount account = MailAccount.own(1);
                Mailbox imap = Mailbox.of(account.imap())) {
            Folder archive = imap.folder("Archive");
            archive.create();

            try (Mailbox pop3 = Mailbox.of(account.pop3())) {
                List<ReceivedMail> mails = pop3.inbox().messages().toList();
                System.out.println("   POP3   reads  " + mails.get(0).subject() + ": "
                        + mails.get(0).text().orElse("").strip());
                attempt("POP3", () -> pop3.inbox().mark(mails, Flag.SEEN));
                attempt("POP3", () -> pop3.inbox().move(mails, archive));
            }
            show(imap.inbox(), archive, false);

            List<ReceivedMail> mails = imap.inbox().messages().toList();
            System.out.println("   IMAP   reads  " + mails.get(0).subject() + ": "
                    + mails.get(0).text().orElse("").strip());
            attempt("IMAP", () -> imap.inbox().mark(mails, Flag.SEEN));
            attempt("IMAP", () -> imap.inbox().move(mails, archive));
            show(imap.inbox(), archive, true);

            try (Mailbox pop3 = Mailbox.of(account.pop3())) {
                System.out.println("   POP3   sees   " + pop3.inbox().status().messages() + " mails");
            }
        }
    }

    private static void attempt(String protocol, Runnable call) {
        try {
            call.run();
            System.out.println("   " + protocol + "   says   done");
        } catch (MailboxException e) {
            System.out.println("   " + protocol + "   says   " + Printable.line(e.getMessage()));
        }
    }

    private static void show(Folder inbox, Folder archive, boolean both) {
        System.out.println("   server says  " + count(inbox) + (both ? "; " + count(archive) : ""));
    }

    private static String count(Folder folder) {
        FolderStatus status = folder.status();
        return folder.name() + " holds " + status.messages() + ", unread " + status.unseen();
    }
}
