package io.github.packetboat.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the kernel takes at a time, the bytes of each queue go out whole, in order, once. */
class WriteQueueTest {
    private final Outbox outbox = new Outbox();

    /** A kernel that takes so many bytes, then none until it is given more room; and a TLS-like buffer before it if told. */
    private static final class Scripted implements Transport {
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final ByteBuffer unflushed;
        private int room;

        Scripted(int room, int bufferBytes) {
            this.room = room;
            this.unflushed = ByteBuffer.allocate(bufferBytes);
        }

        void giveRoom(int bytes) {
            room += bytes;
        }

        @Override
        public void write(ByteBuffer from) {
            flush();
            while (from.hasRemaining() && unflushed.position() == 0) {
                int n = Math.min(from.remaining(), room);
                byte[] taken = new byte[n];
                from.get(taken);
                written.writeBytes(taken);
                room -= n;
                if (room > 0 || unflushed.capacity() == 0) {
                    return;
                }
                while (from.hasRemaining() && unflushed.hasRemaining()) {
                    unflushed.put(from.get());
                }
                if (unflushed.position() == 0) {
                    return;
                }
            }
        }

        @Override
        public void write(ByteBuffer[] two) {
            write(two[0]);
            if (!two[0].hasRemaining()) {
                write(two[1]);
            }
        }

        @Override
        public int unflushedBytes() {
            return unflushed.position();
        }

        @Override
        public void flush() {
            unflushed.flip();
            while (unflushed.hasRemaining() && room > 0) {
                written.write(unflushed.get());
                room--;
            }
            unflushed.compact();
        }

        @Override
        public int read(ByteBuffer into) {
            throw new AssertionError();
        }

        @Override
        public void shutdownOutput() {}
    }

    private final class Sender implements Outbox.Sender {
        final Scripted transport;
        final WriteQueue queue = new WriteQueue(outbox, this);
        final ByteArrayOutputStream expected = new ByteArrayOutputStream();

        Sender(int room, int bufferBytes) {
            transport = new Scripted(room, bufferBytes);
        }

