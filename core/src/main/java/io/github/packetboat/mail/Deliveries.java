package io.github.packetboat.mail;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What a mailer does its work with. Thread-safe. */
interface Deliveries {
    /**
     * Sends {@code mail}.
     *
     * @param async whether the future's own actions may block, so that it must complete on a worker thread
     * @throws IOException if its bytes cannot be made
     */
    CompletableFuture<SendResult> send(Outgoing mail, boolean async) throws IOException;

    /** How many mails may be on their way or wait for it. */
    int maxWaiting();

    MailerStats stats();

    void close(Duration patience);
}
