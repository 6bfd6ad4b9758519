package io.github.packetboat.mail;

import io.github.packetboat.Backoff;
import io.github.packetboat.internal.smtp.Capabilities;
import io.github.packetboat.internal.smtp.Login;
import io.github.packetboat.internal.smtp.SmtpEvents;
import io.github.packetboat.internal.smtp.SmtpException;
import io.github.packetboat.internal.smtp.SmtpOptions;
import io.github.packetboat.internal.smtp.SmtpPool;
import io.github.packetboat.message.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends through servers: one pool for each, which are tried in their order. Thread-safe. */
final class Network implements Deliveries {
    /** So long a server that could not be used is passed over, if there is another. */
    private static final long AVOIDED_NANOS = 30_000_000_000L;

    private final List<SmtpPool> pools;
    private final AtomicLongArray avoidedUntilNanos;
    private final ThreadPoolExecutor workers = Workers.pool();
    private final ThreadPoolExecutor completions = Workers.pool();
    private final ScheduledThreadPoolExecutor timer = Workers.timer();
    private final RateLimits rates;
    private final Set<Shipment> open = ConcurrentHashMap.newKeySet();
    private final Tally tally = new Tally();
    private final MailerListener listener;
    private final List<Dkim> dkim;
    private final Backoff backoff;
    private final int maxAttempts;
    private final Duration deadline;
    private final int maxWaiting;
    private final boolean partial;
    private final boolean duplicates;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean closing;

    Network(MailerBuilder from) {
        listener = new Guarded(from.listener);
        SmtpEvents events = events(listener, from.transcript);
        pools = from.servers.stream()
                .map(server -> new SmtpPool(options(server, from), workers, events))
                .toList();
        avoidedUntilNanos = new AtomicLongArray(pools.size());
        rates = new RateLimits(from.perSecond, from.perDomain, System.nanoTime());
        dkim = from.dkim;
        backoff = from.backoff;
        maxAttempts = from.maxAttempts;
        deadline = from.deadline;
        maxWaiting = from.maxWaiting;
        partial = from.partial;
        duplicates = from.duplicates;
    }

    private static SmtpOptions options(MailServer server, MailerBuilder from) {
        return new SmtpOptions(
                new SmtpOptions.Server(
                        server.host(),
                        server.port(),
                        switch (server.tls()) {
                            case IMPLICIT -> SmtpOptions.Security.IMPLICIT;
                            case STARTTLS_REQUIRED -> SmtpOptions.Security.REQUIRED;
                            case STARTTLS_IF_OFFERED -> SmtpOptions.Security.IF_OFFERED;
                            case NONE -> SmtpOptions.Security.NONE;
                        },
                        server.tlsOptions().orElseGet(() -> TlsOptions.builder().build()),
                        server.credentials().map(Network::login).orElse(null),
                        server.localName().orElse(null),
                        server.proxy().orElse(null),
                        server.proxyCredentials().map(Network::login).orElse(null)),
                new SmtpOptions.Timeouts(from.connectTimeout, from.replyTimeout, from.endOfMailTimeout),
                new SmtpOptions.Bounds(
                        from.maxConnections, from.idleTimeout, from.maxConnectionAge, from.maxMailsPerConnection),
                from.pipelining);
    }

    private static Login login(Credentials credentials) {
        return new Login(credentials.user(), credentials.kind() == Credentials.Kind.TOKEN, credentials::secret);
    }

    private static SmtpEvents events(MailerListener listener, @Nullable Consumer<String> transcript) {
        return new SmtpEvents() {
            @Override
            public void opened(String server, long connection, boolean encrypted, Capabilities capabilities) {
                listener.onConnected(server, encrypted);
            }

            @Override
            public void closed(String server, long connection, @Nullable SmtpException failure) {
                listener.onDisconnected(server, failure == null ? "" : String.valueOf(failure.getMessage()));
            }

            @Override
            public boolean wantsLines() {
                return transcript != null;
            }

            @Override
            public void line(long connection, boolean fromServer, String text) {
                if (transcript != null) {
                    Guarded.run(
                            "a transcript",
                            () -> transcript.accept("[" + connection + "] " + (fromServer ? "S: " : "C: ") + text));
                }
            }
        };
    }

