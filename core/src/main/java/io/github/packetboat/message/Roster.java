package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import io.github.packetboat.internal.io.Timers;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connections of a server: who comes in, who is there, and that all are gone before the server is. Thread-safe. */
final class Roster<M> implements ConnectionOwner<M> {
    private static final System.Logger LOG = System.getLogger("io.github.packetboat");
    /** More peers than this are not told why they are refused, but just closed. */
    private static final int MAX_FAREWELLS = 256;

    private final Settings<M> settings;
    private final EventLoops loops;
    private final IpFilter filter;
    private final @Nullable M farewell;
    private final int maxConnections;
    private final InboundBudget budget;
    private final ConcurrentHashMap<Long, SocketConnection<M>> alive = new ConcurrentHashMap<>();
    private final Group<M> everyone = Group.named("everyone");
    private final AtomicInteger listening = new AtomicInteger();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger farewells = new AtomicInteger();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failedHandshakes = new LongAdder();
    private final LongAdder messagesReceived = new LongAdder();
    private final LongAdder messagesSent = new LongAdder();
    private final LongAdder bytesReceived = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean accepting = true;
    private volatile @Nullable Consumer<SocketConnection<M>> closing;
    private volatile @Nullable CompletableFuture<Void> drained;
    private boolean released;

    Roster(Settings<M> settings, EventLoops loops, IpFilter filter, @Nullable M farewell) {
        this.settings = settings;
        this.loops = loops;
        this.filter = filter;
        this.farewell = farewell;
        this.maxConnections = FileDescriptors.atMost(settings.limits().maxConnections());
        this.budget = new InboundBudget(settings.limits().inboundBudgetBytes());
    }

    Endpoint<M> endpoint(Binding<M> binding) {
        if (binding.tls() != null) {
            binding.tls().checkServer();
        }
        return Endpoint.of(
                settings, binding.codec(), binding.tls(), binding.proxyProtocol(), null, budget, loops.offload(), this);
    }

    Acceptor.Gate gate(Endpoint<M> endpoint) {
        return new Acceptor.Gate() {
            @Override
            public boolean isOpen() {
                return !budget.isExhausted();
            }

            @Override
            public void accepted(SocketChannel channel) throws IOException {
                admit(channel, endpoint);
            }

            @Override
            public void closed() {
                listening.decrementAndGet();
                releaseIfDone();
            }
        };
    }

    private void admit(SocketChannel channel, Endpoint<M> endpoint) throws IOException {
        SocketAddress peer = channel.getRemoteAddress();
        if (!filter.allows(peer)) {
            refuse(channel, peer, "its address is not allowed");
            return;
        }
        if (admitted.incrementAndGet() > maxConnections) {
            admitted.decrementAndGet();
            if (!sayFarewell(channel, endpoint)) {
                refuse(channel, peer, "there are maxConnections=" + maxConnections + " already");
            }
            return;
        }
        try {
            SocketConnection<M> connection = prepare(channel, endpoint);
            alive.put(connection.key(), connection);
            budget.connections(1);
            if (!connection.onLoop(connection.life()::start)) {
                throw new IOException("the event loop has stopped");
            }
            // it may have come when the others had been counted
            Consumer<SocketConnection<M>> shutting = closing;
            if (shutting != null) {
                shutting.accept(connection);
            } else if (drained != null) {
                connection.closeFor(CloseReason.Kind.DRAINING, "the server is being drained");
            }
        } catch (IOException | RuntimeException e) {
            admitted.decrementAndGet();
            throw e;
        }
    }

    private SocketConnection<M> prepare(SocketChannel channel, Endpoint<M> endpoint) throws IOException {
        channel.configureBlocking(false);
        settings.socketOptions().apply(channel);
        return new SocketConnection<>(channel, loops.next(), endpoint);
    }

    private void refuse(SocketChannel channel, SocketAddress peer, String why) throws IOException {
        refused.increment();
        LOG.log(System.Logger.Level.DEBUG, () -> "refused a connection from " + peer + ": " + why);
        channel.close();
    }

    private boolean sayFarewell(SocketChannel channel, Endpoint<M> endpoint) throws IOException {
        M message = farewell;
        if (message == null || !endpoint.opensAtOnce() || farewells.get() >= MAX_FAREWELLS) {
            return false;
        }
        SocketConnection<M> connection = prepare(channel, endpoint.ownedBy(new Refused()));
        farewells.incrementAndGet();
        refused.increment();
        CloseReason why = connection.reason(
                CloseReason.Kind.REFUSED, "there are maxConnections=" + maxConnections + " already", null);
        connection.onLoop(() -> connection.life().refuse(message, why));
        return true;
    }

