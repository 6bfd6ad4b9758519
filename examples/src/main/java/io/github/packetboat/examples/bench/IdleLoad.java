package io.github.packetboat.examples.bench;

import io.github.packetboat.examples.bench.LoadResult.Figure;
import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens many connections and measures the memory of the server: before them, when all are open, and after one echo on
 * each. Before that it puts some load on the server, so that classes and shared buffers are there. For one thread.
 */
final class IdleLoad {
    private static final int DIALS_AT_ONCE = 50;
    private static final int ECHOES_AT_ONCE = 64;

    private final LoadOptions options;
    private final List<LoadConnection> connections = new ArrayList<>();
    private long answered;

    private IdleLoad(LoadOptions options) {
        this.options = options;
    }

    static LoadResult run(LoadOptions options) throws IOException, InterruptedException {
        Duration second = Duration.ofSeconds(1);
        EchoLoad.run(new LoadOptions(
                Scenario.S3,
                options.target(),
                64,
                1,
                options.payloadBytes(),
                second,
                second,
                options.stall(),
                options.serverPid()));
        try (Dialer dialer = new Dialer(options.target(), false);
                Selector selector = Selector.open()) {
            return new IdleLoad(options).drive(dialer, selector);
        }
    }

    private LoadResult drive(Dialer dialer, Selector selector) throws IOException, InterruptedException {
        ServerMemory.of(options.serverPid()); // the first time loads what the measuring itself needs
        ServerMemory before = ServerMemory.of(options.serverPid());
        connect(dialer, selector);
        ServerMemory connected = ServerMemory.of(options.serverPid());
        echoOnEach(selector);
        ServerMemory used = ServerMemory.of(options.serverPid());
        return new LoadResult()
                .set(Figure.HEAP_CONNECTED, perConnection(connected.heapBytes() - before.heapBytes()))
                .set(Figure.NATIVE_CONNECTED, perConnection(connected.residentBytes() - before.residentBytes()))
                .set(Figure.TOTAL_CONNECTED, perConnection(total(connected) - total(before)))
                .set(Figure.HEAP_USED, perConnection(used.heapBytes() - before.heapBytes()))
                .set(Figure.NATIVE_USED, perConnection(used.residentBytes() - before.residentBytes()))
                .set(Figure.TOTAL_USED, perConnection(total(used) - total(before)));
    }

    private static long total(ServerMemory memory) {
        return memory.heapBytes() + memory.residentBytes();
    }

    private double perConnection(long bytes) {
        return (double) bytes / options.connections();
    }

    private void connect(Dialer dialer, Selector selector) throws IOException, InterruptedException {
        LoadConnection.Buffers buffers = new LoadConnection.Buffers();
        for (int i = 0; i < options.connections(); i++) {
            MessageRing ring = new MessageRing(i, options.payloadBytes(), 1);
            connections.add(new LoadConnection(i, dialer.dial(), selector, buffers, ring, ring));
            if (i % DIALS_AT_ONCE == DIALS_AT_ONCE - 1) {
                Thread.sleep(2); // the server shall accept them as they come, not be flooded
            }
        }
    }

    private void echoOnEach(Selector selector) throws IOException {
        long deadline = System.nanoTime() + options.stall().multipliedBy(6).toNanos();
        int asked = 0;
        while (answered < connections.size()) {
            for (int i = 0; i < ECHOES_AT_ONCE && asked < connections.size(); i++) {
                connections.get(asked++).sendUpTo(1, System.nanoTime());
            }
            ReadyHandler.select(selector, this::onReady, 50);
            if (System.nanoTime() - deadline > 0) {
                throw new LoadFailedException("only " + answered + " of " + connections.size() + " answered");
            }
        }
    }

    private void onReady(LoadConnection connection) throws IOException {
        long before = connection.received();
        connection.receive();
        answered += connection.received() - before;
    }
}
