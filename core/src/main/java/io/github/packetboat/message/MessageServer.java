package io.github.packetboat.message;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and exchanges messages with them. Thread-safe.
 *
 * <pre>{@code
 * try (var server = MessageServer.builder(Codecs.lines())
 *         .listener((connection, line) -> connection.send(line))
 *         .bind(10050)) {
 *     server.awaitClosed();
 * }
 * }</pre>
 *
 * <p>Its threads are daemons, shared with the other servers and clients of the process unless
 * {@link Builder#eventLoops(int)} says otherwise; they end with the last of them.
 *
 * @param <M> the type of message
 */
public final class MessageServer<M> implements AutoCloseable {
    private final Settings<M> settings;
    private final EventLoops loops;
    private final Roster<M> roster;
    private final List<Acceptor<M>> acceptors = new CopyOnWriteArrayList<>();
    private final List<SocketAddress> addresses = new CopyOnWriteArrayList<>();

    private MessageServer(Builder<M> builder, EventLoops loops) {
        this.settings = builder.options.settings();
        this.loops = loops;
        this.roster = new Roster<>(settings, loops, builder.filter, builder.farewell);
    }

    /** A server whose connections speak {@code codec}, unless a further binding says otherwise. */
    public static <M> Builder<M> builder(CodecFactory<M> codec) {
        return new Builder<>(Check.notNull("codec", codec));
    }

    /**
     * Listens at {@code port} of all addresses of this machine too.
     *
     * @param port 0 for one that is free
     * @return the port
     * @throws BindException if the port is taken or not allowed; the text names it
     * @throws IllegalStateException if the server is closing or closed
     */
    public int bind(int port, CodecFactory<M> codec) throws IOException {
        SocketAddress bound = bind(new InetSocketAddress(Check.inRange("port", port, 0, 65535)), Binding.of(codec));
        return ((InetSocketAddress) bound).getPort();
    }

    /**
     * Listens at {@code address} too: IPv4, IPv6 or unix-domain.
     *
     * @return the address, with the port that was chosen if it was 0
     * @throws BindException if the address is taken or not allowed; the text names it
     * @throws IllegalStateException if the server is closing or closed
     */
    public SocketAddress bind(SocketAddress address, Binding<M> binding) throws IOException {
        Check.notNull("address", address);
        Endpoint<M> endpoint = roster.endpoint(Check.notNull("binding", binding));
        ServerSocketChannel channel = listen(address, settings.socketOptions());
        SocketAddress bound = channel.getLocalAddress();
        EventLoop loop = loops.next();
        Acceptor<M> acceptor = new Acceptor<>(channel, loop, roster.gate(endpoint));
        synchronized (acceptors) {
            if (roster.isClosing()) {
                channel.close();
                UnixSocketFiles.delete(bound);
                throw new IllegalStateException("cannot bind " + address + ": the server is closing or closed");
            }
            roster.listens();
            acceptors.add(acceptor);
            addresses.add(bound);
        }
        loop.execute(() -> {
            try {
                acceptor.start();
            } catch (IOException e) {
                loop.report(e);
            }
        });
        return bound;
    }

    private static ServerSocketChannel listen(SocketAddress address, SocketOptions options) throws IOException {
        ServerSocketChannel channel = address instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            options.apply(channel);
            channel.bind(address, options.backlog());
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            BindException failure = new BindException("cannot listen at " + address + ": " + e);
            failure.initCause(e);
            throw failure;
        }
    }

    /** The port of the first binding. */
    public int port() {
        return addresses.get(0) instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }

    /** Where the server listens, in the order of the bindings. */
    public List<SocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** The connections that are open at this moment. */
    public Collection<Connection<M>> connections() {
        return roster.connections();
    }

    /** The open connection with this {@link Connection#id()}, or null. */
    public @Nullable Connection<M> connection(long id) {
        return roster.connection(id);
    }

    /**
     * All open connections as a group: each joins before its {@code onOpen} and leaves when it closes. To be read and
     * broadcast to; what is added or removed by hand stays so.
     */
    public Group<M> everyone() {
        return roster.everyone();
    }

    /** What the server has seen so far. */
    public ServerStats stats() {
        return roster.stats();
    }

    /** Bytes of unfinished messages that all connections hold together. */
    long inboundBytes() {
        return roster.inboundBytes();
    }

    /** Waits until the server is closed. */
    public void awaitClosed() throws InterruptedException {
        roster.awaitClosed();
    }

    /**
     * Ends in good order: accepts no more, then {@linkplain Connection#close() closes} every connection, so that what was
     * sent arrives, and ends its threads if nobody else uses them. Waits until that is done, which the limits bound
     * ({@link Limits#closeFlushTimeout()}, {@link Limits#lingerTimeout()}), except when called on an event loop, which must
     * not wait. Listeners on an executor may still be at work when it returns. Closing again does nothing but wait.
     */
    @Override
    public void close() {
        shut(connection -> connection.leave("the server is closing"));
        roster.awaitClosedUninterruptibly();
    }

    /** Ends at once: every connection is {@linkplain Connection#abort() aborted}. */
    public void abort() {
        shut(SocketConnection::abort);
        roster.awaitClosedUninterruptibly();
    }

    /**
     * Accepts no more and closes the connections one after the other, at random, spread evenly over {@code spread}: so a
     * server's clients do not all come to the next one at once.
     *
     * @return completes when the last connection has closed. The server is to be {@linkplain #close() closed} still
     */
    public CompletableFuture<Void> drain(Duration spread) {
        Check.positive("spread", spread);
        stopAccepting();
        return roster.drain(spread.toNanos());
    }

    private void shut(java.util.function.Consumer<SocketConnection<M>> closing) {
        stopAccepting();
        roster.shut(closing);
    }

    private void stopAccepting() {
        List<Acceptor<M>> closing;
        synchronized (acceptors) {
            roster.stopAccepting();
            closing = List.copyOf(acceptors);
            acceptors.clear();
        }
        for (Acceptor<M> acceptor : closing) {
            acceptor.closeOnLoop();
        }
    }

    @Override
    public String toString() {
        return "MessageServer[" + addresses + ", " + roster.size() + " connections]";
    }

    /**
     * Collects the options of a server. Each {@code bind} makes an independent server of the options as they are then. Not
     * thread-safe.
     */
    public static final class Builder<M> {
        private final CodecFactory<M> codec;
        private final Options<M> options = new Options<>();
        private @Nullable TlsOptions tls;
        private ProxyProtocol proxyProtocol = ProxyProtocol.OFF;
        private IpFilter filter = IpFilter.allowAll();
        private @Nullable M farewell;

        private Builder(CodecFactory<M> codec) {
            this.codec = codec;
        }

        /** What is done with messages; without one they are discarded. */
        public Builder<M> listener(MessageListener<M> listener) {
            options.listener = Check.notNull("listener", listener);
            return this;
        }

        /**
         * Where the listener runs: a pool, or a thread for each task. It may block there. The calls of one connection stay in
         * order. The event loop runs it unless this is set.
         */
        public Builder<M> executor(Executor executor) {
            options.executor = Check.notNull("executor", executor);
            return this;
        }

        /** {@link Limits#defaults()} unless set. */
        public Builder<M> limits(Limits limits) {
            options.limits = Check.notNull("limits", limits);
            return this;
        }

        /** What happens to a message for a connection whose queue is full; {@link Overflow#CLOSE} unless set. */
        public Builder<M> overflow(Overflow overflow) {
            options.overflow = Check.notNull("overflow", overflow);
            return this;
        }

        /** Closes a connection from which nothing has been received for so long; off unless set. */
        public Builder<M> idleTimeout(Duration timeout) {
            options.idleTimeout = Check.positive("idleTimeout", timeout);
            return this;
        }

        /**
         * Where the codec has heartbeats: how long this side may be silent before it sends one, 30 s unless set, and how many
         * such intervals the peer may miss, 2 unless set. After {@code interval * (missed + 1)} of silence it counts as dead.
         */
        public Builder<M> heartbeat(Duration interval, int missed) {
            options.heartbeat(interval, missed);
            return this;
        }

        /** Options of the sockets; {@link SocketOptions#defaults()} unless set. */
        public Builder<M> socketOptions(SocketOptions socketOptions) {
            options.socketOptions = Check.notNull("socketOptions", socketOptions);
            return this;
        }

        /** TLS from the first byte on, for the first binding. */
        public Builder<M> tls(TlsOptions tls) {
            this.tls = Check.notNull("tls", tls);
            return this;
        }

        /** Whether connections of the first binding begin with a PROXY protocol header; off unless set. */
        public Builder<M> proxyProtocol(ProxyProtocol mode) {
            this.proxyProtocol = Check.notNull("proxyProtocol", mode);
            return this;
        }

        /** Which peers may connect; all unless set. */
        public Builder<M> ipFilter(IpFilter filter) {
            this.filter = Check.notNull("ipFilter", filter);
            return this;
        }

        /**
         * What a plain connection over {@link Limits#maxConnections()} is told before it is closed; without this, and with
         * TLS, it is just closed.
         */
        public Builder<M> farewell(M message) {
            this.farewell = Check.notNull("farewell", message);
            return this;
        }

        /** Own event loops, so many, for this server alone; it shares one a processor with the others unless set. */
        public Builder<M> eventLoops(int count) {
            options.eventLoops = Check.inRange("eventLoops", count, 1, 1024);
            return this;
        }

        /**
         * Starts a server that listens at {@code port} of all addresses of this machine.
         *
         * @param port 0 for one that is free: see {@link MessageServer#port()}
         * @throws BindException if the port is taken or not allowed; the text names it
         */
        public MessageServer<M> bind(int port) throws IOException {
            return bind(new InetSocketAddress(Check.inRange("port", port, 0, 65535)));
        }

        /**
         * Starts a server that listens at {@code port} of {@code host}, such as {@code "localhost"}, only.
         *
         * @param port 0 for one that is free: see {@link MessageServer#port()}
         * @throws BindException if the host is none of this machine's, or the port is taken or not allowed; the text names it
         */
        public MessageServer<M> bind(String host, int port) throws IOException {
            return bind(new InetSocketAddress(Check.notNull("host", host), Check.inRange("port", port, 0, 65535)));
        }

        /**
         * Starts a server that listens at {@code address}: IPv4, IPv6 or unix-domain.
         *
         * @throws BindException if the address is taken or not allowed; the text names it
         */
        public MessageServer<M> bind(SocketAddress address) throws IOException {
            Check.notNull("address", address);
            EventLoops loops = options.eventLoops == 0 ? EventLoops.shared() : EventLoops.of(options.eventLoops);
            MessageServer<M> server = new MessageServer<>(this, loops);
            try {
                Binding<M> binding = Binding.of(codec).proxyProtocol(proxyProtocol);
                server.bind(address, tls == null ? binding : binding.tls(tls));
                return server;
            } catch (IOException | RuntimeException e) {
                server.abort();
                throw e;
            }
        }
    }
}
