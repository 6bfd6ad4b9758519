package io.github.packetboat.datagram;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.io.EventLoops;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Collects the options of an endpoint. Each {@code bind} or {@code connect} makes an independent endpoint of the options as
 * they are then. Each setter throws an {@link IllegalArgumentException} that names it and the value if that is null or out
 * of range. Not thread-safe.
 *
 * @param <M> the type of message
 */
public final class DatagramEndpointBuilder<M> {
    private final Options<M> options;

    DatagramEndpointBuilder(CodecFactory<M> codec) {
        options = new Options<>(codec);
    }

    /** What is done with what comes; without one it is discarded. */
    public DatagramEndpointBuilder<M> listener(DatagramListener<M> listener) {
        options.listener = Check.notNull("listener", listener);
        return this;
    }

    /** What is done with what comes, where each peer is to be known again; in place of {@link #listener}. */
    public DatagramEndpointBuilder<M> sessionListener(DatagramSessionListener<M> listener) {
        options.sessionListener = Check.notNull("sessionListener", listener);
        return this;
    }

    /** How many peers are remembered and for how long; {@link SessionLimits#defaults()} unless set. */
    public DatagramEndpointBuilder<M> sessionLimits(SessionLimits limits) {
        options.sessionLimits = Check.notNull("sessionLimits", limits);
        return this;
    }

    /**
     * Where the listener runs: a pool, or a thread for each task. It may block there. Its calls stay in order. The event
     * loop runs it unless this is set. If the executor is shut down, the endpoint
     * closes with the first call that it does not take.
     */
    public DatagramEndpointBuilder<M> executor(Executor executor) {
        options.executor = Check.notNull("executor", executor);
        return this;
    }

    /** How many messages wait for the executor at most, for each shard; more are dropped and counted. 10,000 unless set. */
    public DatagramEndpointBuilder<M> maxPendingMessages(int messages) {
        options.maxPendingMessages = Check.inRange("maxPendingMessages", messages, 1, Integer.MAX_VALUE);
        return this;
    }

    /**
     * The largest datagram that may be sent, 65,507 bytes at most. 1,400 unless set: so much passes most networks in one
     * piece, and of a datagram in pieces the loss of one is the loss of all. What comes may always have any size.
     */
    public DatagramEndpointBuilder<M> maxDatagramBytes(int bytes) {
        options.maxDatagramBytes = Check.inRange("maxDatagramBytes", bytes, 1, Options.MOST_DATAGRAM_BYTES);
        return this;
    }

    /**
     * How much may wait for each shard's kernel buffer to have room; each datagram counts 64 bytes more than it has. Not
     * below the largest datagram. 1 MiB unless set.
     */
    public DatagramEndpointBuilder<M> maxQueuedBytes(int bytes) {
        options.maxQueuedBytes = Check.inRange("maxQueuedBytes", bytes, 1, Integer.MAX_VALUE);
        return this;
    }

    /** What happens to a datagram when the queue is full; {@link DatagramOverflow#REFUSE} unless set. */
    public DatagramEndpointBuilder<M> overflow(DatagramOverflow overflow) {
        options.overflow = Check.notNull("overflow", overflow);
        return this;
    }

    /** How long {@code close()} tries to send what is queued; the rest is lost then, and counted. 5 s unless set. */
    public DatagramEndpointBuilder<M> closeFlushTimeout(Duration timeout) {
        options.closeFlushTimeout = Check.positive("closeFlushTimeout", timeout);
        return this;
    }

    /**
     * The kernel's buffer for what has come and is not read yet, as a wish: the system may grant less (Linux: {@code
     * net.core.rmem_max}). What finds it full is dropped: see {@link DatagramEndpoint#kernelDrops()}. 4 MiB unless set.
     */
    public DatagramEndpointBuilder<M> receiveBufferBytes(int bytes) {
        options.receiveBufferBytes = Check.inRange("receiveBufferBytes", bytes, 1, Integer.MAX_VALUE);
        return this;
    }

    /** The kernel's buffer for what is sent, as a wish. 1 MiB unless set. */
    public DatagramEndpointBuilder<M> sendBufferBytes(int bytes) {
        options.sendBufferBytes = Check.inRange("sendBufferBytes", bytes, 1, Integer.MAX_VALUE);
        return this;
    }

    /**
     * Whether several endpoints, of this or other processes, that all set this may share a port, as the members of a
     * multicast group on one machine must. Off unless set.
     */
    public DatagramEndpointBuilder<M> reuseAddress(boolean on) {
        options.reuseAddress = on;
        return this;
    }

