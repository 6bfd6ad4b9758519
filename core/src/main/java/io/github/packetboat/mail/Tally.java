package io.github.packetboat.mail;

import java.util.concurrent.atomic.LongAdder;

/** The sums behind {@link MailerStats}. Thread-safe. */
final class Tally {
    private final LongAdder mails = new LongAdder();
    private final LongAdder attempts = new LongAdder();
    private final LongAdder[] recipients = new LongAdder[RecipientResult.Status.values().length];

    Tally() {
        for (int i = 0; i < recipients.length; i++) {
            recipients[i] = new LongAdder();
        }
    }

    void count(SendResult result) {
        mails.increment();
        attempts.add(result.attempts());
        result.recipients().forEach(each -> recipients[each.status().ordinal()].increment());
    }

    private long sum(RecipientResult.Status status) {
        return recipients[status.ordinal()].sum();
    }

    MailerStats stats(long waiting, int connections) {
        return new MailerStats(
                mails.sum(),
                sum(RecipientResult.Status.ACCEPTED),
                sum(RecipientResult.Status.REJECTED),
                sum(RecipientResult.Status.DEFERRED),
                sum(RecipientResult.Status.UNKNOWN),
                attempts.sum(),
                waiting,
                connections);
    }
}