    @Override
    public CompletableFuture<SendResult> send(Outgoing mail, boolean async) throws IOException {
        if (!async) {
            Mailer.checkMayWait();
        }
        Shipment shipment = new Shipment(this, mail, async);
        if (closing || open.size() >= maxWaiting) {
            shipment.refuse(closing ? "the mailer is closed" : "maxWaiting=" + maxWaiting + " mails wait already");
            return shipment.result();
        }
        open.add(shipment);
        if (closing) {
            shipment.giveUp("the mailer is closed");
            return shipment.result();
        }
        try {
            shipment.start();
        } catch (IOException | RuntimeException | Error e) {
            forget(shipment);
            throw e;
        }
        return shipment.result();
    }

    @Override
    public int maxWaiting() {
        return maxWaiting;
    }

    @Override
    public MailerStats stats() {
        return tally.stats(
                open.size(), pools.stream().mapToInt(SmtpPool::connections).sum());
    }

    // ------------------------------------------------------------------ for shipments

    List<Dkim> dkim() {
        return dkim;
    }

    RateLimits rates() {
        return rates;
    }

    boolean isPartial() {
        return partial;
    }

    boolean allowsDuplicates() {
        return duplicates;
    }

    Duration deadline() {
        return deadline;
    }

    int maxAttempts() {
        return maxAttempts;
    }

    boolean isClosing() {
        return closing;
    }

    MailerListener listener() {
        return listener;
    }

    Duration pause(int attempt) {
        return backoff.next(attempt, ThreadLocalRandom.current());
    }

    SmtpPool pool(int server) {
        return pools.get(server);
    }

    /** The servers to try, best first: those that could not be used lately come last. */
    List<Integer> servers() {
        List<Integer> good = new ArrayList<>(pools.size());
        List<Integer> avoided = new ArrayList<>();
        long now = System.nanoTime();
        for (int i = 0; i < pools.size(); i++) {
            long until = avoidedUntilNanos.get(i);
            (until != 0 && until - now > 0 ? avoided : good).add(i);
        }
        good.addAll(avoided);
        return good;
    }

    void avoid(int server) {
        if (pools.size() > 1) {
            avoidedUntilNanos.set(server, Math.max(1, System.nanoTime() + AVOIDED_NANOS));
        }
    }

    /** Runs {@code task} later, or, when the mailer is closed, not at all: null then. */
    @Nullable
    ScheduledFuture<?> later(Runnable task, long delayNanos) {
        try {
            return timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /** Tells a user, who may block: not on a thread that makes mails, which the user may be waiting for. */
    void complete(Runnable task) {
        try {
            completions.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    void done(Shipment shipment, SendResult result) {
        tally.count(result);
        listener.onDone(result);
        forget(shipment);
    }

    private void forget(Shipment shipment) {
        open.remove(shipment);
        if (closing && open.isEmpty()) {
            drained.complete(null);
        }
    }

    // ------------------------------------------------------------------ closing

    @Override
    public void close(Duration patience) {
        if (Workers.isCurrent()) {
            throw new IllegalStateException(
                    "close waits for the mails, and so must not be called by what waits for one");
        }
        Mailer.checkMayWait();
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        open.forEach(Shipment::stopRetrying);
        if (open.isEmpty()) {
            drained.complete(null);
        }
        await(drained, patience);
        open.forEach(shipment -> shipment.giveUp("the mailer is closed"));
        List<CompletableFuture<Void>> ends = pools.stream().map(SmtpPool::close).toList();
        CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
        if (patience.isZero() || !await(all, Duration.ofSeconds(5))) {
            pools.forEach(SmtpPool::abort);
            await(all, Duration.ofSeconds(5));
        }
        timer.shutdownNow();
        workers.shutdown();
        completions.shutdown();
        listener.onClosed();
    }

    private static boolean await(CompletableFuture<Void> end, Duration patience) {
        try {
            end.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public String toString() {
        return pools.toString();
    }
}
