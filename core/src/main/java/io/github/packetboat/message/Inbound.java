package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.ReadBuffer;
import io.github.packetboat.internal.io.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The receiving half of a connection: reads into the loop's buffer, decodes in place and hands on. Only an unfinished frame
 * is kept, in a buffer that grows with the bytes that have come, never by what a header says. Loop thread only.
 */
final class Inbound<M> {
    /** What a codec may leave unread beyond its largest frame: that frame's header. */
    private static final int HEADER_ROOM_BYTES = 64;

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final Readiness readiness;
    private final EventLoop loop;
    private final Codec<M> codec;
    private final MessageListener<M> listener;
    private final Callbacks<M> callbacks;
    private final boolean callsListener;
    private final InboundBudget budget;
    private final ReadBuffer buffer;
    private Transport transport;
    private long lastReadNanos;
    private long frameSinceNanos;
    private long receivedAtFrame;
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
        this.buffer = new ReadBuffer(loop, this::held);
    }

    void readFrom(Transport secured) {
        transport = secured;
    }

    /** Reads once, as much as the buffer holds, and delivers every whole message of it. */
    void read() throws IOException {
        do {
            ByteBuffer in = buffer.toFill(transport.minReadRoom());
            int n = transport.read(in);
            if (n <= 0) {
                if (n < 0) {
                    life.endOfStream(keptBytes());
                }
                return;
            }
            receivedBytes += n;
            noteRead();
            buffer.filled(in);
            deliver(in.flip());
        } while (transport.hasUnread() && life.mayRead());
    }

    /** Delivers what was left when reads were paused. */
    void readKept() throws IOException {
        if (buffer.bytes() > 0) {
            deliver(buffer.toFill(0).flip());
        }
        if (transport.hasUnread() && life.mayRead()) {
            read();
        }
    }

    /** Delivers bytes that came before there was a transport: behind a PROXY header. */
    void read(ByteBuffer early) throws IOException {
        receivedBytes += early.remaining();
        deliver(buffer.toFill(early.remaining()).put(early).flip());
    }

    private void deliver(ByteBuffer in) throws CodecException {
        boolean more = true;
        while (more) {
            decode(in);
            more = readiness.isAttentionWanted() && life.attendTo(in.remaining()) && in.hasRemaining();
        }
        keep(in);
    }

    private void decode(ByteBuffer in) throws CodecException {
        int end = in.limit();
        int last = in.position();
        while (last < end) {
            M message = codec.decode(in);
            if (message == null) {
                if (in.limit() != end) {
                    throw contractBroken(last, in.position(), end, in.limit());
                }
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
                + " breaks its contract: it moved the position from " + from + " to " + to
                + ", the limit from " + end + " to " + endNow);
    }

    private void keep(ByteBuffer in) throws CodecException {
        int left = in.remaining();
        if (left > 0) {
            noteUnfinished(left);
        } else {
            frameSinceNanos = 0;
        }
        buffer.keep(in);
    }

    private void noteUnfinished(int left) throws CodecException {
        if (left > (long) codec.maxFrameBytes() + HEADER_ROOM_BYTES && life.mayRead()) {
            throw new CodecException(
                    "unfinished frame of " + left + " bytes exceeds maxFrameBytes=" + codec.maxFrameBytes());
        }
        if (frameSinceNanos == 0) {
            life.frameBegun();
        }
        if (frameSinceNanos == 0 || received != receivedAtFrame) {
            receivedAtFrame = received;
            frameSinceNanos = loop.nowNanos() == 0 ? 1 : loop.nowNanos();
        }
    }

    private void held(int changeBytes) {
        budget.add(changeBytes);
        if (changeBytes > 0 && budget.isTight() && changeBytes > budget.fairShareBytes()) {
            life.pause(Readiness.PAUSED_BY_BUDGET);
            budget.whenBetter(() -> connection.onLoop(() -> life.resume(Readiness.PAUSED_BY_BUDGET)));
        }
    }

    /** The peer has been heard of. */
    void noteRead() {
        lastReadNanos = loop.nowNanos();
    }

    /** When bytes last came. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    /** Forgets what was kept: the channel is closed. */
    void discard() {
        frameSinceNanos = 0;
        buffer.clear();
    }

    /** How many bytes of an unfinished frame are kept. */
    int keptBytes() {
        return buffer.bytes();
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
