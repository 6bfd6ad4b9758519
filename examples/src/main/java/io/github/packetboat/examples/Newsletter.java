package io.github.packetboat.examples;

import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.Mailer;
import io.github.packetboat.mail.SendProgress;
import java.net.URI;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A newsletter to many, each with a mail of their own: a rate that is kept, a bar that shows how far it is, a bounce address
 * that says whose bounce it is, and unsubscribing with one click (RFC 8058). The mails are made while they are sent.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="newsletter"                # 10,000, to a sink; or: newsletter RECIPIENTS
 * </pre>
 */
public final class Newsletter {
    private static final int RECIPIENTS = 10_000;
    private static final int MAILS_PER_SECOND = 5_000;
    private static final int BAR = 40;

    private Newsletter() {}

    /** Sends it. */
    public static void main(String[] args) throws Exception {
        int recipients = args.length > 0 ? Integer.parseInt(args[0]) : RECIPIENTS;
        try (MailTarget target = MailTarget.of(new String[0], false);
                Mailer mailer = Mailer.builder(target.server())
                        .maxPerSecond(MAILS_PER_SECOND)
                        .maxMailsPerConnection(1000)
                        .build()) {
            Stream<Mail> mails = IntStream.range(0, recipients).mapToObj(Newsletter::mail);
            SendProgress end = mailer.sendAll(mails::iterator, progress -> show(progress, recipients));
            System.out.println();
            System.out.println(end.accepted() + " accepted, " + end.failed() + " failed");
        }
    }

    private static Mail mail(int number) {
        return Mail.builder()
                .from("news@example.com", "Example News")
                .envelopeFrom("bounce+{recipient}@example.com")
                .to("reader" + number + "@example.com")
                .subject("What is new")
                .text("Hello, reader " + number + ".\n")
                .listUnsubscribe(URI.create("https://example.com/unsubscribe?reader=" + number))
                .build();
    }

    private static void show(SendProgress progress, int all) {
        if (progress.done() % Math.max(1, all / BAR) == 0 || progress.done() == all) {
            int filled = Math.toIntExact(progress.done() * BAR / all);
            System.out.printf(
                    "\r   [%s%s] %d of %d", "=".repeat(filled), " ".repeat(BAR - filled), progress.done(), all);
        }
    }
}
