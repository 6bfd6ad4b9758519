package io.github.packetboat.message;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Talks to one server, and comes back to it by itself if asked to. Thread-safe.
 *
 * <pre>{@code
 * try (var client = MessageClient.builder(Codecs.lines())
 *         .listener((connection, line) -> System.out.println(line))
 *         .reconnect(Backoff.exponential(Duration.ofMillis(200), Duration.ofSeconds(30)))
 *         .connect("127.0.0.1", 10050)) {
 *     client.send("hello");
 * }
 * }</pre>
 *
 * <p>With {@link Builder#reconnect} every connection is a {@link Connection} of its own to the listener, with its
 * {@code onOpen} and {@code onClose}, while the client goes on. Messages sent while it is away are retained, and sent in
 * order before any later one.
 *
 * @param <M> the type of message
 */
public final class MessageClient<M> implements AutoCloseable {
    private final Dialer<M> dialer;

    private MessageClient(Dialer<M> dialer) {
        this.dialer = dialer;
    }

    /** A client that speaks {@code codec}. */
    public static <M> Builder<M> builder(CodecFactory<M> codec) {
        return new Builder<>(Check.notNull("codec", codec));
    }

    /**
     * Sends {@code message} as {@link Connection#send} does. A client that reconnects retains what it cannot send now, up to
     * {@link Builder#retain}.
     *
     * @return whether the message was accepted. False while there is no connection, where nothing is retained
     * @throws IllegalArgumentException if {@code message} is null or its codec cannot encode it
     */
    public boolean send(M message) {
        return dialer.send(Check.notNull("message", message));
    }

    /** The open connection, or null while there is none. */
    public @Nullable Connection<M> connection() {
        return dialer.connection();
    }

    /** Whether there is an open connection now. */
    public boolean isConnected() {
        return dialer.connection() != null;
    }

    /** What the client has seen so far. */
    public ClientStats stats() {
        return dialer.stats();
    }

    /** Waits until the client is closed: by {@link #close()}, or, without {@link Builder#reconnect}, by the connection's end. */
    public void awaitClosed() throws InterruptedException {
        dialer.awaitClosed();
    }

    /**
     * Ends in good order: no reconnecting any more, what was accepted is sent if there is a connection, which is then
     * {@linkplain Connection#close() closed}. Waits until that is done, which the limits bound, except when called on an
     * event loop. What could not be sent is logged. Closing again does nothing but wait.
     */
    @Override
    public void close() {
        dialer.close();
    }

    /** Ends at once: an open connection is {@linkplain Connection#abort() aborted}, retained messages are dropped. */
    public void abort() {
        dialer.abort();
    }

    @Override
    public String toString() {
        return "MessageClient[" + dialer + "]";
    }

    /**
     * Collects the options of a client. Each {@code connect} makes an independent client of the options as they are then. Not
     * thread-safe.
     */
    public static final class Builder<M> {
        private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);
        private static final int DEFAULT_RETAINED_BYTES = 8 << 20;
        private static final int DEFAULT_RETAINED_MESSAGES = 5000;

        private final CodecFactory<M> codec;
        private final Options<M> options = new Options<>();
        private @Nullable TlsOptions tls;
        private Endpoint.@Nullable HostAndPort tlsHost;
        private @Nullable Backoff reconnect;
        private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
        private int retainedBytes = DEFAULT_RETAINED_BYTES;
        private int retainedMessages = DEFAULT_RETAINED_MESSAGES;
        private Overflow retainOverflow = Overflow.REFUSE;

        private Builder(CodecFactory<M> codec) {
            this.codec = codec;
        }

        /** What is done with messages; without one they are discarded. */
        public Builder<M> listener(MessageListener<M> listener) {
            options.listener = Check.notNull("listener", listener);
            return this;
        }

        /**
         * Where the listener runs: a pool, or a thread for each task. It may block there. Its calls stay in order. The event
         * loop runs it unless this is set.
         */
        public Builder<M> executor(Executor executor) {
            options.executor = Check.notNull("executor", executor);
            return this;
        }

        /** {@link Limits#defaults()} unless set; those about accepting do not apply. */
        public Builder<M> limits(Limits limits) {
            options.limits = Check.notNull("limits", limits);
            return this;
        }

        /**
         * What happens to a message when the queue is full; {@link Overflow#CLOSE} unless set. A client that reconnects uses
         * the policy of {@link #retain} instead.
         */
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

        /** Options of the socket; {@link SocketOptions#defaults()} unless set. */
        public Builder<M> socketOptions(SocketOptions socketOptions) {
            options.socketOptions = Check.notNull("socketOptions", socketOptions);
            return this;
        }

        /** TLS from the first byte on; the certificate must be for the host that is connected to. */
        public Builder<M> tls(TlsOptions tls) {
            this.tls = Check.notNull("tls", tls);
            return this;
        }

        /**
         * The host that TLS is to verify, where that is not the one connected to: behind a proxy. It counts for {@link #tls}
         * and for {@link Connection#startTls(TlsOptions)}.
         */
        public Builder<M> tlsHost(String host, int port) {
            tlsHost = new Endpoint.HostAndPort(
                    Check.notNull("tlsHost", host), Check.inRange("tlsHost port", port, 1, 65535));
            return this;
        }

        /** How long connecting may take, all addresses of the host together; 10 s unless set. */
        public Builder<M> connectTimeout(Duration timeout) {
            this.connectTimeout = Check.positive("connectTimeout", timeout);
            return this;
        }

        /**
         * Connects again whenever the connection is lost, after waits of {@code backoff}, until the client is closed. The
         * host's name is looked up anew each time. Off unless set.
         */
        public Builder<M> reconnect(Backoff backoff) {
            this.reconnect = Check.notNull("backoff", backoff);
            return this;
        }

        /**
         * How much a client that reconnects keeps while it is away, or faster than the server takes it: 8 MiB, 5,000 messages
         * and {@link Overflow#REFUSE} unless set. What the kernel had taken when a connection broke may be lost; a message of
         * which it had taken a part is sent again whole.
         *
         * @param maxBytes 0 to retain nothing
         * @param policy what happens to a message that is too much: any but {@link Overflow#CLOSE}
         */
        public Builder<M> retain(int maxBytes, int maxMessages, Overflow policy) {
            retainedBytes = Check.inRange("retain maxBytes", maxBytes, 0, Integer.MAX_VALUE);
            retainedMessages = Check.inRange("retain maxMessages", maxMessages, 1, Integer.MAX_VALUE);
            if (Check.notNull("retain policy", policy) == Overflow.CLOSE) {
                throw new IllegalArgumentException(
                        "retain policy must not be CLOSE: while away there is nothing to close");
            }
            retainOverflow = policy;
            return this;
        }

        /** Own event loops, so many, for this client alone; it shares one a processor with the others unless set. */
        public Builder<M> eventLoops(int count) {
            options.eventLoops = Check.inRange("eventLoops", count, 1, 1024);
            return this;
        }

        /**
         * Connects to {@code host} and waits until the connection is open: before {@code onOpen} has been called, or while it
         * is. With mutual TLS 1.3 that is before the server has looked at the client's certificate: if it refuses that, the
         * connection opens and then closes.
         *
         * @throws ConnectException if no address of the host answers in time; the text says what happened at each
         * @throws java.net.UnknownHostException if the host has no address
         * @throws ConnectionClosedException if the connection closes before it is open, for instance since TLS failed
         * @throws InterruptedIOException if the thread is interrupted; its flag is set again
         * @throws IllegalStateException on an event loop, which must not wait: see {@link #connectInBackground}
         */
        public MessageClient<M> connect(String host, int port) throws IOException {
            return connected(new Target.Named(Check.notNull("host", host), Check.inRange("port", port, 1, 65535)));
        }

        /** As {@link #connect(String, int)}, to an address: IPv4, IPv6 or unix-domain. */
        public MessageClient<M> connect(SocketAddress address) throws IOException {
            return connected(Target.of(address));
        }

        /**
         * As {@link #connect(String, int)}, without waiting; so it may be called on an event loop. The client ends if the
         * attempt fails, with {@link #reconnect} too.
         *
         * @return completes with the client when the connection is open, before {@code onOpen} has been called or while it
         *     is, mostly on the event loop, or with what {@link #connect(String, int)} throws. Cancelling it gives up
         */
        public CompletableFuture<MessageClient<M>> connectAsync(String host, int port) {
            Target target = new Target.Named(Check.notNull("host", host), Check.inRange("port", port, 1, 65535));
            Dialer<M> dialer = dialer(target);
            CompletableFuture<MessageClient<M>> connected = new CompletableFuture<>();
            dialer.start().whenComplete((open, failure) -> {
                if (failure == null) {
                    connected.complete(new MessageClient<>(dialer));
                } else {
                    connected.completeExceptionally(unwrap(failure, target));
                }
            });
            connected.whenComplete((client, failure) -> {
                if (failure != null) {
                    dialer.giveUp();
                }
            });
            return connected;
        }

        /**
         * Returns at once and connects in the background. With {@link #reconnect} the first attempt is like any other: when it
         * fails, the next follows. Without, a failure closes the client. Either is told to the log only.
         */
        public MessageClient<M> connectInBackground(String host, int port) {
            Dialer<M> dialer =
                    dialer(new Target.Named(Check.notNull("host", host), Check.inRange("port", port, 1, 65535)));
            dialer.startInBackground();
            return new MessageClient<>(dialer);
        }

        private MessageClient<M> connected(Target target) throws IOException {
            if (EventLoop.current() != null) {
                throw new IllegalStateException(
                        "connect waits, and an event loop must not: use connectInBackground, or another thread");
            }
            Dialer<M> dialer = dialer(target);
            try {
                dialer.start().get();
                return new MessageClient<>(dialer);
            } catch (InterruptedException e) {
                dialer.abort();
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while connecting to " + target);
            } catch (ExecutionException e) {
                dialer.abort();
                throw unwrap(e.getCause(), target);
            }
        }

        private static IOException unwrap(@Nullable Throwable failure, Target target) {
            if (failure instanceof ConnectionClosedException closed) {
                return new ConnectionClosedException(closed.reason());
            }
            IOException fresh = failure instanceof ConnectException
                    ? new ConnectException(failure.getMessage())
                    : new IOException("cannot connect to " + target + ": " + failure);
            fresh.initCause(failure);
            return failure instanceof java.net.UnknownHostException unknown ? unknown : fresh;
        }

        private Dialer<M> dialer(Target connectTo) {
            Target target = tlsHost == null ? connectTo : new Target.Relayed(connectTo, tlsHost);
            EventLoops loops = options.eventLoops == 0 ? EventLoops.shared() : EventLoops.of(options.eventLoops);
            try {
                boolean retains = reconnect != null && retainedBytes > 0;
                SendBuffer<M> retained = retains
                        ? new SendBuffer<>(codec, new QueueLimit(retainedBytes, retainOverflow), retainedMessages, true)
                        : null;
                return new Dialer<>(options.settings(), codec, tls, target, connectTimeout, reconnect, retained, loops);
            } catch (RuntimeException e) {
                loops.release();
                throw e;
            }
        }
    }
}
