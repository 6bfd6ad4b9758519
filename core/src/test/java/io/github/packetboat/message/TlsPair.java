package io.github.packetboat.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Two engines back to back, in memory. What one writes the other reads, until both are done or one has failed. */
final class TlsPair {
    private static final int MAX_STEPS = 1000;

    final Side client;
    final Side server;

    private TlsPair(SSLEngine client, SSLEngine server) {
        this.client = new Side(client);
        this.server = new Side(server);
    }

    /** Shakes hands; then each side sends one message, so that a TLS 1.3 client hears of its refusal. */
    static TlsPair run(TlsOptions client, String host, TlsOptions server) {
        return run(client.clientEngine(host, 443), server.serverEngine());
    }

    static TlsPair run(SSLEngine client, SSLEngine server) {
        TlsPair pair = new TlsPair(client, server);
        for (int i = 0; i < MAX_STEPS && pair.step(); i++) {
            // until nothing moves any more
        }
        return pair;
    }

    boolean succeeded() {
        return client.failure == null && server.failure == null && client.received > 0 && server.received > 0;
    }

    private boolean step() {
        boolean moved = client.send(server.in);
        moved |= server.receive();
        moved |= server.send(client.in);
        moved |= client.receive();
        return moved;
    }

    static final class Side {
        final SSLEngine engine;
        final ByteBuffer in = ByteBuffer.allocate(1 << 18);
        private final ByteBuffer hello = ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII));
        SSLException failure;
        int received;

        private Side(SSLEngine engine) {
            this.engine = engine;
        }

        private boolean send(ByteBuffer to) {
            boolean moved = false;
            while (true) {
                runTasks();
                int before = to.position();
                boolean closed = engine.isOutboundDone();
                if (closed || engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
                    return moved;
                }
                try {
                    SSLEngineResult result = engine.wrap(hello, to);
                    if (to.position() == before && result.bytesConsumed() == 0) {
                        return moved;
                    }
                } catch (SSLException e) {
                    boolean first = failure == null;
                    fail(e);
                    if (!first) {
                        return moved;
                    }
                }
                moved = true; // after a failure too: the alert comes with the next wrap
            }
        }

        private boolean receive() {
            boolean moved = false;
            ByteBuffer plain = ByteBuffer.allocate(1 << 16);
            in.flip();
            while (in.hasRemaining() && !engine.isInboundDone()) {
                runTasks();
                int before = in.position();
                try {
                    engine.unwrap(in, plain);
                } catch (SSLException e) {
                    fail(e);
                    in.position(in.limit());
                    moved = true;
                    break;
                }
                received += plain.position();
                plain.clear();
                runTasks();
                if (in.position() == before) {
                    break;
                }
                moved = true;
            }
            in.compact();
            return moved;
        }

        private void fail(SSLException e) {
            if (failure == null) {
                failure = e;
            }
        }

        private void runTasks() {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
        }
    }
}