        @Override
        public void flush() {
            try {
                queue.flush(transport);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void send(byte[] bytes) {
            ByteBuffer room = outbox.room();
            int start = room.position();
            room.put(bytes);
            queue.add(start, room.position());
            expected.writeBytes(bytes);
        }

        void sendThrough(byte[] head, byte[] body, boolean mayKeep) throws IOException {
            ByteBuffer room = outbox.room();
            int start = room.position();
            room.put(head);
            ByteBuffer lent = ByteBuffer.wrap(body.clone());
            queue.writeThrough(transport, start, room.position(), lent, mayKeep);
            if (!mayKeep) {
                java.util.Arrays.fill(lent.array(), (byte) -1); // the lender's again
            }
            expected.writeBytes(head);
            expected.writeBytes(body);
        }

        void drain(int roomEachTime) throws IOException {
            int turns = 0;
            while (queue.bytes() > 0 || transport.unflushedBytes() > 0) {
                transport.giveRoom(roomEachTime);
                queue.flushStalled(transport);
                assertThat(turns++).isLessThan(100_000);
            }
        }

        void check() {
            assertThat(transport.written.toByteArray()).isEqualTo(expected.toByteArray());
            assertThat(queue.bytes()).isZero();
            assertThat(queue.isStalled()).isFalse();
            assertThat(queue.writtenBytes()).isEqualTo(expected.size());
            assertThat(outbox.isEmpty()).isTrue();
            assertThat(outbox.buffer().position()).isZero();
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void everyCutOfTwoInterleavedQueues(int bufferBytes) throws Exception {
        for (int cut = 0; cut < 130; cut++) {
            Sender a = new Sender(cut, bufferBytes);
            Sender b = new Sender(130 - cut, bufferBytes);
            for (int i = 0; i < 5; i++) {
                a.send(bytes(i, 10));
                a.send(bytes(i + 5, 3));
                b.send(bytes(-i, 13));
            }
            outbox.flushAll();
            a.send(bytes(11, 20));
            b.sendThrough(bytes(12, 4), bytes(13, 30), cut % 2 == 0);
            a.sendThrough(bytes(14, 4), bytes(15, 30), cut % 2 == 1);
            outbox.flushAll();
            a.send(bytes(16, 5));
            outbox.flushAll();
            a.drain(1 + cut % 7);
            b.drain(3);
            a.check();
            b.check();
        }
    }

    @Test
    void randomSendsWhateverTheKernelTakes() throws Exception {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            Sender[] senders = new Sender[1 + random.nextInt(4)];
            for (int i = 0; i < senders.length; i++) {
                senders[i] = new Sender(random.nextInt(20_000), random.nextBoolean() ? 0 : random.nextInt(300));
            }
            for (int step = 0; step < 80; step++) {
                Sender sender = senders[random.nextInt(senders.length)];
                long before = sender.queue.bytes();
                switch (random.nextInt(7)) {
                    case 0, 1 -> {
                        int length = random.nextInt(random.nextBoolean() ? 20 : 3000);
                        sender.send(bytes(step, length));
                        assertThat(sender.queue.bytes()).isLessThanOrEqualTo(before + length);
                    }
                    case 2 ->
                        sender.sendThrough(
                                bytes(step, random.nextInt(8)),
                                bytes(-step, random.nextInt(random.nextBoolean() ? 100 : 200_000)),
                                random.nextBoolean());
                    case 3 -> outbox.flushAll();
                    // what is flushed next must not overtake what is stalled, though there is room
                    case 5 -> sender.transport.giveRoom(random.nextInt(5000));
                    case 4 -> {
                        sender.transport.giveRoom(random.nextInt(50_000));
                        sender.queue.flushStalled(sender.transport);
                    }
                    default -> {
                        // a broadcast: one range for all
                        ByteBuffer room = outbox.room();
                        int start = room.position();
                        byte[] shared = bytes(step, 1 + random.nextInt(1000));
                        room.put(shared);
                        outbox.pin();
                        for (Sender each : senders) {
                            each.queue.add(start, start + shared.length);
                            each.expected.writeBytes(shared);
                        }
                        outbox.unpin();
                    }
                }
            }
            outbox.flushAll();
            for (Sender sender : senders) {
                sender.drain(1 + random.nextInt(10_000));
            }
            for (Sender sender : senders) {
                sender.check();
            }
        }
    }

    @Test
    void queuesThatStallTogetherShareOneCopyOfWhatTheyWereAllToldAndOwnNothingWhenTheyAreEmpty() throws Exception {
        Sender[] senders = new Sender[50];
        byte[] shared = bytes(1, 100_000);
        for (int i = 0; i < senders.length; i++) {
            senders[i] = new Sender(0, 0);
        }
        ByteBuffer room = outbox.room();
        room.put(shared);
        outbox.pin();
        for (Sender each : senders) {
            each.queue.add(0, shared.length);
            each.expected.writeBytes(shared);
        }
        outbox.unpin();
        System.gc();
        long before = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        outbox.flushAll();
        System.gc();
        long more = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory() - before;
        assertThat(more).isLessThan(2_000_000);
        for (Sender sender : senders) {
            sender.drain(70_000);
            sender.check();
        }
    }

    @Test
    void whatIsDiscardedIsCountedAndLeavesTheOutbox() throws Exception {
        Sender sender = new Sender(10, 0);
        sender.send(bytes(1, 100));
        outbox.flushAll();
        sender.send(bytes(2, 50));
        assertThat(sender.queue.discard()).isEqualTo(140);
        assertThat(sender.queue.bytes()).isZero();
        assertThat(sender.queue.isStalled()).isFalse();
        assertThat(outbox.isEmpty()).isTrue();
    }
}
