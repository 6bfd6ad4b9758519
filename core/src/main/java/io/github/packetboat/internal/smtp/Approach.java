package io.github.packetboat.internal.smtp;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.ConnectionClosedException;
import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageClient;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A session's way to its server, and the time that it may take. Loop thread only, but for {@link #start} and
 * {@link #abort}.
 *
 * <pre>
 *   TCP ──▶ a proxy's leave, if there is one ──▶ TLS, if it comes first ──▶ {@link Greeting} ──▶ over
 * </pre>
 */
final class Approach {
    private static final int HIGH_WATER_BYTES = 1 << 20;
    private static final int PATIENCES = 4;
    private static final Duration CLOSE_FLUSH_TIMEOUT = Duration.ofSeconds(2);

    private final Session session;
    private final SmtpOptions options;
    private final Executor workers;
    private final @Nullable ProxyHandshake handshake;
    private final Timers.Timer proxyDeadline = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            session.fail(new SmtpException(SmtpException.Kind.TIMEOUT, "the proxy did not answer in time", null));
        }
    };
    /** For all steps together: each has its own time, but a server can ask for many. */
    private final Timers.Timer deadline = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            session.fail(new SmtpException(
                    SmtpException.Kind.TIMEOUT,
                    session.server() + " took longer than " + PATIENCES + " times the reply timeout to let us in",
                    null));
        }
    };

    private volatile @Nullable CompletableFuture<?> connecting;
    private volatile boolean aborted;
    private @Nullable Connection<Wire> connection;
    private @Nullable EventLoop loop;
    private @Nullable Dialogue dialogue;

    Approach(Session session, SmtpOptions options, Executor workers) {
        this.session = session;
        this.options = options;
        this.workers = workers;
        this.handshake = handshake(options.server());
    }

    private static @Nullable ProxyHandshake handshake(SmtpOptions.Server server) {
        Proxy proxy = server.proxy();
        return proxy == null
                ? null
                : new ProxyHandshake(
                        proxy.type() == Proxy.Type.SOCKS, server.host(), server.port(), server.proxyLogin());
    }

    // ------------------------------------------------------------------ from any thread

    /** Begins to connect. Once. */
    void start() {
        SmtpOptions.Server server = options.server();
        InetSocketAddress relay = server.proxy() == null
                ? null
                : (InetSocketAddress) server.proxy().address();
        MessageClient.Builder<Wire> client = MessageClient.builder(() -> new ReplyCodec(handshake))
                .listener(session)
                .connectTimeout(options.timeouts().connect())
                .limits(limits());
        if (tlsFirst() && relay == null) {
            client.tls(server.tls());
        }
        CompletableFuture<MessageClient<Wire>> attempt = relay == null
                ? client.connectAsync(server.host(), server.port())
                : client.tlsHost(server.host(), server.port()).connectAsync(relay.getHostString(), relay.getPort());
        connecting = attempt;
        attempt.whenComplete((connected, failure) -> {
            if (failure != null) {
                session.neverConnected(unreachable(failure));
            }
        });
        if (aborted) {
            attempt.cancel(false);
        }
    }

    private SmtpException unreachable(Throwable failure) {
        SmtpException.Kind kind = SmtpException.Kind.UNREACHABLE;
        String detail = failure.getMessage();
        if (failure instanceof ConnectionClosedException closed) {
            kind = SmtpException.Kind.of(closed.reason().kind());
            detail = closed.reason().detail();
        }
        return new SmtpException(kind, session.server() + " cannot be reached: " + detail, failure);
    }

    /** Whole mails are queued if they are small; the reading of replies must not wait for that of what is sent. */
    private Limits limits() {
        Duration patience = options.timeouts().reply();
        return Limits.builder()
                .handshakeTimeout(options.timeouts().connect())
                .frameTimeout(patience)
                .writeStallTimeout(patience)
                .highWaterMarkBytes(HIGH_WATER_BYTES)
                .closeFlushTimeout(CLOSE_FLUSH_TIMEOUT)
                .build();
    }

    /** Ends the attempt to connect. False if that has succeeded already, and there is a connection to end instead. */
    boolean abort() {
        aborted = true;
        CompletableFuture<?> attempt = connecting;
        return attempt == null || attempt.cancel(false);
    }

    // ------------------------------------------------------------------ on the loop

    /** Whether it was aborted before there was a connection. */
    boolean isAborted() {
        return aborted;
    }

    /** There is a connection. */
    void connected(Connection<Wire> opened, EventLoop running, Dialogue over) {
        connection = opened;
        loop = running;
        dialogue = over;
        long patience = options.timeouts().reply().toNanos();
        running.timers().schedule(deadline, running.nowNanos() + PATIENCES * patience);
        ProxyHandshake before = handshake;
        if (before == null) {
            greet();
        } else {
            running.timers().schedule(proxyDeadline, running.nowNanos() + patience);
            workers.execute(() -> askProxy(before));
        }
    }

    /** On a worker, since the password may have to be fetched. */
    private void askProxy(ProxyHandshake before) {
        try {
            byte[] first = before.begin();
            session.run(() -> say(first));
        } catch (RuntimeException | Error e) {
            session.run(() ->
                    session.fail(new SmtpException(SmtpException.Kind.SECRET, "no login for the proxy: " + e, e)));
        }
    }

    /** The proxy has answered, and {@code next} is to be said to it; nothing once the way is free. */
    void proxied(byte[] next) {
        if (next.length > 0) {
            say(next);
        } else if (tlsFirst()) {
            connection().startTls(options.server().tls()).whenComplete((tls, failure) -> {
                if (failure == null) {
                    greet();
                }
                // otherwise the connection closes, and says why
            });
        } else {
            greet();
        }
    }

    private void say(byte[] toProxy) {
        connection().send(new Wire.Bytes(ByteBuffer.wrap(toProxy)));
    }

    private void greet() {
        Objects.requireNonNull(loop).timers().cancel(proxyDeadline);
        new Greeting(session, Objects.requireNonNull(dialogue), connection(), options, workers).begin();
    }

    private boolean tlsFirst() {
        return options.server().security() == SmtpOptions.Security.IMPLICIT;
    }

    /** The session is let in, or has ended: nothing is waited for any more. */
    void over() {
        EventLoop running = loop;
        if (running != null) {
            running.timers().cancel(proxyDeadline);
            running.timers().cancel(deadline);
        }
    }

    /** Whether it was the proxy that did not reach the server. */
    boolean isUnreachable() {
        return handshake != null && handshake.isUnreachable();
    }

    private Connection<Wire> connection() {
        return Objects.requireNonNull(connection);
    }
}
