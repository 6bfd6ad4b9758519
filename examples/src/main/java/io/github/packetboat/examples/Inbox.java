package io.github.packetboat.examples;

import io.github.packetboat.mailbox.Flag;
import io.github.packetboat.mailbox.Folder;
import io.github.packetboat.mailbox.Mailbox;
import io.github.packetboat.mailbox.Query;
import io.github.packetboat.mailbox.ReceivedMail;
import io.github.packetboat.mailbox.ReceivedPart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Lists the newest mails of a folder, reads those that are unread, and saves what is attached to them into a new folder.
 * Without an account in the environment it reads one of its own, see {@link MailAccount}, and marks there what it has read.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="inbox"
 * </pre>
 */
public final class Inbox {
    private static final int NEWEST = 20;
    private static final int READ = 5;

    private Inbox() {}

    /** Shows it. */
    public static void main(String[] args) throws Exception {
        try (MailAccount account = MailAccount.open(3);
                Mailbox mailbox = Mailbox.of(account.imap())) {
            Folder folder = args.length == 0 ? mailbox.inbox() : mailbox.folder(args[0]);
            System.out.println(
                    "folders: " + mailbox.folders().stream().map(Folder::name).toList());
            folder.newest(NEWEST).forEach(Inbox::list);

            List<ReceivedMail> unread =
                    folder.search(Query.not(Query.flag(Flag.SEEN))).limit(READ).toList();
            Path saved = Files.createTempDirectory("packetboat-inbox");
            for (ReceivedMail mail : unread) {
                read(mail, saved);
            }
            if (account.isOwn()) {
                folder.mark(unread, Flag.SEEN);
                System.out.println("unread left: " + folder.status().unseen());
                delete(saved);
            } else {
                System.out.println("saved in " + saved);
            }
        }
    }

    private static void list(ReceivedMail mail) {
        String from = mail.from().isEmpty() ? "nobody" : mail.from().get(0).toString();
        System.out.println((mail.isSeen() ? "      " : "new   ") + Printable.line(from + ": " + mail.subject()));
    }

    private static void read(ReceivedMail mail, Path folder) throws Exception {
        System.out.println(Printable.line(mail.subject()));
        mail.text()
                .ifPresent(text ->
                        text.lines().limit(10).forEach(line -> System.out.println("   " + Printable.line(line))));
        for (ReceivedPart attachment : mail.attachments()) {
            Path file = attachment.saveIn(folder);
            System.out.println("   saved " + attachment.fileName() + ", " + Files.size(file) + " bytes");
        }
        mail.defects().forEach(defect -> System.out.println("   note: " + defect.kind() + " " + defect.detail()));
    }

    private static void delete(Path folder) throws Exception {
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
