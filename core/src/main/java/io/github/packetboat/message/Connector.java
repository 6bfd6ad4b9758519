package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first of several addresses that answers. The next one is tried when the one before has failed, or has not
 * answered for a moment (RFC 8305 §5), so that one dead address costs little. Loop thread only.
 */
final class Connector {
    /** The Connection Attempt Delay that RFC 8305 §8 recommends. */
    private static final long ATTEMPT_DELAY_NANOS = 250_000_000;

    interface Result {
        /** Somebody answered; {@code channel} is the caller's now. */
        void connected(SocketChannel channel);

        /** Nobody answered; the text says what happened at each address. */
        void failed(ConnectException failure);
    }

    private final EventLoop loop;
    private final String target;
    private final ArrayDeque<SocketAddress> untried;
    private final Duration timeout;
    private final SocketOptions options;
    private final Result result;
    private final List<Attempt> running = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private @Nullable IOException lastFailure;
    private final Timers.Timer next = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            tryNext();
        }
    };
    private final Timers.Timer end = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            timedOut();
        }
    };
    private boolean done;

    Connector(
            EventLoop loop,
            String target,
            List<? extends SocketAddress> addresses,
            Duration timeout,
            SocketOptions options,
            Result result) {
        this.loop = loop;
        this.target = target;
        this.untried = new ArrayDeque<>(addresses);
        this.timeout = timeout;
        this.options = options;
        this.result = result;
    }

    void start() {
        loop.timers().schedule(end, loop.nowNanos() + timeout.toNanos());
        tryNext();
    }

    /** Gives up without a word; no channel is left. */
    void cancel() {
        finish();
    }

    private void tryNext() {
        SocketAddress address = untried.poll();
        if (done || address == null) {
            return;
        }
        if (!untried.isEmpty()) {
            loop.timers().schedule(next, loop.nowNanos() + ATTEMPT_DELAY_NANOS);
        }
        Attempt attempt = new Attempt(address);
        running.add(attempt);
        attempt.start();
    }

    private void succeeded(Attempt attempt) {
        running.remove(attempt);
        finish();
        result.connected(attempt.channel());
    }

    private void failed(Attempt attempt, IOException failure) {
        running.remove(attempt);
        attempt.close();
        failures.add(attempt.address + ": " + failure.getMessage());
        lastFailure = failure;
        if (done) {
            return;
        }
        if (!untried.isEmpty()) {
            loop.timers().cancel(next);
            tryNext();
        } else if (running.isEmpty()) {
            finish();
            result.failed(failure("cannot connect to " + target + ": " + String.join("; ", failures)));
        }
    }

    private void timedOut() {
        running.forEach(attempt -> failures.add(attempt.address + ": no answer"));
        finish();
        result.failed(failure("cannot connect to " + target + " within connectTimeout=" + timeout.toMillis() + " ms: "
                + String.join("; ", failures)));
    }

    private ConnectException failure(String text) {
        ConnectException failure = new ConnectException(text);
        failure.initCause(lastFailure);
        return failure;
    }

    private void finish() {
        done = true;
        loop.timers().cancel(next);
        loop.timers().cancel(end);
        List.copyOf(running).forEach(Attempt::close);
        running.clear();
    }

    /** One address. */
    private final class Attempt implements EventLoop.Ready {
        private final SocketAddress address;
        private @Nullable SocketChannel channel;
        private @Nullable SelectionKey key;

        Attempt(SocketAddress address) {
            this.address = address;
        }

        SocketChannel channel() {
            SocketChannel open = channel;
            if (open == null) {
                throw new IllegalStateException("no channel to " + address);
            }
            return open;
        }

        void start() {
            try {
                SocketChannel open = address instanceof UnixDomainSocketAddress
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open();
                channel = open;
                open.configureBlocking(false);
                options.apply(open);
                if (open.connect(address)) {
                    connected();
                } else {
                    key = loop.register(open, SelectionKey.OP_CONNECT, this);
                }
            } catch (IOException e) {
                failed(this, e);
            } catch (RuntimeException e) {
                failed(this, new IOException(e.toString(), e));
            }
        }

        /** A port that nobody listens at may be given to the client itself, which then talks to itself. */
        private void connected() throws IOException {
            if (channel().getLocalAddress().equals(channel().getRemoteAddress())
                    && address instanceof InetSocketAddress) {
                failed(this, new IOException("nobody listens there (the socket connected to itself)"));
            } else {
                if (key != null) {
                    key.interestOps(0); // connected it would be ready, for nothing, again and again
                }
                succeeded(this);
            }
        }

        @Override
        public void onReady(int ops) {
            try {
                if (channel().finishConnect()) {
                    connected();
                }
            } catch (IOException e) {
                failed(this, e);
            }
        }

        @Override
        public void onFailure(Throwable failure) {
            failed(this, new IOException(failure.toString(), failure));
        }

        @Override
        public void onRegistered(SelectionKey fresh) {
            key = fresh;
        }

        void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                loop.report(e);
            }
        }
    }
}
