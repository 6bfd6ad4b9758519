package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Outbox;
import io.github.packetboat.internal.io.Transport;
import io.github.packetboat.internal.io.WriteQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a connection. On the loop a message is encoded straight into the loop's outbox, without a lock; other
 * threads go through an {@link Intake}, which the loop empties before anything of its own, so that the order of calls is the
 * order on the wire. What is queued leaves by the {@link Drain}. Loop thread only, except where a method says otherwise.
 */
final class Outbound<M> {
    private final SocketConnection<M> connection;
    private final EventLoop loop;
    private final Outbox outbox;
    private final Encoder<M> encoder;
    private final Drain<M> drain;
    private final WriteQueue queue;
    private final Congestion<M> congestion;
    private final QueueLimit limit;
    private volatile @Nullable Intake<M> intake;
    private long sent;

    Outbound(
            SocketConnection<M> connection,
            Lifecycle<M> life,
            EventLoop loop,
            Codec<M> codec,
            Transport transport,
            Settings<M> settings) {
        this.connection = connection;
        this.loop = loop;
        this.outbox = loop.outbox();
        this.encoder = new Encoder<>(loop, codec);
        this.congestion = new Congestion<>(life, settings.limits());
        this.drain = new Drain<>(this, life, loop, congestion, transport);
        this.queue = drain.queue();
        this.limit = settings.queueLimit();
        if (limit.overflow() == Overflow.DROP_OLDEST) {
            takeFrom(new SendBuffer<>(connection.endpoint().codec(), limit, Integer.MAX_VALUE, true));
        }
    }

    // ------------------------------------------------------------------ on the loop

    /** Sends on the loop's thread. */
    boolean send(M message) {
        if (drain.isClosed()) {
            return false;
        }
        SendBuffer<M> detour = detour();
        if (detour != null) {
            return detour.offer(message);
        }
        return sendNow(message);
    }

    /** Where the loop's own messages have to go too; or null, and then all that came before them has been taken. */
    private @Nullable SendBuffer<M> detour() {
        Intake<M> foreign = intake;
        if (foreign == null) {
            return null;
        }
        if (foreign.takesAll()) {
            return foreign.buffer();
        }
        foreign.take();
        return null;
    }

    /** Sends {@code message} before what other threads have sent. */
    boolean sendNow(M message) {
        ByteBuffer target = outbox.room();
        int start = target.position();
        encoder.encode(message, target);
        if (encoder.isApart(target)) {
            return sendLarge(target, start);
        }
        int end = target.position();
        if (!hasRoom(end - start)) {
            target.position(start);
            limit.check(end - start);
            return full();
        }
        queue.add(start, end);
        sent++;
        return true;
    }

    private boolean hasRoom(int length) {
        long queued = queue.bytes() + length;
        if (congestion.isHigh(queued)) {
            if (queued > limit.maxQueuedBytes()) {
                return false;
            }
            congestion.noteHigh();
        }
        return true;
    }

    private boolean sendLarge(ByteBuffer target, int start) {
        int length = encoder.length();
        if (queue.bytes() + length > limit.maxQueuedBytes()) {
            target.position(start);
            limit.check(length);
            return full();
        }
        sent++;
        ByteBuffer apart = encoder.apart(target, start);
        return drain.writeThrough(start, target.position(), apart, false);
    }

    /** Sends the outbox's bytes from {@code start} to {@code end}, which other connections may share. */
    boolean sendShared(int start, int end) {
        if (drain.isClosed()) {
            return false;
        }
        SendBuffer<M> detour = detour();
        if (detour != null) {
            return detour.offerEncoded(outbox.copyOf(start, end));
        }
        if (!hasRoom(end - start)) {
            limit.check(end - start);
            return refuse();
        }
        queue.add(start, end);
        sent++;
        return true;
    }

    /** Sends a frame that is encoded already, and that other connections may share, on the loop's thread. */
    boolean sendCopy(ByteBuffer encoded) {
        if (drain.isClosed()) {
            return false;
        }
        SendBuffer<M> detour = detour();
        if (detour != null) {
            return detour.offerEncoded(encoded);
        }
        if (queue.bytes() + encoded.remaining() > limit.maxQueuedBytes()) {
            limit.check(encoded.remaining());
            return refuse();
        }
        sent++;
        drain.accept(encoded.duplicate(), false);
        return !drain.isClosed();
    }

    /** What the policy says of a full queue, on the loop. */
    private boolean full() {
        if (limit.overflow() == Overflow.BLOCK) {
            throw QueueLimit.mustNotWait();
        }
        return refuse();
    }

    private boolean refuse() {
        if (limit.overflow() == Overflow.CLOSE) {
            overflowed(queue.bytes());
        }
        return false;
    }

    /** Closes the connection, since its peer reads too slowly: so much was queued. Thread-safe. */
    void overflowed(long queued) {
        connection.closeFor(CloseReason.Kind.OVERFLOW, limit.exceeded(queued));
    }

    /** Sends what is no message: {@code words}, and {@code lent} right behind them. Not bounded by the limit. */
    void say(ByteBuffer words, @Nullable ByteBuffer lent) {
        if (lent == null || !lent.hasRemaining()) {
            say(words, false);
            return;
        }
        say(words, true); // or the connection might end between the two
        say(lent.duplicate(), false);
    }

