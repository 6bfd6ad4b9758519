package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** One connection of the load generator: sends one ring of messages, expects that or another one. For one thread. */
final class LoadConnection {
    /** Buffers shared by all connections of the thread. */
    static final class Buffers {
        final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
        final ByteBuffer out = ByteBuffer.allocateDirect(32 * 1024);
    }

    private final int number;
    private final Wire wire;
    private final SelectionKey key;
    private final Buffers buffers;
    private final MessageRing sends;
    private final MessageRing expects;
    private long receivedBytes;
    private boolean awaitsWritable;

    LoadConnection(int number, Wire wire, Selector selector, Buffers buffers, MessageRing sends, MessageRing expects)
            throws IOException {
        this.number = number;
        this.wire = wire;
        this.buffers = buffers;
        this.sends = sends;
        this.expects = expects;
        key = wire.channel().register(selector, SelectionKey.OP_READ, this);
    }

    int number() {
        return number;
    }

    MessageRing sends() {
        return sends;
    }

    MessageRing expects() {
        return expects;
    }

    /** Whole messages that came back and were right. */
    long received() {
        return receivedBytes / expects.frameBytes();
    }

    boolean holdsPartOfMessage() {
        return receivedBytes % expects.frameBytes() != 0;
    }

    /** Reads and compares once; returns how many bytes came. */
    int receive() throws IOException {
        ByteBuffer in = buffers.in.clear();
        int bytes = wire.read(in);
        if (bytes < 0) {
            throw new LoadFailedException(
                    "the server closed connection %d after %d messages".formatted(number, received()));
        }
        if (bytes > 0) {
            expects.check(in.flip(), receivedBytes, number);
            receivedBytes += bytes;
        }
        return bytes;
    }

    /** Sends all messages below number {@code limit}, as far as the socket takes them. */
    void sendUpTo(long limit, long nowNanos) throws IOException {
        sends.stamp(limit, nowNanos);
        boolean taken = true;
        while (taken && sends.hasUnsent()) {
            ByteBuffer next = sends.unsent(buffers.out);
            int bytes = next.remaining();
            wire.write(next);
            sends.sent(bytes - next.remaining());
            taken = !next.hasRemaining();
        }
        awaitWritable(!taken || !wire.flush());
    }

    private void awaitWritable(boolean wanted) {
        if (wanted != awaitsWritable) {
            awaitsWritable = wanted;
            key.interestOps(wanted ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }
    }
}
