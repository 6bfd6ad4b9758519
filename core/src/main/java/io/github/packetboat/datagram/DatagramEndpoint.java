package io.github.packetboat.datagram;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends and receives messages as UDP datagrams: to one, to all of a network, to a group. One datagram is one message. UDP
 * promises nothing: a datagram may be lost, doubled or overtaken, and its sender's address may be forged. Thread-safe.
 *
 * <pre>{@code
 * try (var endpoint = DatagramEndpoint.builder(Codecs.utf8())
 *         .listener((sender, text) -> System.out.println(sender + ">> " + text))
 *         .bind(10050)) {
 *     endpoint.send("hi", new InetSocketAddress("127.0.0.1", 10051));
 * }
 * }</pre>
 *
 * <p>{@code send} hands the datagram to the kernel on the calling thread. Only while the kernel has no room do datagrams wait
 * in a bounded queue. True means no more than that: handed over, or queued.
 *
 * <p>Its threads are daemons, shared with the servers and clients of the process unless {@link
 * DatagramEndpointBuilder#eventLoops(int)} says otherwise; they end with the last of them.
 *
 * @param <M> the type of message
 */
public final class DatagramEndpoint<M> implements AutoCloseable {
    private final Settings<M> settings;
    private final EventLoops loops;
    private final List<Shard<M>> shards;
    private final InetSocketAddress localAddress;
    private final @Nullable InetSocketAddress peer;
    private final boolean ipv4Only;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicInteger openShards;
    private final AtomicInteger callingShards;
    private volatile boolean closing;

    /**
     * Not started yet: nothing is received. What it is given is freed by {@link #close}, unless this throws.
     *
     * @param peer whom the channels are connected to, or null
     */
    DatagramEndpoint(
            Settings<M> settings, EventLoops loops, List<DatagramChannel> channels, @Nullable InetSocketAddress peer)
            throws IOException {
        this.settings = settings;
        this.loops = loops;
        this.peer = peer;
        this.localAddress = (InetSocketAddress) channels.get(0).getLocalAddress();
        this.ipv4Only = localAddress.getAddress() instanceof Inet4Address;
        this.openShards = new AtomicInteger(channels.size());
        this.callingShards = new AtomicInteger(channels.size());
        int maxSessions = Math.max(1, settings.sessionLimits().maxSessions() / channels.size());
        List<Shard<M>> made = new ArrayList<>();
        for (DatagramChannel channel : channels) {
            made.add(new Shard<>(
                    channel,
                    Shard.wire(channel, peer),
                    loops.next(),
                    settings,
                    peer,
                    loops.offload(),
                    maxSessions,
                    this::beginClose,
                    this::shardEnded,
                    this::shardClosed));
        }
        this.shards = List.copyOf(made);
    }

    /**
     * An endpoint whose datagrams speak {@code codec}, such as {@code Codecs.utf8()} or {@code Codecs.bytes()}: any but one
     * that needs a connection, as WebSocket does, which {@code bind} refuses.
     */
    public static <M> DatagramEndpointBuilder<M> builder(CodecFactory<M> codec) {
        return new DatagramEndpointBuilder<>(Check.notNull("codec", codec));
    }

    /**
     * Sends {@code message} to {@code to}: one host, a broadcast address or a multicast group.
     *
     * @return false if it is not accepted: the endpoint is closed, the queue is full ({@link
     *     DatagramEndpointBuilder#overflow}), {@link SessionLimits#amplification()} does not allow it, or the kernel cannot
     *     send it, which {@link DatagramListener#onError} is told too
     * @throws IllegalArgumentException if the message cannot be encoded or is larger than {@link
     *     DatagramEndpointBuilder#maxDatagramBytes}, if {@code to} is no address to send to from here, or if the endpoint is
     *     connected to another
     */
    public boolean send(M message, InetSocketAddress to) {
        Check.notNull("message", message);
        checkTarget(Check.notNull("to", to));
        if (settings.sessionLimits().amplification() == 0) {
            return hand(message, to, null);
        }
        PeerSession<M> allowance = findSession(to);
        // a group sends nothing that could be forged, and whom it is connected to the application has chosen
        boolean stranger = allowance == null && peer == null && !to.getAddress().isMulticastAddress();
        return stranger ? shard().outgoing().refuseStranger() : hand(message, to, allowance);
    }

    private boolean hand(M message, InetSocketAddress to, @Nullable PeerSession<M> allowance) {
        return shard().outgoing().send(message, peer == null ? to : null, allowance);
    }

    /**
     * Sends {@code message} to the peer that this endpoint is connected to. Allocates nothing by itself.
     *
     * @return as for {@link #send(Object, InetSocketAddress)}
     * @throws IllegalArgumentException if the message cannot be encoded, is larger than {@link
     *     DatagramEndpointBuilder#maxDatagramBytes}, or is empty: Java hands no empty datagram of a connected socket to the
     *     kernel
     * @throws IllegalStateException if it is not connected
     */
    public boolean send(M message) {
        Check.notNull("message", message);
        if (peer == null) {
            throw new IllegalStateException("endpoint " + localAddress
                    + " is bound, not connected: name the receiver, or use builder.connect(…)");
        }
        return shard().outgoing().send(message, null, null);
    }

    private void checkTarget(InetSocketAddress to) {
        InetAddress address = to.getAddress();
        if (address == null) {
            throw new IllegalArgumentException("cannot send to " + to + ": its host name is not known");
        }
        if (to.getPort() == 0) {
            throw new IllegalArgumentException("cannot send to " + to + ": there is no port 0");
        }
        if (ipv4Only && address instanceof Inet6Address) {
            throw new IllegalArgumentException(
                    "cannot send to " + to + " from " + localAddress + ", which speaks IPv4 only");
        }
        if (peer != null && !peer.equals(to)) {
            throw new IllegalArgumentException("cannot send to " + to + ": the endpoint is connected to " + peer);
        }
    }

    /** The one of this thread, so that what it sends keeps its order as far as UDP keeps any. */
    private Shard<M> shard() {
        if (shards.size() == 1) {
            return shards.get(0);
        }
        for (Shard<M> each : shards) {
            if (each.loop().isCurrent()) {
                return each;
            }
        }
        return shards.get((int) (Thread.currentThread().getId() % shards.size()));
    }

    /**
     * Sends {@code message} to {@code port} of everybody in the networks that this machine is in: once to the broadcast
     * address of each interface that is up and has one, or of {@link DatagramEndpointBuilder#networkInterface} only. That is
     * IPv4; in IPv6, use a group such as {@code ff02::1}. Looks up the interfaces on each call.
     *
     * @return at how many broadcast addresses it was accepted
     * @throws IOException if no interface has a broadcast address; the text says which there are
     * @throws IllegalArgumentException as for {@link #send(Object, InetSocketAddress)}
     */
    public int broadcast(M message, int port) throws IOException {
        Check.notNull("message", message);
        Check.inRange("port", port, 1, 65535);
        NetworkInterface chosen = settings.networkInterface();
        List<NetworkInterface> all = chosen == null ? Interfaces.all() : List.of(chosen);
        List<InetAddress> addresses = Interfaces.broadcastAddresses(all);
        if (addresses.isEmpty()) {
            throw new IOException(
                    "cannot broadcast: no network interface that is up has a broadcast address; looked at "
                            + Interfaces.describe(all));
        }
        int accepted = 0;
        for (InetAddress address : addresses) {
            InetSocketAddress to = new InetSocketAddress(address, port);
            checkTarget(to);
            if (hand(message, to, null)) {
                accepted++;
            }
        }
        return accepted;
    }

    /**
     * Joins a multicast group, IPv4 or IPv6, at {@link DatagramEndpointBuilder#networkInterface} or, if that is not set, at
     * the interface by which this machine would send to the group, or else at the first that can. From then on what is sent
     * to the group at this endpoint's port is received.
     *
     * @throws IllegalArgumentException if {@code group} is no multicast address
     * @throws IOException if it cannot be joined; the text says at which interfaces it was tried, and what happened there
     */
    public Membership join(InetAddress group) throws IOException {
        checkGroup(group);
        NetworkInterface chosen = settings.networkInterface();
        return join(group, null, chosen == null ? Interfaces.forGroup(group, Interfaces.all()) : List.of(chosen));
    }

    /**
     * Joins a multicast group at the interface {@code at}.
     *
     * @throws IllegalArgumentException if {@code group} is no multicast address
     * @throws IOException if it cannot be joined there
     */
    public Membership join(InetAddress group, NetworkInterface at) throws IOException {
        checkGroup(group);
        return join(group, null, List.of(Check.notNull("at", at)));
    }

    /**
     * Joins a multicast group at the interface {@code at} for what {@code source} alone sends to it.
     *
     * @throws IllegalArgumentException if {@code group} is no multicast address
     * @throws IllegalStateException if the endpoint is in that group for all sources
     * @throws IOException if it cannot be joined there
     */
    public Membership join(InetAddress group, NetworkInterface at, InetAddress source) throws IOException {
        checkGroup(group);
        return join(group, Check.notNull("source", source), List.of(Check.notNull("at", at)));
    }

    private static void checkGroup(@Nullable InetAddress group) {
        if (!Check.notNull("group", group).isMulticastAddress()) {
            throw new IllegalArgumentException("cannot join " + group.getHostAddress()
                    + ": it is no multicast address (224.0.0.0 to 239.255.255.255, ff00::/8)");
        }
    }

    private Membership join(InetAddress group, @Nullable InetAddress source, List<NetworkInterface> at)
            throws IOException {
        // one shard only: the kernel gives each member a copy
        return Sockets.join(shards.get(0).channel(), group, source, at);
    }

    /** Begins to receive. */
    void start() {
        onLoops(Shard::start);
    }

    /** Where the endpoint is bound; the wildcard address if it is bound to all of this machine's. */
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    /** The port it is bound to. */
    public int port() {
        return localAddress.getPort();
    }

    /** Whom the endpoint is connected to, or null if it is not. */
    public @Nullable InetSocketAddress remoteAddress() {
        return peer;
    }

    /**
     * The sessions there are at this moment, the one that has been silent for longest first; none without a {@link
     * DatagramEndpointBuilder#sessionListener}.
     */
    public Collection<DatagramSession<M>> sessions() {
        List<DatagramSession<M>> all = new ArrayList<>();
        for (Shard<M> shard : shards) {
            SessionTable<M> table = shard.sessions();
            if (table != null) {
                all.addAll(table.all());
            }
        }
        return all;
    }

    /** The session of the peer at this address, or null. */
    public @Nullable DatagramSession<M> session(InetSocketAddress address) {
        return findSession(Check.notNull("address", address));
    }

    private @Nullable PeerSession<M> findSession(InetSocketAddress address) {
        for (Shard<M> shard : shards) {
            SessionTable<M> table = shard.sessions();
            PeerSession<M> found = table == null ? null : table.get(address);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** What has gone through the endpoint so far, and what has not. */
    public DatagramStats stats() {
        return shards.stream().map(Shard::stats).reduce(Counters::sum).orElseThrow();
    }

    /**
     * How many datagrams the kernel has dropped because they came faster than they were read, or empty where the system does
     * not tell: only Linux does, and of open sockets only. Counts all sockets that this process has at the port. Reads files,
     * so it takes a millisecond or more.
     */
    public OptionalLong kernelDrops() {
        return KernelDrops.at(port());
    }

    /** Whether nobody has begun to close it. */
    public boolean isOpen() {
        return !closing;
    }

    /** Waits until the endpoint is closed. */
    public void awaitClosed() throws InterruptedException {
        try {
            closed.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        loops.awaitEnd();
    }

    /**
     * Accepts and receives no more, hands the kernel what is queued, for {@link DatagramEndpointBuilder#closeFlushTimeout} at
     * most, leaves all groups, and frees the port. Waits until that is done, except when called on an event loop, which must
     * not wait. A listener on an executor may still be at work when it returns; its last call is {@link
     * DatagramListener#onClose}. Closing again does nothing but wait.
     */
    @Override
    public void close() {
        beginClose();
        if (EventLoop.current() == null) {
            closed.join();
            loops.awaitEnd();
        }
    }

    private void beginClose() {
        closing = true;
        shards.forEach(Shard::refuse);
        onLoops(Shard::close);
    }

    private void onLoops(Consumer<Shard<M>> task) {
        for (Shard<M> shard : shards) {
            try {
                shard.loop().execute(() -> task.accept(shard));
            } catch (RejectedExecutionException stopped) {
                // closed before, and the last to leave the loops
            }
        }
    }

    private void shardClosed() {
        if (openShards.decrementAndGet() == 0) {
            loops.release();
            closed.complete(null);
        }
    }

    private void shardEnded() {
        if (callingShards.decrementAndGet() == 0 && settings.sessionListener() == null) {
            shards.get(0).guarded("onClose", settings.listener()::onClose);
        }
    }

    @Override
    public String toString() {
        return "DatagramEndpoint[" + localAddress + (peer == null ? "" : ", connected to " + peer)
                + (closing ? ", closed" : "") + "]";
    }
}
