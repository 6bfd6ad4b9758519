package io.github.packetboat.examples.bench;

import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.Folder;
import io.github.packetboat.mailbox.Mailbox;
import io.github.packetboat.mailbox.ReceivedMail;
import io.github.packetboat.message.TlsOptions;
import jakarta.mail.Flags;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;

/**
 * Lists the mails of a folder with subject, sender, date, size and whether they were read: in bulk, as {@link Folder#messages}
 * does, and with the loop that one writes by hand over plain Angus. In turns, three rounds; prints each time and the ratio of
 * the medians. The folder is filled first, and kept for the next run. Both see the same server over TLS, and log in anew
 * each time.
 *
 * <pre>
 * java … io.github.packetboat.examples.bench.ListingBench HOST PORT USER PASSWORD CA.pem [MAILS]
 * </pre>
 */
public final class ListingBench {
    private static final String FOLDER = "ListingBench";
    private static final int ROUNDS = 3;

    private final MailServer server;
    private final String password;
    private final Path authority;
    private final int mails;

    private ListingBench(String[] args) {
        password = args[3];
        authority = Path.of(args[4]);
        server = MailServer.imap(args[0])
                .port(Integer.parseInt(args[1]))
                .tls(MailServer.Tls.IMPLICIT)
                .tlsOptions(TlsOptions.builder().trust(authority).build())
                .credentials(Credentials.password(args[2], password))
                .build();
        mails = args.length > 5 ? Integer.parseInt(args[5]) : 10_000;
    }

    /** Measures. */
    public static void main(String[] args) throws Exception {
        if (args.length < 5) {
            throw new IllegalArgumentException("HOST PORT USER PASSWORD CA.pem [MAILS]");
        }
        new ListingBench(args).run();
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
            if (!mailbox.folders().contains(folder)) {
                folder.create();
            }
            for (long there = folder.status().messages(); there < mails; there++) {
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
            store.connect(
                    server.host(),
                    server.port(),
                    server.credentials().orElseThrow().user(),
                    password);
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
