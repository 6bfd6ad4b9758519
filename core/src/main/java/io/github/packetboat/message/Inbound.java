package io.github.packetboat.message;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.ReadBuffer;
import io.github.packetboat.internal.io.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a connection: reads into the loop's buffer, decodes in place and hands on. Only an unfinished frame
 * is kept, in a buffer that grows with the bytes that have come, never by what a header says. Loop thread only.
 */
final class Inbound<M> implements ReadBuffer.Holder {
    /** What a codec may leave unread beyond its largest frame: that frame's header. */
    private static final int HEADER_ROOM_BYTES = 64;

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final Readiness readiness;
    private final EventLoop loop;
    private final Codec<M> codec;
    /** The codec, if it also speaks for itself; else null. */
    private final @Nullable Conversation<M> conversation;

    /** The listener, if it runs on the loop, where the decoder calls it itself; else null. */
    private final @Nullable MessageListener<M> listener;

    private final Callbacks<M> callbacks;
    private final InboundBudget budget;
    private final ReadBuffer buffer;
    private Transport transport;
    private @Nullable ByteBuffer delivering;
    private long lastReadNanos;
    private long frameSinceNanos;
    private long receivedAtFrame;
    private long received;
    private long receivedBytes;
    private int heldBytes;

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
        this.conversation = codec instanceof Conversation<M> itself ? itself : null;
        this.transport = transport;
        this.listener = callbacks.areOnLoop() ? connection.endpoint().settings().listener() : null;
        this.callbacks = callbacks;
        this.budget = connection.endpoint().budget();
        this.buffer = new ReadBuffer(loop, this);
    }

    void readFrom(Transport secured) {
        transport = secured;
    }

    /** Reads once, as much as the buffer holds, and delivers every whole message of it. */
    void read() throws IOException {
        do {
            if (budget.forbidsRead(buffer.bytes())) {
                pauseForBudget();
                return;
            }
            ByteBuffer in = buffer.toFill(transport.minReadRoom());
            int n = transport.read(in);
            if (n <= 0) {
                if (n < 0) {
                    life.closing().endOfStream(keptBytes());
                } else {
                    noteRecord();
                }
                return;
            }
            receivedBytes += n;
            noteRead();
            buffer.filled(in);
            deliver(in.flip());
        } while (transport.hasUnread() && life.mayRead());
    }

    /** A TLS record that comes in dribs and drabs is an unfinished frame like any other. */
    private void noteRecord() {
        if (!transport.isMidRecord()) {
            frameSinceNanos = buffer.bytes() == 0 ? 0 : frameSinceNanos;
        } else if (frameSinceNanos == 0) {
            frameBegins();
        }
    }

    private void frameBegins() {
        frameSinceNanos = loop.stampNanos();
        life.deadlines().frameBegins();
    }

    /** Delivers bytes that came before there was a transport, behind a PROXY header, or keeps them if reads are paused. */
    void read(ByteBuffer early) throws IOException {
        receivedBytes += early.remaining();
        if (life.mayRead()) {
            deliver(buffer.toFill(early.remaining()).put(early).flip());
        } else {
            buffer.keep(early);
        }
    }

    /** After an exception {@link #delivering} stays, for {@link #lastSeen}: nothing more is delivered then. */
    private void deliver(ByteBuffer in) throws CodecException {
        delivering = in;
        boolean more = true;
        while (more) {
            decode(in);
            more = wantsAttention() && attend(in.remaining()) && in.hasRemaining();
        }
        if (life.awaitsFarewell()) {
            skip(in);
        }
        keep(in);
        delivering = null;
    }

    /** A conversation is asked once for each batch: it stops by itself where it has something to say. */
    private boolean wantsAttention() {
        return readiness.isAttentionWanted() || conversation != null && conversation.hasNews();
    }

    /** Looks why the decoder stopped with {@code unread} bytes before it. Returns whether it may go on. */
    private boolean attend(int unread) {
        readiness.attended();
        Dialogue<M> dialogue = life.dialogue();
        if (dialogue != null) {
            dialogue.attend();
        }
        if (life.state() == Lifecycle.State.UPGRADING && unread > 0) {
            Upgrade.refusePlaintext(connection, unread);
        }
        Outbound<M> outbound = life.outbound();
        if (outbound.isOverHighWaterMark()) {
            outbound.drain().flush();
        }
        return life.mayRead();
    }

    /** Reads once and throws away the messages, for what the conversation says. Returns what the transport did. */
    int skip() throws IOException {
        int n;
        do {
            ByteBuffer in = buffer.toFill(transport.minReadRoom());
            n = transport.read(in);
            if (n > 0) {
                buffer.filled(in);
                skip(in.flip());
                buffer.keep(in);
            }
        } while (n > 0 && transport.hasUnread());
        return n;
    }

    /** Throws away the messages of what was left when reads were paused. */
    void skipKept() {
        if (buffer.bytes() > 0 && !isDelivering()) {
            ByteBuffer in = buffer.toFill(0).flip();
            skip(in);
            buffer.keep(in);
        }
    }

    private void skip(ByteBuffer in) {
        try {
            int before;
            do {
                before = in.remaining();
                codec.decode(in);
            } while (in.hasRemaining() && in.remaining() < before && life.awaitsFarewell());
        } catch (CodecException e) {
            // it was to be thrown away anyhow; but what follows cannot be told apart from it
            life.closing().stopListening();
        }
        life.closing().skipped();
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
            if (listener != null) {
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
        if (conversation != null) {
            noteHeld(conversation.heldBytes());
        }
        if (left > 0 || heldBytes > 0) {
            noteUnfinished(left);
        } else {
            frameSinceNanos = 0;
        }
        buffer.keep(in);
    }

    private void noteHeld(int bytes) {
        if (bytes != heldBytes) {
            int change = bytes - heldBytes;
            heldBytes = bytes;
            holds(change);
        }
    }

    private void noteUnfinished(int left) throws CodecException {
        if (left > (long) codec.maxFrameBytes() + HEADER_ROOM_BYTES && life.mayRead()) {
            throw new CodecException(
                    "unfinished frame of " + left + " bytes exceeds maxFrameBytes=" + codec.maxFrameBytes());
        }
        if (frameSinceNanos == 0) {
            frameBegins();
        }
        if (received != receivedAtFrame) {
            receivedAtFrame = received;
            frameSinceNanos = loop.stampNanos();
        }
    }

    @Override
    public void holds(int changeBytes) {
        budget.add(changeBytes);
        if (changeBytes <= 0 || !budget.isTight()) {
            return;
        }
        if (changeBytes > budget.fairShareBytes()) {
            pauseForBudget();
        }
    }

    /** This connection holds much of what is too much for all: it is not read until that is better, or closed. */
    private void pauseForBudget() {
        if (!readiness.isPausedBy(Readiness.PAUSED_BY_BUDGET)) {
            pause(Readiness.PAUSED_BY_BUDGET);
            life.deadlines().overloaded();
            budget.whenBetter(() -> connection.onLoop(() -> resume(Readiness.PAUSED_BY_BUDGET)));
        }
    }

    /** The peer has been heard of. */
    void noteRead() {
        lastReadNanos = loop.nowNanos();
    }

    /** Does not read until {@link #resume}. A connection that closes is read to the peer's end whatever holds others up. */
    void pause(int why) {
        if (!life.state().isEnding()) {
            readiness.pause(why);
        }
    }

    /** Takes back one reason for {@link #pause}; what was left unread is delivered soon if it was the last. */
    void resume(int why) {
        if (!readiness.resume(why) || !life.mayRead()) {
            return;
        }
        if (why != Readiness.PAUSED_BY_BUDGET) {
            // for the time in which this side did not want to read, the peer is not to blame
            noteRead();
            if (frameSinceNanos != 0) {
                frameSinceNanos = loop.stampNanos();
            }
        }
        loop.execute(this::readOn);
    }

    private void readOn() {
        if (!life.mayRead()) {
            return;
        }
        Drain<M> drain = life.outbound().drain();
        loop.outbox().enter(drain);
        try {
            readKept();
            drain.flush();
        } catch (IOException e) {
            life.fail(e);
        } catch (Throwable failure) {
            life.onFailure(failure);
        } finally {
            loop.outbox().leave();
        }
    }

    /** Delivers what was left when reads were paused. */
    private void readKept() throws IOException {
        if (buffer.bytes() > 0) {
            deliver(buffer.toFill(0).flip());
        }
        if (transport.hasUnread() && life.mayRead()) {
            read();
        }
    }

    /** When bytes last came. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    /** Forgets what was kept: the channel is closed. */
    void discard() {
        frameSinceNanos = 0;
        noteHeld(0);
        buffer.clear();
    }

    /** How many bytes of an unfinished frame are kept. */
    int keptBytes() {
        return buffer.bytes() + heldBytes;
    }

    /** Whether the decoder is at work, so that what it has not come to yet is not in {@link #keptBytes}. */
    boolean isDelivering() {
        return delivering != null;
    }

    /** What the decoder was given when it failed, or what is kept of an unfinished frame; maybe nothing. */
    ByteBuffer lastSeen() {
        ByteBuffer in = delivering;
        return in != null ? in.duplicate().rewind() : buffer.view();
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