    private final class Refused implements ConnectionOwner<M> {
        @Override
        public void opened(SocketConnection<M> connection) {}

        @Override
        public void closed(SocketConnection<M> connection, CloseReason reason, boolean wasOpen) {
            farewells.decrementAndGet();
            releaseIfDone();
        }
    }

    @Override
    public void opened(SocketConnection<M> connection) {
        accepted.increment();
        everyone.enroll(connection);
        Consumer<SocketConnection<M>> shutting = closing;
        if (shutting != null) {
            shutting.accept(connection);
        }
    }

    @Override
    public void closed(SocketConnection<M> connection, CloseReason reason, boolean wasOpen) {
        if (!wasOpen && reason.kind() != CloseReason.Kind.LOCAL_CLOSE) {
            failedHandshakes.increment();
            LOG.log(System.Logger.Level.DEBUG, () -> "a connection never opened: " + reason);
        }
        ConnectionStats stats = connection.stats();
        messagesReceived.add(stats.messagesReceived());
        messagesSent.add(stats.messagesSent());
        bytesReceived.add(stats.bytesReceived());
        bytesSent.add(stats.bytesSent());
        everyone.drop(connection);
        budget.connections(-1);
        admitted.decrementAndGet();
        alive.remove(connection.key());
        releaseIfDone();
    }

    Collection<Connection<M>> connections() {
        return Collections.unmodifiableList(everyone.members());
    }

    @Nullable
    Connection<M> connection(long id) {
        SocketConnection<M> connection = alive.get(id);
        return connection != null && connection.isOpen() ? connection : null;
    }

    Group<M> everyone() {
        return everyone;
    }

    int size() {
        return everyone.size();
    }

    long inboundBytes() {
        return budget.usedBytes();
    }

    ServerStats stats() {
        long received = messagesReceived.sum();
        long sent = messagesSent.sum();
        long in = bytesReceived.sum();
        long out = bytesSent.sum();
        for (SocketConnection<M> connection : alive.values()) {
            ConnectionStats stats = connection.stats();
            received += stats.messagesReceived();
            sent += stats.messagesSent();
            in += stats.bytesReceived();
            out += stats.bytesSent();
        }
        return new ServerStats(
                everyone.size(), accepted.sum(), refused.sum(), failedHandshakes.sum(), received, sent, in, out);
    }

    /** Another {@link #gate} is in use. */
    void listens() {
        listening.incrementAndGet();
    }

    void stopAccepting() {
        accepting = false;
    }

    boolean isClosing() {
        return !accepting;
    }

    /** Closes all connections by {@code how}; those that are opening too, once they are open. */
    void shut(Consumer<SocketConnection<M>> how) {
        closing = how;
        // first all refuse, then all close: what one listener says of its end must not reach those that end next
        alive.values().forEach(connection -> connection.life().refuseSends());
        alive.values().forEach(how);
        releaseIfDone();
    }

    synchronized CompletableFuture<Void> drain(long spreadNanos) {
        CompletableFuture<Void> done = drained;
        if (done != null) {
            return done;
        }
        done = new CompletableFuture<>();
        drained = done;
        List<SocketConnection<M>> all = new ArrayList<>(alive.values());
        Collections.shuffle(all);
        for (int i = 0; i < all.size(); i++) {
            closeLater(all.get(i), spreadNanos * i / all.size());
        }
        releaseIfDone();
        return done;
    }

    private void closeLater(SocketConnection<M> connection, long afterNanos) {
        EventLoop loop = connection.loop();
        Timers.Timer timer = new Timers.Timer() {
            @Override
            protected void expired(long nowNanos) {
                connection.closeFor(CloseReason.Kind.DRAINING, "the server is being drained");
            }
        };
        loop.execute(() -> loop.timers().schedule(timer, loop.nowNanos() + afterNanos));
    }

    private void releaseIfDone() {
        if (accepting || !alive.isEmpty() || listening.get() > 0 || farewells.get() > 0) {
            return;
        }
        CompletableFuture<Void> waiting = drained;
        if (waiting != null) {
            waiting.complete(null);
        }
        synchronized (closed) {
            if (closing == null || released) {
                return;
            }
            released = true;
        }
        loops.release();
        closed.countDown();
    }

    void awaitClosed() throws InterruptedException {
        closed.await();
        loops.awaitEnd();
    }

    @Override
    public boolean admits(SocketAddress peer) {
        return filter.allows(peer);
    }

    void awaitClosedUninterruptibly() {
        Uninterruptibly.await(closed);
        loops.awaitEnd();
    }
}
