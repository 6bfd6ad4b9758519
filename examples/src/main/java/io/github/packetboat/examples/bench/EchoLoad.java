package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/** Keeps a window of messages in flight on each connection; each must come back where it was sent. For one thread. */
final class EchoLoad {
    private static final long SELECT_MILLIS = 50;

    private final LoadOptions options;
    private final Measurement measurement;
    private final List<LoadConnection> connections = new ArrayList<>();

    private EchoLoad(LoadOptions options, Dialer dialer, Selector selector) throws IOException {
        this.options = options;
        LoadConnection.Buffers buffers = new LoadConnection.Buffers();
        for (int i = 0; i < options.connections(); i++) {
            MessageRing ring = new MessageRing(i, options.payloadBytes(), options.window());
            connections.add(new LoadConnection(i, dialer.dial(), selector, buffers, ring, ring));
        }
        measurement = new Measurement(options);
    }

    static LoadResult run(LoadOptions options) throws IOException {
        try (Dialer dialer = new Dialer(options.target(), options.scenario().encrypts());
                Selector selector = Selector.open()) {
            return new EchoLoad(options, dialer, selector).drive(selector);
        }
    }

    private LoadResult drive(Selector selector) throws IOException {
        long now = System.nanoTime();
        for (LoadConnection connection : connections) {
            connection.sendUpTo(options.window(), now);
        }
        do {
            ReadyHandler.select(selector, this::onReady, SELECT_MILLIS);
            measurement.tick();
        } while (measurement.sends() || inFlight());
        return measurement.result();
    }

    private void onReady(LoadConnection connection) throws IOException {
        long before = connection.received();
        connection.receive();
        long now = System.nanoTime();
        long after = connection.received();
        measurement.arrived(after - before);
        recordLatencies(connection.sends(), before, after, now);
        long limit = measurement.sends()
                ? after + options.window()
                : connection.sends().stamped();
        connection.sendUpTo(limit, now);
    }

    private void recordLatencies(MessageRing ring, long before, long after, long now) {
        long begin = before;
        for (long message = before; message < after; message++) { // those sent together count together
            if (message + 1 == after || ring.sentAtNanos(message + 1) != ring.sentAtNanos(begin)) {
                measurement.latency(now - ring.sentAtNanos(begin), message + 1 - begin);
                begin = message + 1;
            }
        }
    }

    private boolean inFlight() {
        for (LoadConnection connection : connections) {
            if (connection.received() < connection.sends().stamped()) {
                return true;
            }
        }
        return false;
    }
}
