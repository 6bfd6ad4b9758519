package io.github.packetboat.examples.bench;

import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.Folder;
import io.github.packetboat.mailbox.Mailbox;
import io.github.packetboat.mailbox.ReceivedMail;
import jakarta.mail.Flags;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Properties;

/**
 * Lists the mails of a folder with subject, sender, date, size and whether they were read: in bulk, as {@link Folder#messages}
 * does, and with the loop that one writes by hand over plain Angus. In turns, five rounds; prints each time and the ratio of
 * the medians. Both see the same server over TLS, on loopback: Dovecot where it is installed and we are root, otherwise
 * GreenMail in this JVM. Both log in anew each time.
 *
 * <pre>
 * java … io.github.packetboat.examples.bench.ListingBench [MAILS]
 * </pre>
 */
public final class ListingBench {
    private static final String FOLDER = "ListingBench";
    private static final int ROUNDS = 5;

    private final MailServer server;
    private final int mails;

    private ListingBench(MailServer server, int mails) {
        this.server = server;
        this.mails = mails;
    }

    /** Measures. */
    public static void main(String[] args) throws Exception {
        int mails = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        try (ListingServer server = ListingServer.start()) {
            System.out.println(server.name() + ", " + mails + " mails");
            new ListingBench(server.server(), mails).run();
        }
    }

    private void run() throws Exception {
        fill();
        byHand();
        inBulk(); // both are warm now
        double[] bulk = new double[ROUNDS];
        double[] hand = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            hand[round] = byHand();
            bulk[round] = inBulk();
            System.out.printf("round %d: in bulk %.0f ms, by hand %.0f ms%n", round + 1, bulk[round], hand[round]);
        }
        Arrays.sort(bulk);
        Arrays.sort(hand);
        System.out.printf(
                "%d envelopes: in bulk %.0f ms, by hand %.0f ms: %.1f times as fast%n",
                mails, bulk[ROUNDS / 2], hand[ROUNDS / 2], hand[ROUNDS / 2] / bulk[ROUNDS / 2]);
    }

    private void fill() throws IOException {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        Mail.builder()
                .from("me@126.com", "飞翔的代码")
                .to("alice@example.com")
                .subject("测试邮件")
                .text("你好，这是正文。")
                .build()
                .writeTo(raw);
        try (Mailbox mailbox = Mailbox.of(server)) {
            Folder folder = mailbox.folder(FOLDER);
            folder.create();
            for (int i = 0; i < mails; i++) {
                folder.append(raw.toByteArray());
            }
        }
    }

    private double inBulk() throws IOException {
        long start = System.nanoTime();
        long seen = 0;
        try (Mailbox mailbox = Mailbox.of(server)) {
            for (ReceivedMail mail :
                    (Iterable<ReceivedMail>) mailbox.folder(FOLDER).messages()::iterator) {
                boolean complete = mail.subject().equals("测试邮件")
                        && mail.from().size() == 1
                        && mail.sentAt().isPresent()
                        && mail.size() > 0
                        && !mail.isSeen();
                seen += complete ? 1 : 0;
            }
        }
        return millis(start, seen);
    }

    private double byHand() throws IOException, MessagingException {
        Properties properties = new Properties();
        properties.put("mail.imaps.ssl.trust", "*"); // not for use: it makes the plain side no slower
        Session session = Session.getInstance(properties);
        long start = System.nanoTime();
        long seen = 0;
        try (Store store = session.getStore("imaps")) {
            store.connect(server.host(), server.port(), ListingServer.USER, ListingServer.PASSWORD);
            try (jakarta.mail.Folder folder = store.getFolder(FOLDER)) {
                folder.open(jakarta.mail.Folder.READ_ONLY);
                for (Message message : folder.getMessages()) {
                    boolean complete = message.getSubject().equals("测试邮件")
                            && message.getFrom().length == 1
                            && message.getSentDate() != null
                            && message.getSize() > 0
                            && !message.isSet(Flags.Flag.SEEN);
                    seen += complete ? 1 : 0;
                }
            }
        }
        return millis(start, seen);
    }

    private double millis(long start, long seen) throws LoadFailedException {
        if (seen != mails) {
            throw new LoadFailedException("listed " + seen + " of " + mails + " mails");
        }
        return (System.nanoTime() - start) / 1e6;
    }
}
