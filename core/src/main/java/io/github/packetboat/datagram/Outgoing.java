package io.github.packetboat.datagram;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.internal.io.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a shard. A datagram goes to the kernel on the thread that sends it; only if the kernel has no room, and
 * for as long as others wait for that, it is copied into a queue, which the loop empties. Thread-safe.
 */
final class Outgoing<M> {
    /** What a datagram in the queue counts beside its bytes, so that empty ones are bounded too. */
    static final int QUEUED_OVERHEAD_BYTES = 64;

    private static final int DATAGRAMS_PER_FLUSH = 256;

    /** What a channel can do. */
    interface Wire {
        /**
         * Hands {@code datagram} to the kernel.
         *
         * @param to null for the peer that the channel is connected to
         * @return how many bytes it took: all of them or, if it has no room, 0
         */
        int send(ByteBuffer datagram, @Nullable InetSocketAddress to) throws IOException;
    }

    /** What the rest of the shard has to do. */
    interface Owner {
        /** The queue is not empty any more: {@link #flush} is to be called on the loop. Thread-safe. */
        void wantsFlush();

        /** A datagram that was handed to the kernel before met a closed port. Thread-safe. */
        void unreachable(@Nullable InetSocketAddress peer, PortUnreachableException failure);

        /** A datagram could not be sent. Thread-safe. */
        void sendFailed(@Nullable InetSocketAddress peer, IOException failure);
    }

    private record Queued(@Nullable InetSocketAddress to, ByteBuffer datagram, int cost) {}

    private final EventLoop loop;
    private final Wire wire;
    private final Owner owner;
    private final Counters counters;
    private final CodecFactory<M> codecs;
    private final int maxDatagramBytes;
    private final int maxQueuedBytes;
    private final DatagramOverflow overflow;
    /** The loop's; null while it is in use, by a codec that sends. Loop thread only. */
    private @Nullable Encoder<M> onLoop;
    /** One that no other thread uses just now. */
    private final AtomicReference<@Nullable Encoder<M>> elsewhere = new AtomicReference<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Queued> queue = new ArrayDeque<>();
    /** What the loop has taken from the queue and the kernel not from the loop. Guarded by the lock, as is what follows. */
    private @Nullable Queued inHand;
    /** There was no room for what is in hand: it is dropped unless the kernel takes it now. */
    private boolean inHandDropped;

    private boolean scheduled;
    private volatile long queuedBytes;
    private volatile boolean closed;

    Outgoing(EventLoop loop, Settings<M> settings, Counters counters, Wire wire, Owner owner) {
        this.loop = loop;
        this.wire = wire;
        this.owner = owner;
        this.counters = counters;
        this.codecs = settings.codec();
        this.maxDatagramBytes = settings.maxDatagramBytes();
        this.maxQueuedBytes = settings.maxQueuedBytes();
        this.overflow = settings.overflow();
        this.onLoop = newEncoder(true);
    }

    /**
     * Sends {@code message}.
     *
     * @param to null for the peer that the channel is connected to
     * @param allowance the session that the datagram is for, if it may limit what is sent
     * @throws IllegalArgumentException if it cannot be encoded, is too large, or is empty and {@code to} null
     */
    boolean send(M message, @Nullable InetSocketAddress to, @Nullable PeerSession<M> allowance) {
        if (closed) {
            return false;
        }
        boolean current = loop.isCurrent();
        Encoder<M> spare = current ? onLoop : elsewhere.getAndSet(null);
        Encoder<M> encoder = spare != null ? spare : newEncoder(false);
        if (current) {
            onLoop = null;
        }
        try {
            ByteBuffer datagram = encoder.encode(message);
            if (to == null && !datagram.hasRemaining()) {
                throw new IllegalArgumentException(
                        "an empty datagram cannot be sent by a connected endpoint: Java does not"
                                + " hand it to the kernel. Bind the endpoint instead, and name the receiver");
            }
            return allowance == null ? hand(datagram, to, current) : handGranted(datagram, to, current, allowance);
        } finally {
            if (current) {
                onLoop = encoder;
            } else {
                elsewhere.set(encoder);
            }
        }
    }

    private Encoder<M> newEncoder(boolean lasting) {
        return new Encoder<>(
                codecs.create(),
                lasting ? ByteBuffer.allocateDirect(maxDatagramBytes) : ByteBuffer.allocate(maxDatagramBytes));
    }

    /** Does not send what would be for a peer of whom nothing is known, where only such as are known may be sent to. */
    boolean refuseStranger() {
        if (!closed) {
            counters.notValidated.increment();
        }
        return false;
    }

    private boolean handGranted(
            ByteBuffer datagram, @Nullable InetSocketAddress to, boolean current, PeerSession<M> allowance) {
        int bytes = datagram.remaining();
        if (!allowance.grants(bytes)) {
            counters.notValidated.increment();
            return false;
        }
        boolean accepted = false;
        try {
            accepted = hand(datagram, to, current);
            return accepted;
        } finally {
            if (!accepted) {
                allowance.returns(bytes);
            }
        }
    }

