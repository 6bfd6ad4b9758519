package io.github.packetboat.datagram;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one shard counts. Thread-safe, except that only the shard's loop may call {@link #received}, {@link #sentOnLoop} and
 * {@link #undelivered}, which are plain additions.
 */
final class Counters {
    private final AtomicLong datagramsReceived = new AtomicLong();
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong datagramsSentOnLoop = new AtomicLong();
    private final AtomicLong bytesSentOnLoop = new AtomicLong();
    private final LongAdder datagramsSentElsewhere = new LongAdder();
    private final LongAdder bytesSentElsewhere = new LongAdder();
    private final AtomicLong undelivered = new AtomicLong();
    final LongAdder undecodable = new LongAdder();
    final LongAdder listenerFailures = new LongAdder();
    final LongAdder unreachable = new LongAdder();
    final LongAdder receiveFailures = new LongAdder();
    final LongAdder sendFailures = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder droppedOldest = new LongAdder();
    final LongAdder notValidated = new LongAdder();
    final LongAdder lostAtClose = new LongAdder();

    void received(int bytes) {
        add(datagramsReceived, 1);
        add(bytesReceived, bytes);
    }

    void sentOnLoop(int bytes) {
        add(datagramsSentOnLoop, 1);
        add(bytesSentOnLoop, bytes);
    }

    void sentElsewhere(int bytes) {
        datagramsSentElsewhere.increment();
        bytesSentElsewhere.add(bytes);
    }

    void undelivered(int datagrams) {
        add(undelivered, datagrams);
    }

    /** One thread writes, so no atomic instruction is needed. */
    private static void add(AtomicLong counter, long n) {
        counter.lazySet(counter.getPlain() + n);
    }

    DatagramStats stats(long queuedBytes) {
        return new DatagramStats(
                datagramsReceived.get(),
                bytesReceived.get(),
                datagramsSentOnLoop.get() + datagramsSentElsewhere.sum(),
                bytesSentOnLoop.get() + bytesSentElsewhere.sum(),
                undecodable.sum(),
                undelivered.get(),
                listenerFailures.sum(),
                unreachable.sum(),
                receiveFailures.sum(),
                sendFailures.sum(),
                refused.sum(),
                droppedOldest.sum(),
                notValidated.sum(),
                lostAtClose.sum(),
                queuedBytes);
    }

    static DatagramStats sum(DatagramStats a, DatagramStats b) {
        return new DatagramStats(
                a.datagramsReceived() + b.datagramsReceived(),
                a.bytesReceived() + b.bytesReceived(),
                a.datagramsSent() + b.datagramsSent(),
                a.bytesSent() + b.bytesSent(),
                a.undecodable() + b.undecodable(),
                a.undelivered() + b.undelivered(),
                a.listenerFailures() + b.listenerFailures(),
                a.unreachable() + b.unreachable(),
                a.receiveFailures() + b.receiveFailures(),
                a.sendFailures() + b.sendFailures(),
                a.refused() + b.refused(),
                a.droppedOldest() + b.droppedOldest(),
                a.notValidated() + b.notValidated(),
                a.lostAtClose() + b.lostAtClose(),
                a.queuedBytes() + b.queuedBytes());
    }
}
