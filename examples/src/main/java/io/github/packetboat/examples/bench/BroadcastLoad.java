package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection publishes; every connection, the publisher too, must get every message in order. A message counts as
 * delivered once for each subscriber, and its latency ends when the last one has it. For one thread.
 */
final class BroadcastLoad {
    private static final long SELECT_MILLIS = 50;
    private static final long SETTLE_MILLIS = 500; // for the server to register the last connection

    private final LoadOptions options;
    private final List<LoadConnection> connections = new ArrayList<>();
    private final LoadConnection publisher;
    private final MessageRing ring;
    private final int[] receivers; // of each message in flight, by its number modulo the window
    private long complete; // every connection has all messages below this number
    private Measurement measurement;

    private BroadcastLoad(LoadOptions options, Dialer dialer, Selector selector) throws IOException {
        this.options = options;
        ring = new MessageRing(0, options.payloadBytes(), options.window());
        receivers = new int[options.window()];
        LoadConnection.Buffers buffers = new LoadConnection.Buffers();
        for (int i = 0; i <= options.connections(); i++) {
            connections.add(new LoadConnection(i, dialer.dial(), selector, buffers, ring, ring));
        }
        publisher = connections.get(options.connections());
    }

    static LoadResult run(LoadOptions options) throws IOException, InterruptedException {
        try (Dialer dialer = new Dialer(options.target(), options.scenario().encrypts());
                Selector selector = Selector.open()) {
            return new BroadcastLoad(options, dialer, selector).drive(selector);
        }
    }

    private LoadResult drive(Selector selector) throws IOException, InterruptedException {
        Thread.sleep(SETTLE_MILLIS);
        measurement = new Measurement(options);
        publisher.sendUpTo(options.window(), System.nanoTime());
        do {
            ReadyHandler.select(selector, this::onReady, SELECT_MILLIS);
            long limit = measurement.sends() ? complete + options.window() : ring.stamped();
            publisher.sendUpTo(limit, System.nanoTime());
            measurement.tick();
        } while (measurement.sends() || complete < ring.stamped());
        return measurement.result();
    }

    private void onReady(LoadConnection connection) throws IOException {
        long before = connection.received();
        connection.receive();
        long after = connection.received();
        if (connection != publisher) {
            measurement.arrived(after - before);
        }
        for (long message = before; message < after; message++) {
            receivers[(int) (message % receivers.length)]++;
        }
        completeMessages();
    }

    private void completeMessages() {
        int slot = (int) (complete % receivers.length);
        if (receivers[slot] < connections.size()) {
            return;
        }
        long now = System.nanoTime();
        while (receivers[slot] == connections.size()) {
            measurement.latency(now - ring.sentAtNanos(complete), 1);
            receivers[slot] = 0;
            complete++;
            slot = (int) (complete % receivers.length);
        }
    }
}
