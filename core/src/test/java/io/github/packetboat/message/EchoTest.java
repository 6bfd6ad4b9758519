package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Recorder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EchoTest {
    @Test
    void whatIsSentComesBackInOrder() throws Exception {
        Recorder<String> received = new Recorder<>();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener((connection, line) -> connection.send(line))
                        .bind(0);
                var client = MessageClient.builder(Codecs.lines())
                        .listener((connection, line) -> received.accept(line))
                        .connect("127.0.0.1", server.port())) {
            List<String> lines =
                    IntStream.range(0, 10_000).mapToObj(i -> "line " + i).toList();
            lines.forEach(client::send);
            received.await(lines.size());
            assertThat(received.all()).isEqualTo(lines);
        }
    }

    @Test
    void aPeerThatIsGreetedAndLeavesIsNoticed() throws Exception {
        Recorder<String> events = new Recorder<>();
        MessageListener<String> listener = new MessageListener<>() {
            @Override
            public void onOpen(Connection<String> connection) {
                events.accept("open");
                connection.send("hello");
            }

            @Override
            public void onMessage(Connection<String> connection, String message) {
                events.accept(message);
            }

            @Override
            public void onClose(Connection<String> connection, CloseReason reason) {
                events.accept("close " + reason.kind());
            }
        };
        try (var server =
                MessageServer.builder(Codecs.lines()).listener(listener).bind(new InetSocketAddress("127.0.0.1", 0))) {
            try (RawPeer peer = RawPeer.connect(server.port())) {
                assertThat(peer.readLine()).isEqualTo("hello");
                peer.send("hi\r\n");
                events.await(2);
                peer.halfClose();
                peer.expectEof();
            }
            events.await(3);
            assertThat(events.all()).containsExactly("open", "hi", "close PEER_CLOSED");
        }
    }

    @Test
    void aBroadcastReachesEveryMember() throws Exception {
        Group<String> group = Group.named("all");
        MessageListener<String> listener = new MessageListener<>() {
            @Override
            public void onOpen(Connection<String> connection) {
                group.add(connection);
                connection.send("joined");
            }

            @Override
            public void onMessage(Connection<String> connection, String message) {
                group.broadcast(message);
            }
        };
        try (var server =
                        MessageServer.builder(Codecs.lines()).listener(listener).bind(0);
                RawPeer a = RawPeer.connect(server.port());
                RawPeer b = RawPeer.connect(server.port())) {
            assertThat(a.readLine()).isEqualTo("joined");
            assertThat(b.readLine()).isEqualTo("joined");
            a.send("x\ny\n");
            for (RawPeer peer : List.of(a, b)) {
                assertThat(peer.readLine()).isEqualTo("x");
                assertThat(peer.readLine()).isEqualTo("y");
            }
            group.broadcast("from outside");
            assertThat(b.readLine()).isEqualTo("from outside");
        }
    }
}
