package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.BufferPool;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a connection: reads into the loop's buffer, decodes in place and hands on. Only an unfinished frame
 * is kept, in a buffer that grows with the bytes that have come, never by what a header says. Loop thread only.
 */
final class Inbound<M> {
    /** What a codec may leave unread beyond its largest frame: that frame's header. */
    private static final int HEADER_ROOM_BYTES = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final Readiness readiness;
    private final EventLoop loop;
    private final Codec<M> codec;
    private final MessageListener<M> listener;
    private final Callbacks<M> callbacks;
    private final boolean callsListener;
    private final InboundBudget budget;
    private Transport transport;
    private @Nullable ByteBuffer kept;
    private @Nullable ByteBuffer delivering;
    private long lastReadNanos;
    private long frameSinceNanos;
    private long received;
    private long receivedBytes;

    Inbound(
            SocketConnection<M> connection,
            Lifecycle<M> life,
            Readiness readiness,
            EventLoop loop,
            Codec<M> codec,
            Transport transport,
            Callbacks<M> callbacks) {
        this.connection = connection;
        this.life = life;
        this.readiness = readiness;
        this.loop = loop;
        this.codec = codec;
        this.transport = transport;
        this.listener = connection.endpoint().settings().listener();
        this.callbacks = callbacks;
        this.callsListener = callbacks.areOnLoop();
        this.budget = connection.endpoint().budget();
    }

    void readFrom(Transport secured) {
        transport = secured;
    }

    /** Reads once, as much as the buffer holds, and delivers every whole message of it. */
    void read() throws IOException {
        do {
            ByteBuffer in = buffer();
            int n = transport.read(in);
            if (n <= 0) {
                if (n < 0) {
                    life.endOfStream(keptBytes());
                } else {
                    noteRecord();
                }
                return;
            }
            receivedBytes += n;
            noteRead();
            in.flip();
            deliver(in);
        } while (transport.hasUnread() && life.mayRead());
    }

    /** A TLS record that comes in dribs and drabs is an unfinished frame like any other. */
    private void noteRecord() {
        if (!transport.isMidRecord()) {
            frameSinceNanos = kept == null ? 0 : frameSinceNanos;
        } else if (frameSinceNanos == 0) {
            frameBegins();
        }
    }

    private void frameBegins() {
        frameSinceNanos = loop.nowNanos() == 0 ? 1 : loop.nowNanos();
        life.frameBegun();
    }

    /** Delivers what was left when reads were paused. */
    void readKept() throws IOException {
        ByteBuffer in = kept;
        if (in != null) {
            if (isSmall(in)) {
                in = loop.readBuffer().clear().put(in.flip());
            }
            in.flip();
            deliver(in);
        }
        if (transport.hasUnread() && life.mayRead()) {
            read();
        }
    }

    /** Delivers bytes that came before there was a transport, behind a PROXY header, or keeps them if reads are paused. */
    void read(ByteBuffer early) throws IOException {
        receivedBytes += early.remaining();
        if (life.mayRead()) {
            deliver(loop.readBuffer().clear().put(early).flip());
        } else {
            kept = take(early.remaining()).put(early);
        }
    }

    /** The buffer to read into, at its position, behind what was kept. A small rest is copied in front again. */
    private ByteBuffer buffer() {
        ByteBuffer in = kept;
        if (in == null) {
            return loop.readBuffer().clear();
        }
        if (isSmall(in)) {
            ByteBuffer shared = loop.readBuffer().clear();
            return shared.put(0, in, 0, in.position()).position(in.position());
        }
        if (in.remaining() < transport.minReadRoom()) {
            ByteBuffer larger = take(2 * in.capacity());
            larger.put(in.flip());
            giveBack(in);
            kept = larger;
            return larger;
        }
        return in;
    }

    private static boolean isSmall(ByteBuffer in) {
        return in.capacity() <= BufferPool.SMALL_BYTES;
    }

    /** After an exception {@link #delivering} stays, for {@link #lastSeen}: nothing more is delivered then. */
    private void deliver(ByteBuffer in) throws CodecException {
        delivering = in;
        boolean more = true;
        while (more) {
            decode(in);
            more = readiness.isAttentionWanted() && life.attendTo(in.remaining()) && in.hasRemaining();
        }
        if (in.hasRemaining()) {
            keep(in);
        } else {
            keepNothing();
        }
        delivering = null;
    }

