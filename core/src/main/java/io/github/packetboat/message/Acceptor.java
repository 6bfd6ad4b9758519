package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Accepts the connections of one binding. When accepting fails, as it does when the process is out of file descriptors, it
 * stops listening to the channel and tries again later, so that the loop is neither held nor kept busy. Loop thread only.
 */
final class Acceptor<M> implements EventLoop.Ready {
    private static final System.Logger LOG = System.getLogger("io.github.packetboat");
    private static final int ACCEPTS_PER_TURN = 64;
    private static final long FIRST_RETRY_NANOS = 10_000_000;
    private static final long LAST_RETRY_NANOS = 1_000_000_000;

    /** What becomes of a connection that has been accepted. */
    interface Gate {
        /** Whether another connection is welcome at all just now; if not, peers wait in the backlog. */
        boolean isOpen();

        /** Takes {@code channel}, or refuses it. */
        void accepted(SocketChannel channel) throws IOException;

        /** Nothing more comes, and the address is free again. */
        void closed();
    }

    private final ServerSocketChannel channel;
    private final EventLoop loop;
    private final Gate gate;
    private final Timers.Timer retry = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            listen(SelectionKey.OP_ACCEPT);
        }
    };
    private final Timers.Timer farewell = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            gate.closed();
        }
    };
    private @Nullable SelectionKey key;
    private long retryNanos = FIRST_RETRY_NANOS;
    private long lastLoggedNanos;
    private boolean logged;

    Acceptor(ServerSocketChannel channel, EventLoop loop, Gate gate) {
        this.channel = channel;
        this.loop = loop;
        this.gate = gate;
    }

    void start() throws IOException {
        key = loop.register(channel, SelectionKey.OP_ACCEPT, this);
    }

    /** Stops listening. Thread-safe. */
    void closeOnLoop() {
        loop.execute(this::close);
    }

    private void close() {
        loop.timers().cancel(retry);
        try {
            SocketAddress address = channel.getLocalAddress();
            channel.close();
            UnixSocketFiles.delete(address);
        } catch (IOException e) {
            loop.report(e);
        }
        // the kernel frees the address once the selector has forgotten the channel: at the beginning of the next turn
        loop.timers().schedule(farewell, loop.nowNanos());
    }

    @Override
    public void onReady(int ops) {
        try {
            for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
                if (!gate.isOpen()) {
                    later();
                    return;
                }
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return;
                }
                retryNanos = FIRST_RETRY_NANOS;
                take(accepted);
            }
        } catch (ClosedChannelException e) {
            // closed meanwhile: there is nothing left to accept from
        } catch (IOException e) {
            later();
            log(e);
        }
    }

    private void take(SocketChannel accepted) {
        try {
            gate.accepted(accepted);
        } catch (IOException | RuntimeException e) {
            loop.report(e);
            try {
                accepted.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
        }
    }

    private void later() {
        listen(0);
        loop.timers().schedule(retry, loop.nowNanos() + retryNanos);
        retryNanos = Math.min(LAST_RETRY_NANOS, 2 * retryNanos);
    }

    private void listen(int ops) {
        SelectionKey registered = key;
        if (registered != null && registered.isValid()) {
            registered.interestOps(ops);
        }
    }

    /** At most one line a second, however often it fails. */
    private void log(IOException failure) {
        long now = loop.nowNanos();
        if (!logged || now - lastLoggedNanos >= LAST_RETRY_NANOS) {
            logged = true;
            lastLoggedNanos = now;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot accept connections at " + channel + ": " + failure.getMessage() + "; trying again"
                            + " until it works. Open connections are not affected");
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        loop.report(failure);
        later();
    }

    @Override
    public void onRegistered(SelectionKey fresh) {
        key = fresh;
    }
}
