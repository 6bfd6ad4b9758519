package io.github.packetboat.examples;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A client that comes back by itself: it sends on while its server is restarted. What it sends meanwhile is retained, up to
 * a bound, and arrives in order before what is sent later.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args=reconnect
 * </pre>
 *
 * <p>Retained is what is sent while there is no connection. What the kernel had already taken when a connection broke may
 * be lost: whoever must know that a message was processed has the peer say so, as in request-response.
 */
public final class Reconnect {
    private static final int BATCH = 100;

    private final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private int lastSent;
    private int lastReceived;

    private Reconnect() {}

    /** Restarts a server under a client. */
    public static void main(String[] args) throws Exception {
        new Reconnect().run();
    }

    private void run() throws Exception {
        MessageServer<String> first = serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketAddress address = first.addresses().get(0);
        try (first;
                MessageClient<String> client = MessageClient.builder(Codecs.lines())
                        .listener(new Events())
                        .reconnect(Backoff.exponential(Duration.ofMillis(50), Duration.ofSeconds(1)))
                        .connect(address)) {
            expectEvent("connected");
            sendBatch(client);
            expectBatch();

            first.close();
            expectEvent("connection closed: PEER_CLOSED");
            sendBatch(client);
            System.out.println("client:   retains " + client.stats().retainedBytes() + " bytes");

            try (MessageServer<String> second = serve(address)) {
                expectEvent("connected");
                sendBatch(client);
                expectBatch();
                expectBatch();
                System.out.println(
                        "all in order, " + second.stats().messagesReceived() + " of them at the second server");
            }
        }
    }

    private MessageServer<String> serve(SocketAddress address) throws IOException {
        MessageServer<String> server = MessageServer.builder(Codecs.lines())
                .listener((connection, line) -> received.add(Integer.valueOf(line)))
                .bind(address);
        System.out.println("server:   listens at port " + server.port());
        return server;
    }

    private void sendBatch(MessageClient<String> client) {
        for (int i = 0; i < BATCH; i++) {
            Expect.same(true, client.send(String.valueOf(++lastSent)));
        }
        System.out.println("client:   sent " + (lastSent - BATCH + 1) + " to " + lastSent);
    }

    private void expectBatch() throws InterruptedException {
        for (int i = 0; i < BATCH; i++) {
            Expect.same(++lastReceived, Expect.next(received));
        }
        System.out.println("server:   received " + (lastReceived - BATCH + 1) + " to " + lastReceived);
    }

    private void expectEvent(String expected) throws InterruptedException {
        String event = Expect.next(events);
        System.out.println("client:   " + event);
        Expect.same(expected, event);
    }

    /** What the client's connections tell. */
    private final class Events implements MessageListener<String> {
        @Override
        public void onOpen(Connection<String> connection) {
            events.add("connected");
        }

        @Override
        public void onMessage(Connection<String> connection, String line) {}

        @Override
        public void onClose(Connection<String> connection, CloseReason reason) {
            events.add("connection closed: " + reason.kind());
        }
    }
}
