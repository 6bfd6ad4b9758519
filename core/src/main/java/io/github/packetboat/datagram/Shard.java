package io.github.packetboat.datagram;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One channel of an endpoint on its event loop. Loop thread only, where nothing else is said.
 *
 * <pre>
 *   OPEN ──── close ────▶ CLOSING ──── queue sent, or too late ────▶ CLOSED
 * </pre>
 */
final class Shard<M> implements EventLoop.Ready, Outgoing.Owner {
    private static final int DATAGRAMS_PER_TURN = 256;
    private static final int MAX_WAITING_ERRORS = 256;
    private static final long RECEIVE_FAILURE_PAUSE_NANOS = 10_000_000;

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final DatagramChannel channel;
    private final EventLoop loop;
    private final Settings<M> settings;
    private final @Nullable InetSocketAddress peer;
    private final Runnable onEnd;
    private final Runnable onClosed;
    private final Counters counters = new Counters();
    private final Outgoing<M> outgoing;
    private final Delivery delivery;
    private final Inbox<M> inbox;
    private final @Nullable SessionTable<M> sessions;
    /** Errors of sends that wait to be told. Thread-safe. */
    private final AtomicInteger waitingErrors = new AtomicInteger();

    private final Timers.Timer pause = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            interest(SelectionKey.OP_READ, true);
        }
    };
    private final Timers.Timer closeFlush = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            closeNow();
        }
    };
    private final Timers.Timer farewell = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            finish();
        }
    };
    private Codec<M> codec;
    private @Nullable SelectionKey key;
    private State state = State.OPEN;
    /** Somebody wants it closed: nothing is to be received or sent any more. */
    private volatile boolean refusing;

    /**
     * @param wire sends by the channel
     * @param peer whom the channel is connected to, or null
     * @param maxSessions this shard's part of them
     * @param onExecutorShutDown the endpoint has to close
     * @param onEnd the listener has had this shard's last call, on whichever thread
     * @param onClosed the channel is closed
     */
    Shard(
            DatagramChannel channel,
            Outgoing.Wire wire,
            EventLoop loop,
            Settings<M> settings,
            @Nullable InetSocketAddress peer,
            Executor offload,
            int maxSessions,
            Runnable onExecutorShutDown,
            Runnable onEnd,
            Runnable onClosed) {
        this.channel = channel;
        this.loop = loop;
        this.settings = settings;
        this.peer = peer;
        this.onEnd = onEnd;
        this.onClosed = onClosed;
        this.codec = settings.codec().create();
        this.outgoing = new Outgoing<>(loop, settings, counters, wire, this);
        this.delivery = new Delivery(
                loop,
                settings.anyListener(),
                counters,
                settings.executor(),
                offload,
                settings.maxPendingMessages(),
                onExecutorShutDown);
        DatagramSessionListener<M> sessionListener = settings.sessionListener();
        this.sessions = sessionListener == null
                ? null
                : new SessionTable<>(sessionListener, settings.sessionLimits(), maxSessions, delivery, loop, outgoing);
        this.inbox = sessions == null ? new PlainInbox<>(settings.listener(), delivery) : sessions;
    }

    /** What sends by {@code channel}, which is connected to {@code peer} or, if that is null, to nobody. */
    static Outgoing.Wire wire(DatagramChannel channel, @Nullable InetSocketAddress peer) {
        // write() looks up nothing and makes nothing
        return peer == null ? channel::send : (datagram, to) -> channel.write(datagram);
    }

    /** Begins to receive. */
    void start() {
        if (state != State.OPEN) {
            return; // the listener's first call was to close
        }
        if (register(SelectionKey.OP_READ)) {
            flush(); // the listener's first call may have sent more than the kernel took
        }
    }

    /** Returns whether that worked; if not, this is closed. */
    private boolean register(int ops) {
        try {
            key = loop.register(channel, ops, this);
            return true;
        } catch (IOException e) {
            loop.report(e);
            closeNow();
            return false;
        }
    }

    /** Thread-safe. */
    EventLoop loop() {
        return loop;
    }

    /** Thread-safe. */
    DatagramChannel channel() {
        return channel;
    }

    /** Thread-safe. */
    Outgoing<M> outgoing() {
        return outgoing;
    }

    /** Thread-safe. */
    @Nullable
    SessionTable<M> sessions() {
        return sessions;
    }

    /** Makes a call of the listener on this thread. Thread-safe. */
    void guarded(String callback, Delivery.Call call) {
        delivery.guarded(callback, call);
    }

    /** Thread-safe. */
    DatagramStats stats() {
        return counters.stats(outgoing.queuedBytes());
    }

    @Override
    public void onReady(int ops) {
        if ((ops & SelectionKey.OP_WRITE) != 0) {
            flush();
        }
        if ((ops & SelectionKey.OP_READ) != 0) {
            receive();
        }
    }

    private void receive() {
        ByteBuffer in = loop.readBuffer();
        try {
            for (int i = 0; i < DATAGRAMS_PER_TURN && !refusing; i++) {
                // far larger than any datagram, so that none is cut
                InetSocketAddress sender = (InetSocketAddress) channel.receive(in.clear());
                if (sender == null) {
                    return;
                }
                received(sender, in.flip().order(ByteOrder.BIG_ENDIAN));
            }
        } catch (PortUnreachableException e) {
            counters.unreachable.increment();
            inbox.error(peer, e);
        } catch (IOException e) {
            counters.receiveFailures.increment();
            inbox.error(peer, e);
            // it may last, and the selector would return at once for ever
            interest(SelectionKey.OP_READ, false);
            loop.timers().schedule(pause, loop.nowNanos() + RECEIVE_FAILURE_PAUSE_NANOS);
        }
    }

    private void received(InetSocketAddress sender, ByteBuffer datagram) {
        int bytes = datagram.remaining();
        counters.received(bytes);
        if (!delivery.hasRoomForMessage()) {
            counters.undelivered(1);
            inbox.heard(sender, bytes);
            return;
        }
        M message;
        try {
            message = codec.decode(datagram);
            if (message == null && !datagram.hasRemaining() && bytes > 0) {
                inbox.heard(sender, bytes); // the codec's own: a heartbeat
                return;
            }
            if (message == null || datagram.hasRemaining()) {
                undecodable(sender, bytes, incomplete(message, datagram), null);
                return;
            }
        } catch (CodecException e) {
            undecodable(sender, bytes, String.valueOf(e.getMessage()), e);
            return;
        } catch (RuntimeException | Error e) {
            undecodable(sender, bytes, "the codec threw " + e, e);
            return;
        }
        inbox.message(sender, message, bytes);
    }

    private static String incomplete(@Nullable Object message, ByteBuffer datagram) {
        return message == null
                ? "it ends before its message does"
                : datagram.remaining() + " bytes follow its message, and a datagram is one message";
    }

    private void undecodable(InetSocketAddress sender, int bytes, String why, @Nullable Throwable cause) {
        counters.undecodable.increment();
        // the old one may remember a part of what will never be completed
        codec = settings.codec().create();
        String text = "a datagram of " + bytes + " bytes from " + sender + " is dropped: " + why;
        inbox.error(sender, cause == null ? new CodecException(text) : new CodecException(text, cause));
    }

    /** What has no better place to go: this shard goes on if it can. */
    @Override
    public void onFailure(Throwable failure) {
        loop.report(failure);
        if (!channel.isOpen()) {
            closeNow();
        }
    }

    @Override
    public void onRegistered(SelectionKey fresh) {
        key = fresh;
    }

    private void interest(int op, boolean on) {
        SelectionKey registered = key;
        if (registered != null && registered.isValid()) {
            int ops = registered.interestOps();
            registered.interestOps(on ? ops | op : ops & ~op);
        }
    }

    @Override
    public void wantsFlush() {
        try {
            loop.execute(this::flush);
        } catch (RejectedExecutionException stopped) {
            // closed, and what is queued is counted as lost
        }
    }

    private void flush() {
        if (state == State.CLOSED) {
            return;
        }
        boolean empty = outgoing.flush();
        interest(SelectionKey.OP_WRITE, !empty);
        if (empty && state == State.CLOSING) {
            closeNow();
        }
    }

    @Override
    public void unreachable(@Nullable InetSocketAddress to, PortUnreachableException failure) {
        counters.unreachable.increment();
        sendFailed(to, failure);
    }

    /** Told in a turn of its own: whoever sends may be the listener itself, or another thread. */
    @Override
    public void sendFailed(@Nullable InetSocketAddress to, IOException failure) {
        if (waitingErrors.incrementAndGet() > MAX_WAITING_ERRORS) {
            waitingErrors.decrementAndGet();
            return;
        }
        try {
            loop.execute(() -> {
                waitingErrors.decrementAndGet();
                if (state != State.CLOSED) {
                    inbox.error(to == null ? peer : to, failure);
                }
            });
        } catch (RejectedExecutionException stopped) {
            // closed: nobody is to be told any more
        }
    }

    /** From now on nothing is received or accepted. Thread-safe. */
    void refuse() {
        refusing = true;
        outgoing.close();
    }

    /** Sends what is queued, and closes. */
    void close() {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        refuse();
        interest(SelectionKey.OP_READ, false);
        // one that was never started has to hear too when there is room for what is queued
        if (key != null || register(0)) {
            loop.timers().schedule(closeFlush, loop.nowNanos() + settings.closeFlushNanos());
            flush();
        }
    }

    private void closeNow() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        refuse();
        outgoing.discard();
        loop.timers().cancel(closeFlush);
        loop.timers().cancel(pause);
        try {
            channel.close();
        } catch (IOException e) {
            loop.report(e);
        }
        try {
            // the kernel frees the port once the selector has forgotten the channel: at the beginning of the next turn
            loop.execute(() -> loop.timers().schedule(farewell, loop.nowNanos()));
        } catch (RejectedExecutionException stopped) {
            finish();
        }
    }

    private void finish() {
        inbox.closed();
        delivery.end(onEnd);
        onClosed.run();
    }
}
