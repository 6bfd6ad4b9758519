package io.github.packetboat.examples.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The messages one sender has in flight, encoded, in a ring with one slot more than may be in flight. What comes back
 * is compared with the ring itself, in one sweep over as many messages as came. For one thread.
 *
 * <pre>
 *  0        4        8                16
 *  | length | sender | sequence       | random bytes, other ones in each slot |
 * </pre>
 *
 * Since the ring is one slot longer than the window, stale bytes of an earlier window never fit by accident.
 */
final class MessageRing {
    private static final int SENDER_AT = 4;
    private static final int SEQUENCE_AT = 8;
    static final int MIN_PAYLOAD_BYTES = 12;

    private final int sender;
    private final int frameBytes;
    private final int slots;
    private final int ringBytes;
    private final ByteBuffer ring;
    private final ByteBuffer expected; // the same memory, for comparing
    private final ByteBuffer outgoing; // the same memory, for writing
    private final long[] sentAtNanos;
    private long stamped;
    private long sentBytes;

    MessageRing(int sender, int payloadBytes, int window) {
        this.sender = sender;
        frameBytes = ServerContract.HEADER_BYTES + payloadBytes;
        slots = window + 1;
        ringBytes = Math.multiplyExact(slots, frameBytes);
        sentAtNanos = new long[slots];
        byte[] random = new byte[ringBytes];
        new SplittableRandom(sender).nextBytes(random);
        ring = ByteBuffer.allocateDirect(ringBytes).put(random);
        for (int slot = 0; slot < slots; slot++) {
            ring.putInt(slot * frameBytes, payloadBytes).putInt(slot * frameBytes + SENDER_AT, sender);
        }
        expected = ring.duplicate();
        outgoing = ring.duplicate();
    }

    int frameBytes() {
        return frameBytes;
    }

    /** Messages that are sent or wait to be sent. */
    long stamped() {
        return stamped;
    }

    long sentAtNanos(long message) {
        return sentAtNanos[(int) (message % slots)];
    }

    /** Makes ready all messages below number {@code limit}; the ones a window before must be back. */
    void stamp(long limit, long nowNanos) {
        int slot = (int) (stamped % slots);
        for (; stamped < limit; stamped++) {
            ring.putLong(slot * frameBytes + SEQUENCE_AT, stamped);
            sentAtNanos[slot] = nowNanos;
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }

    boolean hasUnsent() {
        return sentBytes < stamped * frameBytes;
    }

    /** Bytes that go out next: where they lie, or gathered in {@code scratch} when they run over the ring's end. */
    ByteBuffer unsent(ByteBuffer scratch) {
        int from = (int) (sentBytes % ringBytes);
        int bytes = (int) (stamped * frameBytes - sentBytes);
        int first = Math.min(bytes, ringBytes - from);
        outgoing.limit(from + first).position(from);
        if (first == bytes || bytes > scratch.capacity()) {
            return outgoing;
        }
        scratch.clear().put(outgoing);
        return scratch.put(outgoing.position(0).limit(bytes - first)).flip();
    }

    void sent(int bytes) {
        sentBytes += bytes;
    }

    /** Compares what came, which begins {@code receivedBytes} after the first byte of the stream. */
    void check(ByteBuffer came, long receivedBytes, int receiver) throws LoadFailedException {
        if (receivedBytes + came.remaining() > sentBytes) {
            checkFrom(came, receivedBytes, receiver); // names the message, if a wrong byte comes first
            throw new LoadFailedException("connection %d got %d bytes, but only %d were sent"
                    .formatted(receiver, receivedBytes + came.remaining(), sentBytes));
        }
        checkFrom(came, receivedBytes, receiver);
    }

    private void checkFrom(ByteBuffer came, long receivedBytes, int receiver) throws LoadFailedException {
        int end = came.limit();
        int position = came.position();
        long at = receivedBytes;
        while (position < end) {
            int from = (int) (at % ringBytes);
            int bytes = Math.min(end - position, ringBytes - from);
            came.limit(position + bytes).position(position);
            int wrong = came.mismatch(expected.limit(from + bytes).position(from));
            if (wrong >= 0) {
                throw wrongByte(at + wrong, receiver, came.get(position + wrong), ring.get(from + wrong));
            }
            position += bytes;
            at += bytes;
        }
    }

    private LoadFailedException wrongByte(long at, int receiver, byte got, byte wanted) {
        return new LoadFailedException("connection %d, message %d of sender %d, byte %d: got 0x%02x instead of 0x%02x"
                .formatted(receiver, at / frameBytes, sender, at % frameBytes, got, wanted));
    }
}