    private void say(ByteBuffer bytes, boolean half) {
        if (!bytes.hasRemaining() || drain.isClosed()) {
            return;
        }
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.said(bytes);
        }
        drain.accept(bytes, half);
    }

    // ------------------------------------------------------------------ from other threads

    /** Sends, from another thread. Thread-safe. */
    boolean sendFromOutside(M message) {
        return fromOutside().buffer().offer(message);
    }

    /** Sends a frame that is encoded already, from another thread. Thread-safe. */
    boolean sendEncodedFromOutside(ByteBuffer encoded) {
        return fromOutside().buffer().offerEncoded(encoded);
    }

    private Intake<M> fromOutside() {
        Intake<M> foreign = intake;
        if (foreign == null) {
            synchronized (this) {
                foreign = intake;
                if (foreign == null) {
                    SendBuffer<M> buffer = new SendBuffer<>(connection.encoding(), limit, Integer.MAX_VALUE, false);
                    foreign = new Intake<>(this, loop, buffer, limit.maxQueuedBytes(), false);
                    foreign.begin();
                    if (connection.life().refusesSends()) {
                        buffer.close();
                    }
                    intake = foreign;
                }
            }
        }
        return foreign;
    }

    /**
     * Whether frames go through a buffer that was there before the connection and may be sent by the next one, which may
     * agree on something else with its peer. Settled before the connection is open. Thread-safe.
     */
    boolean mayOutlive() {
        Intake<M> foreign = intake;
        return foreign != null && foreign.takesAll();
    }

    /** Takes single frames from {@code shared}, and puts back into it what was not sent. Before the first send. */
    void takeFrom(SendBuffer<M> shared) {
        Intake<M> all = new Intake<>(this, loop, shared, limit.maxQueuedBytes(), true);
        intake = all;
        all.begin();
    }

    /** What the intake took last is about to count in this connection's own queue. */
    void arrived() {
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.arrived();
        }
    }

    /** Nothing will ever be written any more. Thread-safe. */
    void loopStopped() {
        connection.closeFor(CloseReason.Kind.ABORTED, "the event loop has stopped");
    }

    // ------------------------------------------------------------------ what the drain tells

    /** The drain has written, and {@code queued} bytes are left. */
    void wrote(long queued, boolean waiting) {
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.wrote(queued, waiting);
        }
    }

    /** The kernel takes more. */
    void takeMore() {
        Intake<M> foreign = intake;
        if (foreign != null && foreign.bytes() > 0) {
            foreign.takeSoon();
        }
    }

    /** Bytes that other threads have sent and the loop has not taken. Thread-safe. */
    long untakenBytes() {
        Intake<M> foreign = intake;
        return foreign == null ? 0 : foreign.bytes();
    }

    /** More is queued than before. Thread-safe. */
    void noteGrown() {
        congestion.noteGrown(queuedBytes());
    }

    void noteCongestion() {
        Intake<M> foreign = intake;
        // what is said besides messages is bounded only by not reading what asks for it
        boolean bounded = foreign != null && foreign.takesAll() && !congestion.isHigh(foreign.saidBytes());
        congestion.note(queuedBytes(), bounded);
    }

    // ------------------------------------------------------------------ for the rest of the package

    EventLoop loop() {
        return loop;
    }

    Drain<M> drain() {
        return drain;
    }

    Encoder<M> encoder() {
        return encoder;
    }

    /** Completes {@code done} when what is accepted now has been handed to the kernel. */
    void whenFlushed(CompletableFuture<Void> done) {
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.take();
        }
        if (drain.isClosed()) {
            done.completeExceptionally(new ConnectionClosedException(connection.closeReason()));
        } else {
            drain.whenWritten(foreign != null && foreign.takesAll() ? foreign.bytes() : 0, done);
        }
    }

    /** Goes on over TLS, with what was held back first. */
    void goOn(Transport secured) throws IOException {
        encoder.borrowNothing();
        drain.release(secured);
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.take();
        }
    }

    /** Other threads can send no more; what they have sent is taken in, or left to the next connection. */
    void closeIntake() {
        Intake<M> foreign;
        synchronized (this) {
            foreign = intake;
        }
        if (foreign != null) {
            foreign.close(connection.endpoint().owner().keepsUnsent());
        }
    }

    /** Forgets everything: the channel is closed. Returns how many bytes were not sent. */
    long discard() {
        long lost = drain.close();
        Intake<M> foreign = intake;
        return foreign == null
                ? lost
                : foreign.discard(connection.endpoint().owner().keepsUnsent(), lost);
    }

    boolean isOverHighWaterMark() {
        return congestion.isHigh(queue.bytes());
    }

    /** Thread-safe. */
    boolean isWritable() {
        return !congestion.isCongested();
    }

    /** How many buffers wait for the kernel. */
    int ownedBuffers() {
        return queue.ownedBuffers();
    }

    /** Bytes that the loop has, and not those that it has not taken. Thread-safe. */
    long loopQueuedBytes() {
        return queue.bytes();
    }

    /** Thread-safe. */
    long queuedBytes() {
        return queue.bytes() + untakenBytes();
    }

    /** Messages accepted so far. Thread-safe, roughly. */
    long sent() {
        Intake<M> foreign = intake;
        return sent + (foreign == null ? 0 : foreign.accepted());
    }

    /** Thread-safe, roughly. */
    long dropped() {
        Intake<M> foreign = intake;
        return foreign == null ? 0 : foreign.buffer().dropped();
    }

    /** Thread-safe, roughly. */
    long writtenBytes() {
        return queue.writtenBytes();
    }
}
