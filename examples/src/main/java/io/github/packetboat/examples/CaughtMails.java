package io.github.packetboat.examples;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** The mails that a sink took last. So many and so many bytes are kept; then the oldest go, but never the last. Thread-safe. */
final class CaughtMails {
    /** A mail, with a number that no other one has had. */
    record Caught(long number, Instant at, MailSink.Taken mail) {}

    private final int maxMails;
    private final long maxBytes;
    private final ArrayDeque<Caught> kept = new ArrayDeque<>();
    private long bytes;
    private long last;

    CaughtMails(int maxMails, long maxBytes) {
        this.maxMails = maxMails;
        this.maxBytes = maxBytes;
    }

    synchronized Caught add(MailSink.Taken mail) {
        Caught caught = new Caught(++last, Instant.now(), mail);
        kept.add(caught);
        bytes += size(mail);
        while (kept.size() > maxMails || bytes > maxBytes && kept.size() > 1) {
            bytes -= size(kept.remove().mail);
        }
        return caught;
    }

    private static long size(MailSink.Taken mail) {
        return mail.bytes().length
                + 2L * mail.sender().length()
                + mail.recipients().stream()
                        .mapToLong(each -> 2L * each.length())
                        .sum();
    }

    /** The oldest first. */
    synchronized List<Caught> all() {
        return List.copyOf(kept);
    }

    /** The number of the oldest that is kept; the next number if none is. */
    synchronized long oldest() {
        return last + 1 - kept.size();
    }

    synchronized Optional<Caught> find(long number) {
        return kept.stream().filter(caught -> caught.number == number).findFirst();
    }
}
