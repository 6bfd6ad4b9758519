package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages through TLS are the same as without, however the network treats the records. */
class TlsTrafficTest {
    private static final int MIB = 1 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void bigMessagesGoBothWaysUnharmed(String protocol) throws Exception {
        Seen<byte[]> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed().maxFrameBytes(2 * MIB))
                        .listener((connection, message) -> connection.send(message))
                        .tls(Tls.server().protocols(protocol).build())
                        .bind(Tls.anyPort());
                var client = MessageClient.builder(Codecs.lengthPrefixed().maxFrameBytes(2 * MIB))
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect(Tls.HOST, server.port())) {
            List<byte[]> sent =
                    IntStream.range(0, 4).mapToObj(i -> noise(MIB + i, i)).toList();
            for (byte[] message : sent) {
                assertThat(client.send(message)).isTrue();
            }
            List<byte[]> echoed = seen.messages.await(sent.size());
            for (int i = 0; i < sent.size(); i++) {
                assertThat(Arrays.equals(echoed.get(i), sent.get(i)))
                        .as("message %d", i)
                        .isTrue();
            }
            assertThat(seen.opened.take().tlsSession().getProtocol()).isEqualTo(protocol);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void thousandsOfSmallMessagesComeBackInOrder(String protocol) throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener((connection, line) -> connection.send(line))
                        .tls(Tls.server().protocols(protocol).build())
                        .bind(Tls.anyPort());
                var client = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect(Tls.HOST, server.port())) {
            List<String> lines = lines(20_000);
            lines.forEach(client::send);
            assertThat(seen.messages.await(lines.size())).isEqualTo(lines);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void recordsThatArriveByteByByteAreTheSame(String protocol) throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener((connection, line) -> connection.send(line))
                        .tls(Tls.server().protocols(protocol).build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port())) {
            proxy.clientToServer().slice(1);
            proxy.serverToClient().slice(1);
            try (var client = MessageClient.builder(Codecs.lines())
                    .listener(seen)
                    .tls(Tls.client().build())
                    .connect(proxy.address())) {
                List<String> lines = List.of("a", "b".repeat(20_000), "", "c".repeat(300));
                lines.forEach(client::send);
                assertThat(seen.messages.await(lines.size())).isEqualTo(lines);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void manyRecordsThatArriveAtOnceAreTheSame(String protocol) throws Exception {
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().protocols(protocol).build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())
                        .startTls(Certificates.root().trustingContext(), "localhost")) {
            seen.opened.take();
            proxy.clientToServer().stall();
            String text =
                    String.join("", lines(500).stream().map(line -> line + "\n").toList());
            peer.sendSlowly(text);
            proxy.clientToServer().resume();
            assertThat(new String(peer.readExactly(text.length()), StandardCharsets.UTF_8))
                    .isEqualTo(text);
        }
    }

    /** A client may send behind its last handshake message at once: that is not part of the handshake. */
    @Test
    void dataRightBehindTheHandshakeDoesNotCountAsHandshake() throws Exception {
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                        .listener((connection, message) -> connection.send(new byte[] {(byte) message.length}))
                        .tls(Tls.server().protocols("TLSv1.3").build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port())) {
            Seen<byte[]> seen = Seen.only();
            // what the client sends behind the server's first flight arrives in one piece
            proxy.clientToServer().latency(Duration.ofMillis(100));
            try (var client = MessageClient.builder(Codecs.lengthPrefixed())
                    .listener(seen.onOpen(connection -> connection.send(noise(200_000, 1))))
                    .tls(Tls.client().build())
                    .connect(proxy.address())) {
                assertThat(seen.messages.take()).containsExactly((byte) 200_000);
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aPeerThatDoesNotReadIsNotReadAndGetsAllOnceItReads(String protocol) throws Exception {
        Limits limits = Limits.builder()
                .highWaterMarkBytes(64 * 1024)
                .lowWaterMarkBytes(16 * 1024)
                .build();
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .limits(limits)
                        .tls(Tls.server().protocols(protocol).build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())
                        .startTls(Certificates.root().trustingContext(), "localhost")) {
            proxy.serverToClient().stall();
            String line = "x".repeat(999) + "\n";
            int count = 9_000;
            Thread sender = new Thread(() -> peer.send(line.repeat(count)), "sender");
            sender.start();
            Connection<String> connection = seen.opened.take();
            int[] polls = new int[1];
            Await.until("the queue stays full", () -> (polls[0] = connection.isWritable() ? 0 : polls[0] + 1) == 500);
            long read = connection.stats().bytesReceived();
            assertThat(read).isLessThan((long) count * line.length());
            assertThat(connection.queuedBytes()).isLessThan(64 * 1024 + 600 * 1024);
            proxy.serverToClient().resume();
            byte[] echoed = peer.readExactly(line.length() * count);
            assertThat(new String(echoed, StandardCharsets.US_ASCII)).isEqualTo(line.repeat(count));
            sender.join();
            Await.until("the queue has drained", connection::isWritable);
            seen.writable.take();
            assertThat(seen.closed.all()).isEmpty();
        }
    }

    @Test
    void sendsFromManyThreadsKeepTheirOrderThroughTls() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                var client = MessageClient.builder(Codecs.lines())
                        .tls(Tls.client().build())
                        .connect(Tls.HOST, server.port())) {
            int each = 2000;
            List<Thread> threads = IntStream.range(0, 8)
                    .mapToObj(t -> new Thread(() -> {
                        for (int i = 0; i < each; i++) {
                            client.send(t + " " + i);
                        }
                    }))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            int[] next = new int[threads.size()];
            for (String line : seen.messages.await(each * threads.size())) {
                String[] words = line.split(" ");
                assertThat(Integer.parseInt(words[1])).isEqualTo(next[Integer.parseInt(words[0])]++);
            }
        }
    }

    private static List<String> lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
    }

    static byte[] noise(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
