package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Outbox;
import io.github.packetboat.internal.io.Transport;
import io.github.packetboat.internal.io.WriteQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a connection. On the loop a message is encoded straight into the loop's outbox, without a lock; other
 * threads go through an {@link Intake}, which the loop empties before anything of its own, so that the order of calls is the
 * order on the wire. What is queued leaves by the {@link Drain}. Loop thread only, except where a method says otherwise.
 */
final class Outbound<M> {
    /** From here on a piece of its own goes to the kernel as it is, and waits as it is, rather than through the outbox. */
    private static final int PASS_ON_FROM_BYTES = 16 * 1024;
    /** From here on a piece that has to wait anyway does so as it is. */
    private static final int KEEP_FROM_BYTES = 512;

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final EventLoop loop;
    private final Outbox outbox;
    private final Encoder<M> encoder;
    private final Drain<M> drain;
    private final WriteQueue queue;
    private final Congestion<M> congestion;
    private final QueueLimit limit;
    private volatile @Nullable Intake<M> intake;
    private long sent;
    /** A frame is about to be queued: what seems to be everything is not. */
    private boolean arriving;
    /** What is being said comes in two pieces, and the second is not queued yet. */
    private boolean more;

    Outbound(
            SocketConnection<M> connection,
            Lifecycle<M> life,
            Readiness readiness,
            EventLoop loop,
            Codec<M> codec,
            Transport transport,
            Settings<M> settings) {
        this.connection = connection;
        this.life = life;
        this.loop = loop;
        this.outbox = loop.outbox();
        this.encoder = new Encoder<>(loop, codec);
        this.congestion = new Congestion<>(life, readiness, settings.limits());
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
        accept(encoded.duplicate());
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

    /**
     * Sends what {@code words} puts, which is no message, after what the loop has sent. Not bounded by a limit: it is an
     * answer, and nothing is read while much is queued.
     */
    void say(Consumer<FrameBuffer> words) {
        if (drain.isClosed()) {
            return;
        }
        FrameBuffer said = FrameBuffer.allocate(512);
        said.begin(said.bytes(), true);
        words.accept(said);
        if (said.length() == 0) {
            return;
        }
        ByteBuffer lent = said.borrowed();
        if (lent == null) {
            sayNow(said.bytes().flip());
            return;
        }
        more = true; // or the connection might end between the two
        sayNow(said.bytes().flip());
        more = false;
        sayNow(lent.duplicate());
    }

    private void sayNow(ByteBuffer bytes) {
        if (!bytes.hasRemaining() || drain.isClosed()) {
            return;
        }
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.said(bytes);
        }
        accept(bytes);
    }

    /** Sends {@code beat}, unless bytes that say as much are queued already. */
    void sendHeartbeat(@Nullable M beat) {
        if (beat != null && !life.refusesSends() && queuedBytes() == 0) {
            send(beat);
        }
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
                    if (life.refusesSends()) {
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

    /** Queues what is encoded already; the buffer is nobody else's, though its bytes may be. */
    void accept(ByteBuffer bytes) {
        arriving = true;
        ByteBuffer target = outbox.room();
        arriving = false;
        int start = target.position();
        int length = bytes.remaining();
        if (length >= PASS_ON_FROM_BYTES
                || length > target.remaining()
                || length >= KEEP_FROM_BYTES && drain.isWaiting()) {
            arrived();
            drain.writeThrough(start, start, bytes, true);
            return;
        }
        target.put(bytes);
        arrived();
        queue.add(start, target.position());
        if (isOverHighWaterMark()) {
            congestion.noteHigh();
        }
    }

    private void arrived() {
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

    /** Whether there is nothing that the drain does not know of. */
    boolean hasNothingMore() {
        return !arriving && !more && untakenBytes() == 0;
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