    private void decode(ByteBuffer in) throws CodecException {
        int end = in.limit();
        int last = in.position();
        while (last < end) {
            M message = codec.decode(in);
            if (message == null) {
                return;
            }
            int at = in.position();
            if (at <= last || in.limit() != end) {
                throw contractBroken(last, at, end, in.limit());
            }
            last = at;
            received++;
            if (callsListener) {
                try {
                    listener.onMessage(connection, message);
                } catch (Throwable failure) {
                    callbacks.failed("onMessage", failure);
                }
            } else {
                callbacks.message(message);
            }
            if (readiness.isAttentionWanted()) {
                return;
            }
        }
    }

    private CodecException contractBroken(int from, int to, int end, int endNow) {
        return new CodecException("the codec " + codec.getClass().getName()
                + " breaks its contract: it returned a message and" + " moved the position from " + from + " to " + to
                + ", the limit from " + end + " to " + endNow);
    }

    private void keep(ByteBuffer in) throws CodecException {
        int left = in.remaining();
        long most = (long) codec.maxFrameBytes() + HEADER_ROOM_BYTES;
        if (left > most && life.mayRead()) {
            throw new CodecException(
                    "unfinished frame of " + left + " bytes exceeds maxFrameBytes=" + codec.maxFrameBytes());
        }
        if (frameSinceNanos == 0) {
            frameBegins();
        } else if (received != receivedAtFrame) {
            frameSinceNanos = loop.nowNanos() == 0 ? 1 : loop.nowNanos();
        }
        receivedAtFrame = received;
        ByteBuffer old = kept;
        if (in == old) {
            keepInPlace(in, left);
            return;
        }
        ByteBuffer target = old != null && old.capacity() >= left
                ? old.clear()
                : take(left <= BufferPool.SMALL_BYTES ? left : 2 * left);
        target.put(in);
        if (old != null && target != old) {
            giveBack(old);
        }
        kept = target;
    }

    private long receivedAtFrame;

    private void keepInPlace(ByteBuffer in, int left) {
        if (left > BufferPool.SMALL_BYTES) {
            in.compact();
            return;
        }
        ByteBuffer small = take(left).put(in);
        giveBack(in);
        kept = small;
    }

    private void keepNothing() {
        frameSinceNanos = 0;
        ByteBuffer old = kept;
        if (old != null) {
            kept = null;
            giveBack(old);
        }
    }

    private ByteBuffer take(int bytes) {
        ByteBuffer taken = loop.buffers().take(bytes);
        budget.add(taken.capacity());
        if (budget.isTight() && taken.capacity() > budget.fairShareBytes()) {
            life.pause(Readiness.PAUSED_BY_BUDGET);
            budget.whenBetter(() -> connection.onLoop(() -> life.resume(Readiness.PAUSED_BY_BUDGET)));
        }
        return taken;
    }

    private void giveBack(ByteBuffer buffer) {
        budget.add(-buffer.capacity());
        loop.buffers().give(buffer);
    }

    /** The peer has been heard of. */
    void noteRead() {
        lastReadNanos = loop.nowNanos();
    }

    /** Reading goes on: for the time in which this side did not want to read, the peer is not to blame. */
    void resumed() {
        noteRead();
        if (frameSinceNanos != 0) {
            frameSinceNanos = lastReadNanos == 0 ? 1 : lastReadNanos;
        }
    }

    /** When bytes last came. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    /** Forgets what was kept: the channel is closed. */
    void discard() {
        keepNothing();
    }

    /** How many bytes of an unfinished frame are kept. */
    int keptBytes() {
        ByteBuffer in = kept;
        return in == null ? 0 : in.position();
    }

    /** Whether the decoder is at work, so that what it has not come to yet is not in {@link #keptBytes}. */
    boolean isDelivering() {
        return delivering != null;
    }

    /** What the decoder was given when it failed, or what is kept of an unfinished frame; maybe nothing. */
    ByteBuffer lastSeen() {
        ByteBuffer in = delivering;
        if (in != null) {
            return in.duplicate().rewind();
        }
        in = kept;
        return in == null ? NOTHING : in.duplicate().flip();
    }

    /** Since when the frame that is unfinished has been so; 0 if there is none. */
    long frameSinceNanos() {
        return frameSinceNanos;
    }

    /** Messages decoded. Thread-safe, roughly. */
    long received() {
        return received;
    }

    /** Bytes read. Thread-safe, roughly. */
    long receivedBytes() {
        return receivedBytes;
    }
}
