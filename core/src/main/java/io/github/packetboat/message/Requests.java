package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Matches replies to requests, over any codec whose messages carry an id. Thread-safe; one serves any number of
 * connections, each with its own ids.
 *
 * <pre>{@code
 * var requests = Requests.correlatedBy(Message::id, Message::replyTo);
 * var client = MessageClient.builder(codec)
 *         .listener((connection, message) -> {
 *             if (!requests.accept(connection, message)) {
 *                 … // no reply: a message of its own
 *             }
 *         })
 *         .connect(host, port);
 * Message answer = requests.send(client.connection(), question, Duration.ofSeconds(5)).get();
 * }</pre>
 *
 * @param <M> the type of message
 * @param <I> the type of id, with {@code equals} and {@code hashCode}
 */
public final class Requests<M, I> {

    /**
     * What came of the requests so far.
     *
     * @param waiting requests that have no reply yet
     * @param answered requests that got their reply in time
     * @param timedOut requests whose deadline passed
     * @param failed requests that were not accepted, or whose connection closed before the reply
     * @param strayReplies replies to a request that was never sent, has timed out, or was answered already
     */
    public record Stats(int waiting, long answered, long timedOut, long failed, long strayReplies) {}

    private record Key<I>(long connection, I id) {}

    private final Function<? super M, ? extends @Nullable I> requestId;
    private final Function<? super M, ? extends @Nullable I> replyId;
    private final int maxWaiting;
    private final Map<Key<I>, Pending> waiting = new ConcurrentHashMap<>();
    private final LongAdder answered = new LongAdder();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder strayReplies = new LongAdder();

    private Requests(
            Function<? super M, ? extends @Nullable I> requestId,
            Function<? super M, ? extends @Nullable I> replyId,
            int maxWaiting) {
        this.requestId = requestId;
        this.replyId = replyId;
        this.maxWaiting = maxWaiting;
    }

    /** At most so many requests wait at once unless {@link #maxWaiting} says otherwise. */
    public static final int DEFAULT_MAX_WAITING = 100_000;

    /**
     * @param requestId the id that a request carries
     * @param replyId the id of the request that a message is the reply to, or null if it is no reply
     */
    public static <M, I> Requests<M, I> correlatedBy(
            Function<? super M, ? extends @Nullable I> requestId, Function<? super M, ? extends @Nullable I> replyId) {
        return new Requests<>(
                Check.notNull("requestId", requestId), Check.notNull("replyId", replyId), DEFAULT_MAX_WAITING);
    }

    /** A new, empty one that fails a request when so many wait already. */
    public Requests<M, I> maxWaiting(int requests) {
        return new Requests<>(requestId, replyId, Check.positive("maxWaiting", requests));
    }

    /**
     * Sends {@code request} over {@code connection}.
     *
     * @param deadline how long the reply may take from now on
     * @return completes with the reply; or with a {@link TimeoutException}, a {@link ConnectionClosedException} if the
     *     connection closes first, or an {@link IllegalStateException} if the request is not accepted by the connection or too
     *     many wait. Cancelling it forgets the request. It completes on the thread that runs the listener, or the event loop
     * @throws IllegalArgumentException if the request has no id, or one that waits already on this connection
     */
    public CompletableFuture<M> send(Connection<M> connection, M request, Duration deadline) {
        Check.positive("deadline", deadline);
        if (!(Check.notNull("connection", connection) instanceof SocketConnection<M> ours)) {
            throw new IllegalArgumentException(
                    "only connections of a MessageServer or MessageClient, not " + connection);
        }
        I id = requestId.apply(Check.notNull("request", request));
        if (id == null) {
            throw new IllegalArgumentException(
                    "the request has no id: " + request.getClass().getName());
        }
        Pending pending = new Pending(new Key<>(ours.id(), id), ours, deadline);
        if (waiting.size() >= maxWaiting) {
            return pending.refuse("maxWaiting=" + maxWaiting + " requests wait already");
        }
        if (waiting.putIfAbsent(pending.key, pending) != null) {
            throw new IllegalArgumentException("a request with id " + id + " waits already on " + connection);
        }
        return pending.send(request);
    }

    /**
     * To be called with every message that comes in.
     *
     * @return whether the message was a reply, even if one that nobody waits for; false means that it is the caller's
     */
    public boolean accept(Connection<M> connection, M message) {
        I id = replyId.apply(message);
        if (id == null) {
            return false;
        }
        Pending pending = waiting.remove(new Key<>(connection.id(), id));
        if (pending == null) {
            strayReplies.increment();
        } else {
            pending.answer(message);
        }
        return true;
    }

    /** What came of the requests so far. */
    public Stats stats() {
        return new Stats(waiting.size(), answered.sum(), timedOut.sum(), failed.sum(), strayReplies.sum());
    }

    /** One request without a reply yet. */
    private final class Pending extends Timers.Timer {
        private final Key<I> key;
        private final SocketConnection<M> connection;
        private final Duration deadline;
        private final CompletableFuture<M> reply = new CompletableFuture<>();

        Pending(Key<I> key, SocketConnection<M> connection, Duration deadline) {
            this.key = key;
            this.connection = connection;
            this.deadline = deadline;
        }

        CompletableFuture<M> refuse(String why) {
            failed.increment();
            reply.completeExceptionally(new IllegalStateException("request " + key.id + " was not sent: " + why));
            return reply;
        }

        CompletableFuture<M> send(M request) {
            reply.whenComplete((answer, failure) -> forget());
            connection.onLoop(this::watch);
            boolean accepted;
            try {
                accepted = connection.send(request);
            } catch (RuntimeException e) {
                reply.cancel(false);
                throw e;
            }
            if (!accepted && waiting.remove(key, this)) {
                refuse(connection + " did not accept it");
            }
            return reply;
        }

        private void watch() {
            EventLoop loop = connection.loop();
            if (!reply.isDone()) {
                loop.timers().schedule(this, loop.readClock() + deadline.toNanos());
                connection.onClosed(this, this::closed);
            }
        }

        private void closed(CloseReason reason) {
            if (waiting.remove(key, this)) {
                failed.increment();
                reply.completeExceptionally(new ConnectionClosedException(reason));
            }
        }

        @Override
        protected void expired(long nowNanos) {
            if (waiting.remove(key, this)) {
                timedOut.increment();
                reply.completeExceptionally(new TimeoutException("no reply to request " + key.id + " from "
                        + connection.remoteAddress() + " within " + deadline.toMillis() + " ms"));
            }
        }

        void answer(M message) {
            answered.increment();
            reply.complete(message);
        }

        private void forget() {
            waiting.remove(key, this);
            connection.onLoop(() -> {
                connection.loop().timers().cancel(this);
                connection.forgetClosed(this);
            });
        }
    }

    @Override
    public String toString() {
        return "Requests[" + Objects.toString(stats()) + "]";
    }
}
