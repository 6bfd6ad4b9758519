package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Rendering;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Hands mails to something else than a server. Thread-safe. */
final class OtherDelivery implements Deliveries {
    private final DeliveryMethod method;
    private final List<Dkim> dkim;
    private final MailerListener listener;
    private final int maxWaiting;
    private final ThreadPoolExecutor workers = Workers.pool();
    private final Tally tally = new Tally();
    private final AtomicLong waiting = new AtomicLong();
    private volatile boolean closed;

    OtherDelivery(DeliveryMethod method, MailerBuilder from) {
        this.method = method;
        this.dkim = from.dkim;
        this.listener = new Guarded(from.listener);
        this.maxWaiting = from.maxWaiting;
    }

    @Override
    public CompletableFuture<SendResult> send(Outgoing mail, boolean async) throws IOException {
        if (closed || waiting.get() >= maxWaiting) {
            String why = closed ? "the mailer is closed" : "maxWaiting=" + maxWaiting + " mails wait already";
            return done(method.result(mail, RecipientResult.Status.DEFERRED, "not sent: " + why, Duration.ZERO), null);
        }
        Rendering rendering = mail.render(mail.formForUnknown(dkim), dkim);
        waiting.incrementAndGet();
        if (!async) {
            return deliver(mail, rendering);
        }
        return CompletableFuture.supplyAsync(() -> deliver(mail, rendering), workers)
                .thenCompose(each -> each);
    }

    private CompletableFuture<SendResult> deliver(Outgoing mail, Rendering rendering) {
        long start = System.nanoTime();
        try {
            return done(method.deliver(mail, rendering, start), null);
        } catch (IOException | RuntimeException e) {
            return done(
                    method.result(
                            mail,
                            RecipientResult.Status.DEFERRED,
                            String.valueOf(e.getMessage()),
                            Duration.ofNanos(System.nanoTime() - start)),
                    e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private CompletableFuture<SendResult> done(SendResult result, Throwable cause) {
        tally.count(result);
        listener.onDone(result);
        return result.isAcceptedByAny()
                ? CompletableFuture.completedFuture(result)
                : CompletableFuture.failedFuture(new MailException(result, cause));
    }

    @Override
    public int maxWaiting() {
        return maxWaiting;
    }

    @Override
    public MailerStats stats() {
        return tally.stats(waiting.get(), 0);
    }

    @Override
    public void close(Duration patience) {
        if (closed) {
            return;
        }
        closed = true;
        workers.shutdown();
        try {
            workers.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        method.close();
        listener.onClosed();
    }

    @Override
    public String toString() {
        return method.toString();
    }
}
