package io.github.packetboat.examples;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.Requests;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A client in the tour: says its name whenever it has connected, and keeps what it hears until the tour looks. */
final class TourGuest implements MessageListener<String>, AutoCloseable {
    private final String name;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Requests<String, String> requests =
            Requests.correlatedBy(TourServer::questionId, TourServer::answeredId);
    private final MessageClient<String> client;

    TourGuest(String name, SocketAddress server) throws IOException {
        this.name = name;
        this.client = MessageClient.builder(Codecs.lines())
                .listener(this)
                .reconnect(Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(1)))
                .connect(server);
    }

    @Override
    public void onOpen(Connection<String> connection) {
        connection.send("I am " + name);
    }

    @Override
    public void onMessage(Connection<String> connection, String line) {
        if (!requests.accept(connection, line)) {
            heard.add(line);
        }
    }

    @Override
    public void onClose(Connection<String> connection, CloseReason reason) {
        heard.add("(connection closed: " + reason.kind() + ")");
    }

    void says(String line) {
        Tour.show(name, "says ", line);
        Expect.same(true, client.send(line));
    }

    void hears(String expected) throws InterruptedException {
        String line = Expect.next(heard);
        Tour.show(name, "hears", line);
        Expect.same(expected, line);
    }

    void asks(String question, String expected) throws Exception {
        Tour.show(name, "asks ", question);
        String answer = requests.send(client.connection(), question, Duration.ofSeconds(Expect.PATIENCE_SECONDS))
                .get();
        Tour.show(name, "gets ", answer);
        Expect.same(expected, answer);
    }

    @Override
    public void close() {
        client.close();
    }
}