    private boolean hand(ByteBuffer datagram, @Nullable InetSocketAddress to, boolean current) {
        try {
            if (queuedBytes == 0 && transmit(datagram, to, current)) {
                return true;
            }
        } catch (ClosedChannelException e) {
            return false;
        } catch (IOException e) {
            counters.sendFailures.increment();
            owner.sendFailed(to, e);
            return false;
        }
        return enqueue(datagram, to);
    }

    /** Returns whether the kernel has taken it, rather than had no room. */
    private boolean transmit(ByteBuffer datagram, @Nullable InetSocketAddress to, boolean current) throws IOException {
        int bytes = datagram.remaining();
        int took;
        try {
            took = wire.send(datagram, to);
        } catch (PortUnreachableException e) {
            // the kernel says so of an earlier datagram, once, and has not looked at this one
            owner.unreachable(to, e);
            took = wire.send(datagram, to);
        }
        if (took < bytes) {
            return false; // of an empty one nobody can say, and UDP may lose it anyway
        }
        if (current) {
            counters.sentOnLoop(bytes);
        } else {
            counters.sentElsewhere(bytes);
        }
        return true;
    }

    private boolean enqueue(ByteBuffer datagram, @Nullable InetSocketAddress to) {
        int cost = datagram.remaining() + QUEUED_OVERHEAD_BYTES;
        boolean wake;
        lock.lock();
        try {
            if (!makeRoom(cost)) {
                if (!closed) {
                    counters.refused.increment();
                }
                return false;
            }
            ByteBuffer copy =
                    ByteBuffer.allocate(datagram.remaining()).put(datagram).flip();
            queue.add(new Queued(to, copy, cost));
            queuedBytes += cost;
            wake = !scheduled;
            scheduled = true;
        } finally {
            lock.unlock();
        }
        if (wake) {
            owner.wantsFlush();
        }
        return true;
    }

    /** Does what the policy says until there is room. Returns whether there is. Under the lock. */
    private boolean makeRoom(int cost) {
        while (!closed && queuedBytes + cost > maxQueuedBytes) {
            boolean more = switch (overflow) {
                case REFUSE -> false;
                case DROP_OLDEST -> dropOldest();
                case BLOCK -> awaitRoom();
            };
            if (!more) {
                return false;
            }
        }
        return !closed;
    }

    private boolean dropOldest() {
        if (inHand != null && !inHandDropped) {
            inHandDropped = true;
            queuedBytes -= inHand.cost;
            return true;
        }
        Queued oldest = queue.poll();
        if (oldest == null) {
            return false;
        }
        queuedBytes -= oldest.cost;
        counters.droppedOldest.increment();
        return true;
    }

    private boolean awaitRoom() {
        if (EventLoop.current() != null) {
            throw new IllegalStateException("the queue is full, and an event loop must not wait for room: it would stop"
                    + " the writes that make it. Use DatagramOverflow.REFUSE, or run the listener on an executor");
        }
        try {
            room.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Sends what is queued, a part of it at most, on the loop.
     *
     * @return whether the queue is empty now; if not, this is to be called again when the kernel has room
     */
    boolean flush() {
        for (int i = 0; i < DATAGRAMS_PER_FLUSH; i++) {
            Queued next = take();
            if (next == null) {
                return true;
            }
            if (!transmitQueued(next)) {
                putBack(next);
                return false;
            }
            release(next);
        }
        return false;
    }

    private @Nullable Queued take() {
        lock.lock();
        try {
            Queued next = queue.poll();
            scheduled = next != null;
            inHand = next;
            inHandDropped = false;
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void putBack(Queued datagram) {
        lock.lock();
        try {
            inHand = null;
            if (inHandDropped) {
                counters.droppedOldest.increment();
            } else {
                queue.addFirst(datagram);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Only now, so that no sender finds an empty queue and overtakes. */
    private void release(Queued datagram) {
        lock.lock();
        try {
            inHand = null;
            if (!inHandDropped) {
                queuedBytes -= datagram.cost;
            }
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean transmitQueued(Queued next) {
        try {
            return transmit(next.datagram, next.to, true);
        } catch (IOException e) {
            counters.sendFailures.increment();
            owner.sendFailed(next.to, e);
            return true;
        } catch (RuntimeException | Error e) {
            // nobody's call is there to throw it, and what waits behind it must not wait for ever
            counters.sendFailures.increment();
            owner.sendFailed(next.to, new IOException("cannot send to " + next.to + ": " + e, e));
            return true;
        }
    }

    long queuedBytes() {
        return queuedBytes;
    }

    /** Accepts no more, and wakes who waits for room. */
    void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what is queued. */
    void discard() {
        lock.lock();
        try {
            counters.lostAtClose.add(queue.size());
            queue.clear();
            queuedBytes = 0;
        } finally {
            lock.unlock();
        }
    }
}
