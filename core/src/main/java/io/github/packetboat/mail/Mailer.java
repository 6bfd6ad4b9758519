package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.smtp.SmtpPool;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends mails. Thread-safe; make one and keep it, since it keeps connections.
 *
 * <pre>{@code
 * try (Mailer mailer = Mailer.of(MailServer.preset("126", "me@126.com", authorisationCode))) {
 *     SendResult result = mailer.send(mail);
 *     for (RecipientResult each : result.recipients()) {
 *         System.out.println(each);                                   // a@example.com ACCEPTED 250 2.0.0 Ok: queued
 *     }
 * }
 * }</pre>
 *
 * <p><b>What "accepted" means.</b> The server has taken the mail and answers for it from then on; that it arrives is up to the
 * servers behind it. Each recipient has a result of its own, and a bad one does not keep the mail from the others unless
 * {@link MailerBuilder#allOrNone()} asks for that. A mail is sent again by itself only where it surely was not taken.
 *
 * <p><b>Threads.</b> Connections live on event loops, none has a thread. A mail is written into bytes on the thread that
 * sends it; large attachments and suppliers of passwords are read on a few worker threads, which end when they are idle.
 */
public final class Mailer implements AutoCloseable {
    private static final int SEND_ALL_AHEAD = 1000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(30);

    private final Deliveries deliveries;

    Mailer(Deliveries deliveries) {
        this.deliveries = deliveries;
    }

    /** A mailer with the defaults of {@link MailerBuilder}. */
    public static Mailer of(MailServer server) {
        return builder(server).build();
    }

    /**
     * Options of a mailer that sends through {@code server}, and through the others, in their order, while it cannot be
     * reached.
     */
    public static MailerBuilder builder(MailServer server, MailServer... others) {
        return new MailerBuilder(server, others);
    }

    /** Options of a mailer that hands mails to something else than a server. */
    public static MailerBuilder builder(DeliveryMethod method) {
        return new MailerBuilder(Check.notNull("method", method));
    }

    /**
     * Sends {@code mail} and waits for the outcome: for its turn, then as long as {@link MailerBuilder#deadline} allows, and
     * what is on the wire then is waited for.
     *
     * @return what became of it, for at least one recipient good
     * @throws MailException if no recipient was accepted; says for each why
     * @throws InterruptedIOException if the thread is interrupted; its flag is set again, and the mail may still go
     * @throws IOException if an attachment cannot be read
     * @throws IllegalStateException on an event loop, which must not wait: use {@link #sendAsync}
     */
    public SendResult send(Mail mail) throws IOException {
        return await(deliveries.send(Outgoing.of(Check.notNull("mail", mail)), false));
    }

    /**
     * As {@link #send(Mail)}, for a message of {@code jakarta.mail}, which goes as it is but for its Bcc. Its sender is in
     * its headers, and so are its recipients. Where the server takes no 8-bit text (8BITMIME, RFC 6152), the parts that have
     * such are encoded; but not if the message is signed (multipart/signed, or a DKIM-Signature): it is rejected then.
     */
    public SendResult send(MimeMessage message) throws IOException {
        return await(deliveries.send(MimeMessages.outgoing(Check.notNull("message", message), List.of(), null), false));
    }

    /**
     * For a transport of {@code jakarta.mail}: to these recipients and no others.
     *
     * @param envelopeFrom where bounces go, or null for the message's sender
     */
    CompletableFuture<SendResult> sendTo(MimeMessage message, List<Address> recipients, @Nullable String envelopeFrom)
            throws IOException {
        return deliveries.send(MimeMessages.outgoing(message, recipients, envelopeFrom), false);
    }

    /**
     * Sends {@code mail}; small ones are written into bytes before this returns.
     *
     * @return completes as {@link #send(Mail)} returns or throws, on a worker thread, which what follows may block
     */
    public CompletableFuture<SendResult> sendAsync(Mail mail) {
        Check.notNull("mail", mail);
        try {
            return deliveries.send(Outgoing.of(mail), true);
        } catch (IOException | RuntimeException e) { // whatever the sources of its attachments throw
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Sends many mails, of which some are on their way at once, and waits for all of them. No mail keeps another from being
     * sent, whatever becomes of it. The mails are asked for as fast as they go, so they may be made on the way.
     *
     * @param progress told of every mail that is done, one call at a time, mostly on worker threads
     * @return the last report, or null if there was no mail
     * @throws InterruptedException if the thread is interrupted: what was handed over by then still goes
     */
    public @Nullable SendProgress sendAll(Iterable<Mail> mails, Consumer<SendProgress> progress)
            throws InterruptedException {
        checkMayWait();
        Bulk bulk = new Bulk(Check.notNull("progress", progress), System.nanoTime());
        int ahead = Math.min(SEND_ALL_AHEAD, deliveries.maxWaiting());
        Semaphore room = new Semaphore(ahead);
        for (Mail mail : Check.notNull("mails", mails)) {
            room.acquire();
            sendAsync(mail).whenComplete((result, failure) -> {
                try {
                    bulk.done(mail, result, failure);
                } finally {
                    room.release();
                }
            });
        }
        room.acquire(ahead);
        return bulk.last();
    }

    private static SendResult await(CompletableFuture<SendResult> result) throws IOException {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while a mail was being sent").initCause(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MailException failed) {
                throw new MailException(failed.result(), failed.getCause());
            }
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    static void checkMayWait() {
        if (SmtpPool.isOnLoop()) {
            throw new IllegalStateException("send waits, and an event loop must not: use sendAsync, or another thread");
        }
    }

    /** What was done so far, and is being done. */
    public MailerStats stats() {
        return deliveries.stats();
    }

    /**
     * Ends in good order: takes no more mails, gives those that are on their way or wait for their turn 30 s, gives up those
     * that wait to be tried again, says good-bye to the servers, and waits for all of that. Closing again does nothing.
     *
     * @throws IllegalStateException on an event loop, and in what runs when a {@link #sendAsync} is done: the mailer would
     *     wait for itself
     */
    @Override
    public void close() {
        close(CLOSE_PATIENCE);
    }

    /** As {@link #close()}, with another patience for the mails that are on their way; zero aborts them. */
    public void close(Duration patience) {
        deliveries.close(Check.notNull("patience", patience));
    }

    @Override
    public String toString() {
        return "Mailer[" + deliveries + "]";
    }
}
