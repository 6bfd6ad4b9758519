package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ShardsTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    @BeforeAll
    static void needsReusePort() throws Exception {
        try (DatagramChannel channel = DatagramChannel.open()) {
            assumeTrue(
                    channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT),
                    "this system has no SO_REUSEPORT");
        }
    }

    @Test
    void sendersAreSpreadOverTheLoopsAndEachKeepsItsOrder() throws Exception {
        int peers = 40;
        int each = 50;
        Map<InetSocketAddress, ConcurrentLinkedQueue<String>> heard = new ConcurrentHashMap<>();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        AtomicInteger closed = new AtomicInteger();
        DatagramListener<String> listener = new DatagramListener<>() {
            @Override
            public void onMessage(InetSocketAddress sender, String message) {
                threads.add(Thread.currentThread());
                heard.computeIfAbsent(sender, any -> new ConcurrentLinkedQueue<>())
                        .add(message);
            }

            @Override
            public void onClose() {
                closed.incrementAndGet();
            }
        };
        List<RawUdp> raw = new ArrayList<>();
        try {
            for (int i = 0; i < peers; i++) {
                raw.add(new RawUdp());
            }
            try (var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                    .listener(listener)
                    .shards(4)
                    .eventLoops(4)
                    .bind(LOCAL)) {
                for (int i = 0; i < each; i++) {
                    for (RawUdp peer : raw) {
                        peer.send("m" + i, endpoint.port());
                    }
                }
                Await.untilEqual(
                        "received", (long) peers * each, () -> endpoint.stats().datagramsReceived());
            }
        } finally {
            raw.forEach(RawUdp::close);
        }
        assertThat(threads).hasSizeBetween(2, 4);
        assertThat(heard).hasSize(peers);
        heard.values()
                .forEach(messages -> assertThat(messages)
                        .containsExactlyElementsOf(java.util.stream.IntStream.range(0, each)
                                .mapToObj(i -> "m" + i)
                                .toList()));
        assertThat(closed).hasValue(1);
    }

    @Test
    void answersComeFromTheOnePort() throws Exception {
        class Echo implements DatagramListener<String> {
            private DatagramEndpoint<String> endpoint;

            @Override
            public void onOpen(DatagramEndpoint<String> endpoint) {
                this.endpoint = endpoint;
            }

            @Override
            public void onMessage(InetSocketAddress sender, String message) {
                endpoint.send(message, sender);
            }
        }
        try (var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                .listener(new Echo())
                .shards(3)
                .bind(LOCAL)) {
            for (int i = 0; i < 20; i++) {
                try (RawUdp peer = new RawUdp()) {
                    peer.send("x" + i, endpoint.port());
                    assertThat(peer.receiveText()).isEqualTo("x" + i);
                    assertThat(peer.sender()).isEqualTo(endpoint.localAddress());
                    endpoint.send("from outside", peer.address());
                    assertThat(peer.receiveText()).isEqualTo("from outside");
                    assertThat(peer.sender()).isEqualTo(endpoint.localAddress());
                }
            }
        }
    }

    @Test
    void sessionsAreFoundInWhicheverShardTheyAre() throws Exception {
        List<RawUdp> raw = new ArrayList<>();
        try (var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                .sessionListener((session, text) -> session.send(text))
                .sessionLimits(SessionLimits.builder().amplification(1).build())
                .shards(3)
                .bind(LOCAL)) {
            for (int i = 0; i < 20; i++) {
                raw.add(new RawUdp());
                raw.get(i).send("hello", endpoint.port());
                assertThat(raw.get(i).receiveText()).isEqualTo("hello");
            }
            assertThat(endpoint.sessions()).hasSize(20);
            for (RawUdp peer : raw) {
                assertThat(endpoint.session(peer.address())).isNotNull();
                assertThat(endpoint.send("x", peer.address())).isFalse();
            }
        } finally {
            raw.forEach(RawUdp::close);
        }
    }
}
