package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Outbox;
import io.github.packetboat.internal.io.Transport;
import io.github.packetboat.internal.io.WriteQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a connection. On the loop a message is encoded straight into the loop's outbox, without a lock; other
 * threads go through a {@link SendBuffer}, which the loop empties before anything of its own, so that the order of calls is
 * the order on the wire. Loop thread only, except where a method says otherwise.
 */
final class Outbound<M> implements Outbox.Sender {
    /** At most so much of a send buffer's single frames is taken ahead of the kernel: the rest can be dropped or kept. */
    private static final int MOST_AHEAD_BYTES = 64 * 1024;
    /** From here on a piece of its own goes to the kernel as it is, and waits as it is, rather than through the outbox. */
    private static final int PASS_ON_FROM_BYTES = 16 * 1024;
    /** From here on a piece that has to wait anyway does so as it is. */
    private static final int KEEP_FROM_BYTES = 512;

    private record Waiter(long target, CompletableFuture<Void> done) {}

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final Readiness readiness;
    private final EventLoop loop;
    private final Outbox outbox;
    private final WriteQueue queue;
    private final FrameBuffer frame;
    private final Codec<M> codec;
    private final int maxQueuedBytes;
    private final int highWaterMarkBytes;
    private final int lowWaterMarkBytes;
    private final Overflow overflow;
    private final int aheadBytes;
    private Transport transport;
    private volatile @Nullable SendBuffer<M> buffer;
    private @Nullable ArrayDeque<ByteBuffer> inFlight;
    private @Nullable ArrayDeque<Waiter> waiters;
    private long sent;
    private long stalledSinceNanos;
    private long lastWritten;
    private boolean held;
    private boolean borrows = true;
    private boolean framed;
    private boolean closed;
    private volatile boolean leavesRest;
    private volatile boolean congested;

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
        this.readiness = readiness;
        this.loop = loop;
        this.outbox = loop.outbox();
        this.queue = new WriteQueue(outbox, this);
        this.frame = frameOf(loop);
        this.codec = codec;
        this.transport = transport;
        this.maxQueuedBytes = settings.limits().maxQueuedBytes();
        this.highWaterMarkBytes = settings.limits().highWaterMarkBytes();
        this.lowWaterMarkBytes = settings.limits().lowWaterMarkBytes();
        this.overflow = settings.overflow();
        this.aheadBytes = Math.min(MOST_AHEAD_BYTES, maxQueuedBytes / 4);
        if (overflow == Overflow.DROP_OLDEST) {
            takeFrom(
                    new SendBuffer<>(connection.endpoint().codec(), overflow, maxQueuedBytes, Integer.MAX_VALUE, true));
        }
    }

    private static FrameBuffer frameOf(EventLoop loop) {
        synchronized (loop) {
            if (loop.attachment() instanceof FrameBuffer shared) {
                return shared;
            }
            FrameBuffer shared = FrameBuffer.allocate(0);
            loop.attach(shared);
            return shared;
        }
    }

    /** Takes single frames from {@code shared}, and puts back into it what was not sent. Before the first send. */
    void takeFrom(SendBuffer<M> shared) {
        buffer = shared;
        framed = true;
        shared.attach(this);
    }

    /** Sends on the loop's thread. */
    boolean send(M message) {
        if (closed) {
            return false;
        }
        SendBuffer<M> foreign = buffer;
        if (foreign != null) {
            if (framed) {
                return foreign.offer(message);
            }
            if (foreign.bytes() > 0) {
                take();
            }
        }
        return sendNow(message);
    }

    /** Sends {@code message} before everything that waits in the send buffer. */
    boolean sendNow(M message) {
        ByteBuffer target = outbox.room();
        int start = target.position();
        encode(message, target, start);
        if (frame.bytes() != target || frame.borrowed() != null) {
            return sendLarge(target, start);
        }
        return add(start, target.position());
    }

    private void encode(M message, ByteBuffer target, int start) {
        frame.begin(target, borrows);
        try {
            codec.encode(message, frame);
        } catch (CodecException e) {
            target.position(start);
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            target.position(start);
            throw e;
        }
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
        if (framed) {
            frames().add(bytes.asReadOnlyBuffer());
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
        return outsideBuffer().offer(message);
    }

    /** Sends a frame that is encoded already, from another thread. Thread-safe. */
    boolean sendEncodedFromOutside(ByteBuffer encoded) {
        return outsideBuffer().offerEncoded(encoded);
    }

    private SendBuffer<M> outsideBuffer() {
        SendBuffer<M> shared = buffer;
        if (shared == null) {
            synchronized (this) {
                shared = buffer;
                if (shared == null) {
                    shared =
                            new SendBuffer<>(connection.encoding(), overflow, maxQueuedBytes, Integer.MAX_VALUE, false);
                    shared.attach(this);
                    if (life.refusesSends()) {
                        shared.close();
                    }
                    buffer = shared;
                }
            }
        }
        return shared;
    }

    /** Encodes {@code message} into the outbox for several connections of this loop; it starts where this returns. */
    int encodeShared(M message) {
        ByteBuffer target = outbox.room();
        int start = target.position();
        frame.begin(target, false);
        encodeUnborrowed(message, target, start);
        return start;
    }

    private void encodeUnborrowed(M message, ByteBuffer target, int start) {
        boolean mayBorrow = borrows;
        borrows = false;
        try {
            encode(message, target, start);
        } finally {
            borrows = mayBorrow;
        }
        if (frame.bytes() != target) {
            target.position(start);
        }
    }

    /** What {@link #encodeShared} encoded, if it was too large for the outbox; else null. */
    @Nullable
    ByteBuffer outgrownShared() {
        ByteBuffer bytes = frame.bytes();
        return bytes.isDirect() ? null : bytes.flip();
    }

    /** Sends the outbox's bytes from {@code start} to {@code end}, which other connections may share. */
    boolean sendShared(int start, int end) {
        if (closed) {
            return false;
        }
        SendBuffer<M> foreign = buffer;
        if (foreign != null) {
            if (framed) {
                return foreign.offerEncoded(copy(start, end));
            }
            if (foreign.bytes() > 0) {
                take();
            }
        }
        long queued = queue.bytes() + (end - start);
        if (queued > highWaterMarkBytes) {
            if (queued > maxQueuedBytes) {
                checkLength(end - start);
                return refuse();
            }
            noteHigh();
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
        SendBuffer<M> foreign = buffer;
        if (foreign != null) {
            if (framed) {
                return foreign.offerEncoded(encoded);
            }
            take();
        }
        if (queue.bytes() + encoded.remaining() > maxQueuedBytes) {
            checkLength(encoded.remaining());
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
        if (queued > highWaterMarkBytes) {
            if (queued > maxQueuedBytes) {
                outbox.buffer().position(start);
                checkLength(end - start);
                return full();
            }
            noteHigh();
        }
        queue.add(start, end);
        sent++;
        return true;
    }

    private boolean sendLarge(ByteBuffer target, int start) {
        int length = frame.length();
        if (queue.bytes() + length > maxQueuedBytes) {
            target.position(start);
            checkLength(length);
            return full();
        }
        sent++;
        try {
            if (frame.bytes() != target) {
                target.position(start);
                writeOrStall(start, start, frame.bytes().flip(), false);
            } else {
                writeOrStall(start, target.position(), frame.borrowed().duplicate(), false);
            }
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

    /** Lets the decoder stop when so much is queued that it should be written first. */
    private void noteQueued() {
        if (isOverHighWaterMark()) {
            noteHigh();
        }
    }

    private void noteHigh() {
        congested = true;
        readiness.attend();
    }

    /** The send buffer holds more than before. Thread-safe. */
    void noteBuffered() {
        if (!congested && queuedBytes() > highWaterMarkBytes) {
            congested = true;
        }
    }

    boolean isOverHighWaterMark() {
        return queue.bytes() > highWaterMarkBytes;
    }

    /** Sends {@code beat}, unless bytes that say as much are queued already. */
    void sendHeartbeat(@Nullable M beat) {
        if (beat != null && !life.refusesSends() && queuedBytes() == 0) {
            send(beat);
        }
    }

    private void checkLength(int length) {
        if (length > maxQueuedBytes) {
            throw tooLong(length, maxQueuedBytes);
        }
    }

    static IllegalArgumentException tooLong(int length, int maxQueuedBytes) {
        return new IllegalArgumentException(
                "a message of " + length + " bytes can never be queued: maxQueuedBytes=" + maxQueuedBytes);
    }

    static IllegalStateException mustNotWait() {
        return new IllegalStateException("the queue is full and Overflow.BLOCK says that send waits for room, which an"
                + " event loop must not: obey isWritable(), run the listener on an executor, or choose another policy");
    }

    /** What the policy says of a full queue, on the loop. */
    private boolean full() {
        if (overflow == Overflow.BLOCK) {
            throw mustNotWait();
        }
        return refuse();
    }

    private boolean refuse() {
        if (overflow == Overflow.CLOSE) {
            overflowed(queue.bytes());
        }
        return false;
    }

    /** Closes the connection, since its peer reads too slowly: so much was queued. Thread-safe. */
    void overflowed(long queued) {
        connection.closeFor(
                CloseReason.Kind.OVERFLOW,
                queued + " bytes queued and one more message would exceed maxQueuedBytes=" + maxQueuedBytes
                        + ": the peer reads too slowly; obey isWritable(), or choose another Overflow policy");
    }

    /** Asks the loop to take what the send buffer holds. Thread-safe. */
    void scheduleTake() {
        try {
            loop.execute(this::takeSoon);
        } catch (RejectedExecutionException e) {
            connection.closeFor(CloseReason.Kind.ABORTED, "the event loop has stopped");
        }
    }

    /** Takes what other threads have sent up to now: what the loop sends next comes after it. */
    private void take() {
        SendBuffer<M> foreign = buffer;
        if (foreign != null && !closed && !leavesRest) {
            foreign.take(this::accept, this::wantsMoreFrames, true);
        }
    }

    /** Takes what other threads have sent, or lets them send some more first. */
    private void takeSoon() {
        SendBuffer<M> foreign = buffer;
        if (foreign == null || closed || leavesRest || (isWaiting() && !framed)) {
            // what waits for the kernel is better left where it is than copied behind what waits already
            noteCongestion();
            return;
        }
        if (!foreign.take(this::accept, this::wantsMoreFrames, false)) {
            loop.execute(this::takeSoon);
        }
    }

    private void signalRoom() {
        SendBuffer<M> foreign = buffer;
        if (foreign != null && !foreign.signalRoom()) {
            loop.execute(this::signalRoom);
        }
    }

    private boolean wantsMoreFrames() {
        return !closed && !leavesRest && !held && !isWaiting() && queue.bytes() <= aheadBytes;
    }

    private void accept(ByteBuffer bytes) {
        if (closed) {
            return;
        }
        if (framed) {
            frames().add(bytes.duplicate());
        }
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
        SendBuffer<M> foreign = buffer;
        if (foreign != null) {
            foreign.arrived();
        }
    }

    private ArrayDeque<ByteBuffer> frames() {
        ArrayDeque<ByteBuffer> frames = inFlight;
        if (frames == null) {
            frames = new ArrayDeque<>();
            inFlight = frames;
        }
        return frames;
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
        if (!isWaiting() && bufferedBytes() > 0) {
            takeSoon();
        }
    }

    private void afterWrite() {
        boolean waiting = isWaiting();
        if (waiting || stalledSinceNanos != 0) {
            noteStall(waiting);
        }
        long queued = queue.bytes();
        if (congested || queued > highWaterMarkBytes) {
            noteCongestion();
        }
        if (buffer != null || waiters != null) {
            afterWriteForOthers(queued, waiting);
        }
        if (queued == 0 && !waiting && bufferedBytes() == 0) {
            life.drained();
        }
    }

    private void noteCongestion() {
        long queued = queuedBytes();
        if (queued > highWaterMarkBytes) {
            congested = true;
        }
        if (!congested) {
            return;
        }
        if (queued <= lowWaterMarkBytes) {
            congested = false;
            life.resume(Readiness.PAUSED_BY_QUEUE);
            later(this::tellWritable);
        } else if (!framed && !readiness.isPausedBy(Readiness.PAUSED_BY_QUEUE)) {
            // what is dropped, or kept for the next connection, is bounded without the peer's help
            life.pause(Readiness.PAUSED_BY_QUEUE);
        }
    }

    private void tellWritable() {
        if (!closed && !congested) {
            life.callbacks().writable();
        }
    }

    /** Calls the application back when nothing is half done here: it may send, close or ask anything. */
    private void later(Runnable callback) {
        try {
            loop.execute(callback);
        } catch (RejectedExecutionException e) {
            callback.run();
        }
    }

    private void noteStall(boolean waiting) {
        long written = queue.writtenBytes() - transport.unflushedBytes();
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
        SendBuffer<M> foreign = buffer;
        if (foreign != null) {
            if (queued == 0 && inFlight != null) {
                inFlight.clear();
            }
            signalRoom();
            if (framed && !waiting && foreign.bytes() > 0 && queued <= aheadBytes) {
                scheduleTake();
            }
        }
        if (waiters != null) {
            completeWaiters(waiters, queued == 0 && bufferedBytes() == 0);
        }
    }

    private void completeWaiters(ArrayDeque<Waiter> pending, boolean all) {
        while (!pending.isEmpty()
                && (all || pending.element().target <= queue.writtenBytes() - transport.unflushedBytes())) {
            CompletableFuture<Void> done = pending.remove().done;
            later(() -> done.complete(null));
        }
        if (pending.isEmpty()) {
            waiters = null;
        }
    }

    /** Completes {@code done} when what is accepted now has been handed to the kernel. */
    void whenFlushed(CompletableFuture<Void> done) {
        take();
        if (closed) {
            done.completeExceptionally(new ConnectionClosedException(connection.closeReason()));
            return;
        }
        long waiting = queue.bytes() + (framed ? bufferedBytes() : 0);
        if (waiting == 0 && !isWaiting()) {
            done.complete(null);
            return;
        }
        ArrayDeque<Waiter> all = waiters;
        if (all == null) {
            all = new ArrayDeque<>(2);
            waiters = all;
        }
        all.add(new Waiter(queue.writtenBytes() + waiting, done));
    }

    /** From now on bytes are queued and not written, until {@link #release}. What is queued is written as far as it goes. */
    void hold() {
        flush();
        held = true;
    }

    /** Writes to {@code secured} from now on, beginning with what was held back. */
    void release(Transport secured) throws IOException {
        transport = secured;
        borrows = false;
        held = false;
        queue.flushStalled(transport);
        afterWrite();
        take();
    }

    /**
     * Takes in what other threads sent before the connection was closed; they can send no more. What is kept for the next
     * connection is left to that.
     */
    void closeBuffer() {
        SendBuffer<M> foreign;
        synchronized (this) {
            foreign = buffer;
        }
        if (foreign == null) {
            return;
        }
        if (connection.endpoint().owner().keepsUnsent()) {
            leavesRest = true;
            foreign.attach(null);
        } else {
            foreign.close();
            take();
        }
    }

    /** Forgets everything: the channel is closed. Returns how many bytes were not sent. */
    long discard() {
        closed = true;
        long lost = queue.discard();
        SendBuffer<M> foreign = buffer;
        if (foreign != null) {
            if (connection.endpoint().owner().keepsUnsent()) {
                putBack(foreign, lost);
                lost = 0;
            } else {
                lost += foreign.discard();
            }
            foreign.attach(null);
        }
        return lost;
    }

    private void putBack(SendBuffer<M> foreign, long unsentBytes) {
        ArrayDeque<ByteBuffer> frames = inFlight;
        if (frames == null) {
            return;
        }
        ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
        long left = unsentBytes;
        while (left > 0 && !frames.isEmpty()) {
            ByteBuffer last = frames.removeLast();
            left -= last.remaining();
            if (!last.isReadOnly()) { // what was said was for this connection only
                unsent.addFirst(last);
            }
        }
        foreign.putBack(unsent);
    }

    /** Fails who waits for {@link #whenFlushed}. */
    void failWaiters(CloseReason reason) {
        ArrayDeque<Waiter> all = waiters;
        waiters = null;
        if (all != null) {
            all.forEach(waiter -> waiter.done.completeExceptionally(new ConnectionClosedException(reason)));
        }
    }

    /** Whether only the kernel can bring things forward. */
    boolean isWaiting() {
        return queue.isStalled() || transport.unflushedBytes() > 0;
    }

    /** Tries whether the kernel takes anything after all. */
    boolean writesSome() {
        long before = queue.writtenBytes() - transport.unflushedBytes();
        try {
            onWritable();
        } catch (IOException e) {
            life.fail(e);
        }
        return queue.writtenBytes() - transport.unflushedBytes() != before;
    }

    /** When the kernel last took bytes while some wait for it; 0 if none wait. */
    long stalledSinceNanos() {
        return stalledSinceNanos;
    }

    /** Thread-safe. */
    boolean isWritable() {
        return !congested;
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
        SendBuffer<M> foreign = buffer;
        return foreign == null || leavesRest ? 0 : foreign.bytes();
    }

    /** Messages accepted so far. Thread-safe, roughly. */
    long sent() {
        SendBuffer<M> foreign = buffer;
        return sent + (foreign == null ? 0 : foreign.accepted());
    }

    /** Thread-safe, roughly. */
    long dropped() {
        SendBuffer<M> foreign = buffer;
        return foreign == null ? 0 : foreign.dropped();
    }

    /** Thread-safe, roughly. */
    long writtenBytes() {
        return queue.writtenBytes();
    }
}
