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
 * order on the wire. Loop thread only, except where a method says otherwise.
 */
final class Outbound<M> implements Outbox.Sender {
    /** From here on a piece of its own goes to the kernel as it is, and waits as it is, rather than through the outbox. */
    private static final int PASS_ON_FROM_BYTES = 16 * 1024;
    /** From here on a piece that has to wait anyway does so as it is. */
    private static final int KEEP_FROM_BYTES = 512;

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final EventLoop loop;
    private final Outbox outbox;
    private final WriteQueue queue;
    private final Encoder<M> encoder;
    private final Congestion<M> congestion;
    private final QueueLimit limit;
    private final int maxQueuedBytes;
    private Transport transport;
    private volatile @Nullable Intake<M> intake;
    private @Nullable Flushes flushes;
    private long sent;
    private long stalledSinceNanos;
    private long lastWritten;
    private boolean held;
    private boolean closed;

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
        this.queue = new WriteQueue(outbox, this);
        this.encoder = new Encoder<>(loop, codec);
        this.congestion = new Congestion<>(life, readiness, loop, settings.limits());
        this.limit = settings.queueLimit();
        this.transport = transport;
        this.maxQueuedBytes = limit.maxQueuedBytes();
        if (limit.overflow() == Overflow.DROP_OLDEST) {
            takeFrom(new SendBuffer<>(connection.endpoint().codec(), limit, Integer.MAX_VALUE, true));
        }
    }

    /** Takes single frames from {@code shared}, and puts back into it what was not sent. Before the first send. */
    void takeFrom(SendBuffer<M> shared) {
        Intake<M> all = new Intake<>(this, loop, shared, maxQueuedBytes, true);
        intake = all;
        all.begin();
    }

    /** Sends on the loop's thread. */
    boolean send(M message) {
        if (closed) {
            return false;
        }
        Intake<M> foreign = intake;
        if (foreign != null) {
            if (foreign.takesAll()) {
                return foreign.buffer().offer(message);
            }
            foreign.take();
        }
        return sendNow(message);
    }

    /** Sends {@code message} before what other threads have sent. */
    boolean sendNow(M message) {
        ByteBuffer target = outbox.room();
        int start = target.position();
        encoder.encode(message, target);
        if (encoder.isApart(target)) {
            return sendLarge(target, start);
        }
        return add(start, target.position());
    }

    /**
     * Sends what {@code words} puts, which is no message, after what the loop has sent. Not bounded by a limit: it is an
     * answer, and nothing is read while much is queued.
     */
    void say(Consumer<FrameBuffer> words) {
        if (closed) {
            return;
        }
        FrameBuffer said = FrameBuffer.allocate(128);
        words.accept(said);
        if (said.length() == 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(said.toByteArray());
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.said(bytes);
        }
        ByteBuffer target = outbox.room();
        int start = target.position();
        if (bytes.remaining() > target.remaining()) {
            passOn(start, bytes);
        } else {
            queue.add(start, target.put(bytes).position());
            noteQueued();
        }
    }

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
                    foreign = new Intake<>(this, loop, buffer, maxQueuedBytes, false);
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

    /** Sends the outbox's bytes from {@code start} to {@code end}, which other connections may share. */
    boolean sendShared(int start, int end) {
        if (closed) {
            return false;
        }
        Intake<M> foreign = intake;
        if (foreign != null) {
            if (foreign.takesAll()) {
                return foreign.buffer().offerEncoded(copy(start, end));
            }
            foreign.take();
        }
        long queued = queue.bytes() + (end - start);
        if (congestion.isHigh(queued)) {
            if (queued > maxQueuedBytes) {
                limit.check(end - start);
                return refuse();
            }
            congestion.noteHigh();
        }
        queue.add(start, end);
        sent++;
        return true;
    }

    /** Sends a frame that is encoded already, and that other connections may share, on the loop's thread. */
    boolean sendCopy(ByteBuffer encoded) {
        if (closed) {
            return false;
        }
        Intake<M> foreign = intake;
        if (foreign != null) {
            if (foreign.takesAll()) {
                return foreign.buffer().offerEncoded(encoded);
            }
            foreign.take();
        }
        if (queue.bytes() + encoded.remaining() > maxQueuedBytes) {
            limit.check(encoded.remaining());
            return refuse();
        }
        sent++;
        accept(encoded.duplicate());
        return !closed;
    }

    private ByteBuffer copy(int start, int end) {
        ByteBuffer bytes = outbox.buffer().duplicate().limit(end).position(start);
        return ByteBuffer.allocate(end - start).put(bytes).flip();
    }

    private boolean add(int start, int end) {
        long queued = queue.bytes() + (end - start);
        if (congestion.isHigh(queued)) {
            if (queued > maxQueuedBytes) {
                outbox.buffer().position(start);
                limit.check(end - start);
                return full();
            }
            congestion.noteHigh();
        }
        queue.add(start, end);
        sent++;
        return true;
    }

    private boolean sendLarge(ByteBuffer target, int start) {
        int length = encoder.length();
        if (queue.bytes() + length > maxQueuedBytes) {
            target.position(start);
            limit.check(length);
            return full();
        }
        sent++;
        ByteBuffer apart = encoder.apart(target, start);
        try {
            writeOrStall(start, target.position(), apart, false);
        } catch (IOException e) {
            life.fail(e);
            return false;
        }
        afterWrite();
        return true;
    }

    private void writeOrStall(int start, int end, ByteBuffer body, boolean mayKeep) throws IOException {
        if (held) {
            queue.stallThrough(start, end, body, mayKeep);
        } else {
            queue.writeThrough(transport, start, end, body, mayKeep);
        }
    }

    /** More is queued than before. Thread-safe. */
    void noteGrown() {
        congestion.noteGrown(queuedBytes());
    }

    boolean isOverHighWaterMark() {
        return congestion.isHigh(queue.bytes());
    }

    /** Sends {@code beat}, unless bytes that say as much are queued already. */
    void sendHeartbeat(@Nullable M beat) {
        if (beat != null && !life.refusesSends() && queuedBytes() == 0) {
            send(beat);
        }
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

    /** Nothing will ever be written any more. Thread-safe. */
    void loopStopped() {
        connection.closeFor(CloseReason.Kind.ABORTED, "the event loop has stopped");
    }

    /** Queues frames that the intake hands over. */
    void accept(ByteBuffer bytes) {
        ByteBuffer target = outbox.room();
        int start = target.position();
        int length = bytes.remaining();
        if (length >= PASS_ON_FROM_BYTES || length > target.remaining() || length >= KEEP_FROM_BYTES && isWaiting()) {
            passOn(start, bytes);
            return;
        }
        target.put(bytes);
        arrived();
        queue.add(start, target.position());
        noteQueued();
    }

    private void noteQueued() {
        if (isOverHighWaterMark()) {
            congestion.noteHigh();
        }
    }

    /** The buffer is nobody else's, though its bytes may be: those that have to wait are not copied. */
    private void passOn(int start, ByteBuffer bytes) {
        arrived();
        try {
            writeOrStall(start, start, bytes, true);
        } catch (IOException e) {
            life.fail(e);
            return;
        }
        afterWrite();
    }

    private void arrived() {
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.arrived();
        }
    }

    @Override
    public void flush() {
        if (closed) {
            return;
        }
        try {
            if (held) {
                queue.stall();
            } else {
                queue.flush(transport);
            }
            afterWrite();
        } catch (IOException e) {
            life.fail(e);
        } catch (Throwable failure) {
            life.onFailure(failure);
        }
    }

    /** The kernel takes bytes again. */
    void onWritable() throws IOException {
        if (held) {
            return;
        }
        queue.flushStalled(transport);
        afterWrite();
        Intake<M> foreign = intake;
        if (foreign != null && foreign.bytes() > 0 && !isWaiting()) {
            foreign.takeSoon();
        }
    }

    private void afterWrite() {
        boolean waiting = isWaiting();
        if (waiting || stalledSinceNanos != 0) {
            noteStall(waiting);
        }
        long queued = queue.bytes();
        if (congestion.isCongested() || congestion.isHigh(queued)) {
            noteCongestion();
        }
        if (intake != null || flushes != null) {
            afterWriteForOthers(queued, waiting);
        }
        if (queued == 0 && !waiting && bufferedBytes() == 0) {
            life.drained();
        }
    }

    void noteCongestion() {
        Intake<M> foreign = intake;
        congestion.note(queuedBytes(), foreign != null && foreign.takesAll());
    }

    private void noteStall(boolean waiting) {
        long written = writtenToKernel();
        if (written != lastWritten || stalledSinceNanos == 0) {
            lastWritten = written;
            stalledSinceNanos = loop.nowNanos() == 0 ? 1 : loop.nowNanos();
        }
        if (!waiting) {
            stalledSinceNanos = 0;
        }
        life.wantWrites(waiting);
    }

    private void afterWriteForOthers(long queued, boolean waiting) {
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.wrote(queued, waiting);
        }
        Flushes awaited = flushes;
        if (awaited != null && awaited.written(writtenToKernel(), queued == 0 && bufferedBytes() == 0)) {
            flushes = null;
        }
    }

    private long writtenToKernel() {
        return queue.writtenBytes() - transport.unflushedBytes();
    }

    /** Completes {@code done} when what is accepted now has been handed to the kernel. */
    void whenFlushed(CompletableFuture<Void> done) {
        Intake<M> foreign = intake;
        if (foreign != null) {
            foreign.take();
        }
        if (closed) {
            done.completeExceptionally(new ConnectionClosedException(connection.closeReason()));
            return;
        }
        long waiting = queue.bytes() + (foreign != null && foreign.takesAll() ? foreign.bytes() : 0);
        if (waiting == 0 && !isWaiting()) {
            done.complete(null);
            return;
        }
        Flushes awaited = flushes;
        if (awaited == null) {
            awaited = new Flushes(loop);
            flushes = awaited;
        }
        awaited.await(queue.writtenBytes() + waiting, done);
    }

    /** From now on bytes are queued and not written, until {@link #release}. What is queued is written as far as it goes. */
    void hold() {
        flush();
        held = true;
    }

    /** Writes to {@code secured} from now on, beginning with what was held back. */
    void release(Transport secured) throws IOException {
        transport = secured;
        encoder.borrowNothing();
        held = false;
        queue.flushStalled(transport);
        afterWrite();
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
        closed = true;
        long lost = queue.discard() + transport.unusableBytes();
        Intake<M> foreign = intake;
        return foreign == null
                ? lost
                : foreign.discard(connection.endpoint().owner().keepsUnsent(), lost);
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether bytes may go to the kernel now. */
    boolean mayWrite() {
        return !held && !isWaiting();
    }

    /** Whether only the kernel can bring things forward. */
    boolean isWaiting() {
        return queue.isStalled() || transport.unflushedBytes() > 0;
    }

    /** Tries whether the kernel takes anything after all. */
    boolean writesSome() {
        long before = writtenToKernel();
        try {
            onWritable();
        } catch (IOException e) {
            life.fail(e);
        }
        return writtenToKernel() != before;
    }

    /** When the kernel last took bytes while some wait for it; 0 if none wait. */
    long stalledSinceNanos() {
        return stalledSinceNanos;
    }

    /** Thread-safe. */
    boolean isWritable() {
        return !congestion.isCongested();
    }

    /** Fails who waits for {@link #whenFlushed}. */
    void failFlushes(CloseReason reason) {
        Flushes awaited = flushes;
        flushes = null;
        if (awaited != null) {
            awaited.fail(reason);
        }
    }

    Encoder<M> encoder() {
        return encoder;
    }

    /** How many buffers wait for the kernel. */
    int ownedBuffers() {
        return queue.ownedBuffers();
    }

    /** Bytes that the loop has, and not those in the send buffer. Thread-safe. */
    long loopQueuedBytes() {
        return queue.bytes();
    }

    /** Thread-safe. */
    long queuedBytes() {
        return queue.bytes() + bufferedBytes();
    }

    private long bufferedBytes() {
        Intake<M> foreign = intake;
        return foreign == null ? 0 : foreign.bytes();
    }

    /** Messages accepted so far. Thread-safe, roughly. */
    long sent() {
        Intake<M> foreign = intake;
        return sent + (foreign == null ? 0 : foreign.buffer().accepted());
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
