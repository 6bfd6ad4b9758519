package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Outbox;
import io.github.packetboat.internal.io.Transport;
import io.github.packetboat.internal.io.WriteQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way from a connection's queue to the kernel: writes, notices when the kernel takes nothing, and tells those who wait
 * for room or for the end. Loop thread only, except where a method says otherwise.
 */
final class Drain<M> implements Outbox.Sender {
    /** From here on a piece of its own goes to the kernel as it is, and waits as it is, rather than through the outbox. */
    private static final int PASS_ON_FROM_BYTES = 16 * 1024;
    /** From here on a piece that has to wait anyway does so as it is. */
    private static final int KEEP_FROM_BYTES = 512;

    private final Outbound<M> outbound;
    private final Lifecycle<M> life;
    private final WriteQueue queue;
    private final Congestion<M> congestion;
    private Transport transport;
    private @Nullable Flushes flushes;
    private long stalledSinceNanos;
    private long lastWritten;
    private boolean held;
    private boolean closed;
    /** A piece is about to be queued: what seems to be everything is not. */
    private boolean arriving;
    /** What was queued last is the first of two pieces, and the second is not queued yet. */
    private boolean halfSaid;

    Drain(Outbound<M> outbound, Lifecycle<M> life, EventLoop loop, Congestion<M> congestion, Transport transport) {
        this.outbound = outbound;
        this.life = life;
        this.queue = new WriteQueue(loop.outbox(), this);
        this.congestion = congestion;
        this.transport = transport;
    }

    WriteQueue queue() {
        return queue;
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

    /**
     * Queues what is encoded already; the buffer is nobody else's, though its bytes may be.
     *
     * @param half whether another piece follows at once, without which the peer can make nothing of this one
     */
    void accept(ByteBuffer bytes, boolean half) {
        halfSaid = half;
        arriving = true;
        ByteBuffer target = queue.outbox().room();
        arriving = false;
        int start = target.position();
        int length = bytes.remaining();
        if (length >= PASS_ON_FROM_BYTES || length > target.remaining() || length >= KEEP_FROM_BYTES && isWaiting()) {
            outbound.arrived();
            writeThrough(start, start, bytes, true);
            return;
        }
        target.put(bytes);
        outbound.arrived();
        queue.add(start, target.position());
        if (congestion.isHigh(queue.bytes())) {
            congestion.noteHigh();
        }
    }

    /**
     * Writes, after all that is queued, the outbox's bytes from {@code start} to {@code end} followed by {@code body}.
     *
     * @param mayKeep whether {@code body} may wait as it is; else what has to wait is copied
     * @return false if the channel failed
     */
    boolean writeThrough(int start, int end, ByteBuffer body, boolean mayKeep) {
        try {
            if (held) {
                queue.stallThrough(start, end, body, mayKeep);
            } else {
                queue.writeThrough(transport, start, end, body, mayKeep);
            }
            afterWrite();
            return true;
        } catch (IOException e) {
            life.fail(e);
            return false;
        }
    }

    /** The kernel takes bytes again. */
    void onWritable() throws IOException {
        if (held) {
            return;
        }
        queue.flushStalled(transport);
        afterWrite();
        if (!isWaiting()) {
            outbound.takeMore();
        }
    }

    private void afterWrite() {
        boolean waiting = isWaiting();
        if (waiting || stalledSinceNanos != 0) {
            noteStall(waiting);
        }
        long queued = queue.bytes();
        if (congestion.isCongested() || congestion.isHigh(queued)) {
            outbound.noteCongestion();
        }
        outbound.wrote(queued, waiting);
        boolean everything = queued == 0 && !arriving && !halfSaid && outbound.untakenBytes() == 0;
        Flushes awaited = flushes;
        if (awaited != null && awaited.written(writtenToKernel(), everything)) {
            flushes = null;
        }
        if (everything && !waiting && life.state() == Lifecycle.State.CLOSING) {
            life.closing().drained();
        }
    }

    private void noteStall(boolean waiting) {
        long written = writtenToKernel();
        if (written != lastWritten || stalledSinceNanos == 0) {
            lastWritten = written;
            stalledSinceNanos = outbound.loop().stampNanos();
        }
        if (!waiting) {
            stalledSinceNanos = 0;
        }
        if (life.opening() == null && life.readiness().wantWrites(waiting) && waiting) {
            life.deadlines().stalled();
        }
    }

    private long writtenToKernel() {
        return queue.writtenBytes() - transport.unflushedBytes();
    }

    /** Completes {@code done} when what is queued now, and {@code more} bytes after it, have been handed to the kernel. */
    void whenWritten(long more, CompletableFuture<Void> done) {
        long waiting = queue.bytes() + more;
        if (waiting == 0 && !isWaiting()) {
            done.complete(null);
            return;
        }
        Flushes awaited = flushes;
        if (awaited == null) {
            awaited = new Flushes(outbound.loop());
            flushes = awaited;
        }
        awaited.await(queue.writtenBytes() + waiting, done);
    }

    /** Fails who waits for {@link #whenWritten}. */
    void failFlushes(CloseReason reason) {
        Flushes awaited = flushes;
        flushes = null;
        if (awaited != null) {
            awaited.fail(reason);
        }
    }

    /** From now on bytes are queued and not written, until {@link #release}. What is queued is written as far as it goes. */
    void hold() {
        flush();
        held = true;
    }

    /** Writes to {@code secured} from now on, beginning with what was held back. */
    void release(Transport secured) throws IOException {
        transport = secured;
        held = false;
        queue.flushStalled(transport);
        afterWrite();
    }

    /** Writes nothing any more. Returns how many of the bytes that were queued the peer will not get. */
    long close() {
        closed = true;
        return queue.discard() + transport.unusableBytes();
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
}