    /**
     * {@link StandardProtocolFamily#INET} for IPv4 alone, {@link StandardProtocolFamily#INET6} for IPv6, and IPv4 where the
     * system can do both with one socket. Unless set: that of the address which is bound or connected to; if it is the
     * wildcard address, both where possible. Systems with which a socket for both cannot join IPv4 groups (Windows) need
     * {@code INET} for that.
     */
    public DatagramEndpointBuilder<M> protocolFamily(ProtocolFamily family) {
        options.protocolFamily = Check.notNull("protocolFamily", family);
        return this;
    }

    /**
     * By which interface multicasts leave, and at which groups are joined and broadcasts sent unless the call says
     * otherwise. The system's choice unless set.
     */
    public DatagramEndpointBuilder<M> networkInterface(NetworkInterface networkInterface) {
        options.networkInterface = Check.notNull("networkInterface", networkInterface);
        return this;
    }

    /** How many networks a multicast may pass: TTL in IPv4, hop limit in IPv6; 0 to 255. 1, this network only, unless set. */
    public DatagramEndpointBuilder<M> multicastHops(int hops) {
        options.multicastHops = Check.inRange("multicastHops", hops, 0, 255);
        return this;
    }

    /** Whether multicasts come to members on this machine too. On unless set. */
    public DatagramEndpointBuilder<M> multicastLoopback(boolean on) {
        options.multicastLoopback = on;
        return this;
    }

    /**
     * Over how many sockets and event loops the datagrams of one port are spread, by the kernel, according to their
     * senders (SO_REUSEPORT). More than there are event loops is of no use. With more than one, other endpoints and
     * processes of the same user that do the same may take the same port unnoticed. 1 unless set.
     */
    public DatagramEndpointBuilder<M> shards(int count) {
        options.shards = Check.inRange("shards", count, 1, 1024);
        return this;
    }

    /** Own event loops, so many, for this endpoint alone; it shares one a processor with the others unless set. */
    public DatagramEndpointBuilder<M> eventLoops(int count) {
        options.eventLoops = Check.inRange("eventLoops", count, 1, 1024);
        return this;
    }

    /**
     * An endpoint at {@code port} of all addresses of this machine.
     *
     * @param port 0 for one that is free: see {@link DatagramEndpoint#port()}
     * @throws BindException if the port is taken or not allowed; the text names it
     */
    public DatagramEndpoint<M> bind(int port) throws IOException {
        return open(new InetSocketAddress(Check.inRange("port", port, 0, 65535)), null);
    }

    /**
     * An endpoint at {@code address} of this machine.
     *
     * @throws BindException if the address is none of this machine's, taken or not allowed; the text names it
     */
    public DatagramEndpoint<M> bind(InetSocketAddress address) throws IOException {
        return open(Check.notNull("address", address), null);
    }

    /**
     * An endpoint at a free port that sends to {@code host} and hears of it alone.
     *
     * @throws IllegalArgumentException if the host name is not known
     */
    public DatagramEndpoint<M> connect(String host, int port) throws IOException {
        return connect(new InetSocketAddress(Check.notNull("host", host), Check.inRange("port", port, 1, 65535)));
    }

    /** An endpoint at a free port that sends to {@code peer} and hears of it alone. Nothing is sent yet. */
    public DatagramEndpoint<M> connect(InetSocketAddress peer) throws IOException {
        return connect(new InetSocketAddress(0), peer);
    }

    /** As {@link #connect(InetSocketAddress)}, at the address {@code local} of this machine. */
    public DatagramEndpoint<M> connect(InetSocketAddress local, InetSocketAddress peer) throws IOException {
        return open(Check.notNull("local", local), Check.notNull("peer", peer));
    }

    private DatagramEndpoint<M> open(InetSocketAddress local, @Nullable InetSocketAddress peer) throws IOException {
        Settings<M> settings = options.settings(peer);
        List<DatagramChannel> channels = Sockets.open(settings, options.family(local, peer), local, peer);
        DatagramEndpoint<M> endpoint;
        try {
            endpoint = endpoint(settings, channels, peer);
        } catch (Throwable e) {
            Sockets.closeAll(channels);
            throw e;
        }
        // from here on the endpoint's own end frees all that belongs to it
        try {
            settings.listener().onOpen(endpoint);
        } catch (Throwable e) {
            endpoint.close();
            throw e;
        }
        endpoint.start();
        return endpoint;
    }

    private DatagramEndpoint<M> endpoint(
            Settings<M> settings, List<DatagramChannel> channels, @Nullable InetSocketAddress peer) throws IOException {
        EventLoops loops = options.eventLoops == 0 ? EventLoops.shared() : EventLoops.of(options.eventLoops);
        try {
            return new DatagramEndpoint<>(settings, loops, channels, peer);
        } catch (Throwable e) {
            loops.release();
            throw e;
        }
    }
}
