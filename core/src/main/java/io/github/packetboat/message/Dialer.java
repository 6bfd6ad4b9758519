package io.github.packetboat.message;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import io.github.packetboat.internal.io.Timers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one client connected.
 *
 * <pre>
 *   RESOLVING ──▶ CONNECTING ──▶ CONNECTED ──▶ WAITING ──▶ RESOLVING …      (without reconnect: ──▶ CLOSED)
 *        └──────────────┴─────────────┴───────────┴── close() ──▶ CLOSED
 * </pre>
 *
 * State changes on one loop only. The public-facing methods are thread-safe.
 */
final class Dialer<M> implements ConnectionOwner<M> {
    private static final System.Logger LOG = System.getLogger("io.github.packetboat");
    /** A connection that lasted so long was a good one: the next wait is short again. */
    private static final long GOOD_NANOS = 5_000_000_000L;

    private final Settings<M> settings;
    private final Endpoint<M> endpoint;
    private final Target target;
    private final Duration connectTimeout;
    private final @Nullable Backoff reconnect;
    private final @Nullable SendBuffer<M> retained;
    private final EventLoops loops;
    private final EventLoop loop;
    private final CompletableFuture<Void> firstOpen = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong connects = new AtomicLong();
    private final AtomicLong failedConnects = new AtomicLong();
    private final Timers.Timer wait = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            resolve();
        }
    };
    private volatile @Nullable SocketConnection<M> current;
    private volatile boolean closing;
    private volatile boolean inBackground;
    private @Nullable SocketConnection<M> attempt;
    private @Nullable Connector connector;
    private boolean ended;
    private int failedInARow;
    private long openedNanos;

    Dialer(
            Settings<M> settings,
            CodecFactory<M> codec,
            @Nullable TlsOptions tls,
            Target target,
            Duration connectTimeout,
            @Nullable Backoff reconnect,
            @Nullable SendBuffer<M> retained,
            EventLoops loops) {
        this.settings = settings;
        this.target = target;
        this.connectTimeout = connectTimeout;
        this.reconnect = reconnect;
        this.retained = retained;
        this.loops = loops;
        this.loop = loops.next();
        this.endpoint = Endpoint.of(
                settings,
                codec,
                tls,
                ProxyProtocol.OFF,
                target.host(),
                new InboundBudget(settings.limits().inboundBudgetBytes()),
                loops.offload(),
                this);
    }

    /** Begins to connect. Completes when the first connection is open, or with the failure of the first attempt. */
    CompletableFuture<Void> start() {
        loop.execute(this::resolve);
        return firstOpen;
    }

    /** Begins to connect, and tells the log alone how that goes. */
    void startInBackground() {
        inBackground = true;
        start();
    }

    boolean send(M message) {
        SendBuffer<M> buffer = retained;
        if (buffer != null) {
            return !closing && buffer.offer(message);
        }
        SocketConnection<M> connection = current;
        return connection != null && connection.send(message);
    }

    @Nullable
    Connection<M> connection() {
        SocketConnection<M> connection = current;
        return connection != null && connection.isOpen() ? connection : null;
    }

    ClientStats stats() {
        SendBuffer<M> buffer = retained;
        return new ClientStats(
                connects.get(),
                failedConnects.get(),
                buffer == null ? 0 : buffer.bytes(),
                buffer == null ? 0 : buffer.dropped());
    }

    // ------------------------------------------------------------------ on the loop

    /** Asks for the addresses on a thread of its own: a name server may take long, and the loop must not wait. */
    private void resolve() {
        if (closing) {
            return;
        }
        if (!target.needsLookup()) {
            resolveHere();
            return;
        }
        Thread resolver = new Thread(this::resolveHere, "packetboat-resolver");
        resolver.setDaemon(true);
        resolver.start();
    }

    private void resolveHere() {
        try {
            List<? extends SocketAddress> addresses = target.addresses();
            onLoop(() -> connect(addresses));
        } catch (UnknownHostException e) {
            UnknownHostException failure = new UnknownHostException("cannot connect: no such host: " + target);
            failure.initCause(e);
            onLoop(() -> failed(failure));
        } catch (RuntimeException e) {
            onLoop(() -> failed(new IOException("cannot look up " + target + ": " + e, e)));
        }
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // the loop has stopped, so this client has ended
        }
    }

    private void connect(List<? extends SocketAddress> addresses) {
        if (closing) {
            return;
        }
        Connector running = new Connector(
                loop, target.toString(), addresses, connectTimeout, settings.socketOptions(), new Connector.Result() {
                    @Override
                    public void connected(SocketChannel channel) {
                        connector = null;
                        begin(channel);
                    }

                    @Override
                    public void failed(ConnectException failure) {
                        connector = null;
                        Dialer.this.failed(failure);
                    }
                });
        connector = running;
        running.start();
    }

    private void begin(SocketChannel channel) {
        SocketConnection<M> connection;
        try {
            connection = new SocketConnection<>(channel, loop, endpoint);
        } catch (IOException | RuntimeException e) {
            close(channel);
            failed(new IOException("cannot connect to " + target + ": " + e, e));
            return;
        }
        attempt = connection;
        connection.life().start();
    }

    private void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            loop.report(e);
        }
    }

    @Override
    public void opened(SocketConnection<M> connection) {
        connects.incrementAndGet();
        openedNanos = loop.nowNanos();
        if (retained != null) {
            connection.outbound().takeFrom(retained);
        }
        current = connection;
        firstOpen.complete(null);
    }

    @Override
    public void closed(SocketConnection<M> connection, CloseReason reason, boolean wasOpen) {
        attempt = null;
        current = null;
        if (!wasOpen) {
            failed(new ConnectionClosedException(reason));
            return;
        }
        failedInARow = loop.nowNanos() - openedNanos > GOOD_NANOS ? 0 : failedInARow + 1;
        again();
    }

    @Override
    public boolean keepsUnsent() {
        return retained != null && !closing;
    }

    private void failed(IOException failure) {
        failedConnects.incrementAndGet();
        failedInARow++;
        boolean told = firstOpen.completeExceptionally(failure) && !inBackground;
        if (!told && !closing) {
            LOG.log(
                    reconnect == null ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                    () -> "connecting to " + target + " failed: " + failure.getMessage());
        }
        again();
    }

    private void again() {
        Backoff backoff = reconnect;
        if (closing || backoff == null) {
            end();
            return;
        }
        int attempts = Math.max(0, failedInARow - 1);
        Duration pause = backoff.next(attempts, ThreadLocalRandom.current());
        loop.timers().schedule(wait, loop.nowNanos() + pause.toNanos());
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        closing = true;
        SendBuffer<M> buffer = retained;
        if (buffer != null) {
            buffer.close();
            if (buffer.bytes() > 0) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the client of " + target + " was closed with " + buffer.bytes() + " retained bytes unsent");
            }
        }
        firstOpen.completeExceptionally(new ConnectException("the client was closed while connecting to " + target));
        loops.release();
        closed.countDown();
    }

    // ------------------------------------------------------------------ closing, from any thread

    void close() {
        shut(SocketConnection::close);
    }

    void abort() {
        shut(SocketConnection::abort);
    }

    /** As {@link #abort}, without waiting for the end. */
    void giveUp() {
        beginToShut(SocketConnection::abort);
    }

    private void shut(Consumer<SocketConnection<M>> how) {
        beginToShut(how);
        awaitEnd();
    }

    private void beginToShut(Consumer<SocketConnection<M>> how) {
        closing = true;
        onLoop(() -> shutOnLoop(how));
    }

    private void shutOnLoop(Consumer<SocketConnection<M>> how) {
        loop.timers().cancel(wait);
        if (connector != null) {
            connector.cancel();
            connector = null;
        }
        SocketConnection<M> connection = attempt;
        if (connection == null) {
            end();
        } else {
            how.accept(connection);
        }
    }

    private void awaitEnd() {
        Uninterruptibly.await(closed);
        loops.awaitEnd();
    }

    void awaitClosed() throws InterruptedException {
        closed.await();
        loops.awaitEnd();
    }

    @Override
    public String toString() {
        SocketConnection<M> connection = current;
        return target + ", " + (closing ? "closed" : connection == null ? "not connected" : "connected");
    }
}
