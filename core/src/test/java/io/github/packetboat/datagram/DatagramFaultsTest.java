package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Recorder;
import io.github.packetboat.testkit.Reports;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever goes wrong with one datagram, the endpoint goes on, and nothing is lost without being counted. */
class DatagramFaultsTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    @Test
    void garbageBetweenGoodDatagramsIsCountedAndReported() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL)) {
            peer.send("good", endpoint.port());
            peer.send(new byte[] {'b', 'a', 'd', (byte) 0xFF}, endpoint.port());
            peer.send("good again", endpoint.port());
            assertThat(seen.events.take()).isEqualTo("good");
            assertThat(seen.events.take())
                    .startsWith("error: CodecException, " + peer.address())
                    .contains("a datagram of 4 bytes from " + peer.address() + " is dropped")
                    .contains("3");
            assertThat(seen.events.take()).isEqualTo("good again");
            assertThat(endpoint.stats().undecodable()).isEqualTo(1);
            assertThat(endpoint.stats().datagramsReceived()).isEqualTo(3);
        }
    }

    @Test
    void aDatagramIsExactlyOneMessage() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var endpoint =
                        DatagramEndpoint.builder(Codecs.lines()).listener(seen).bind(LOCAL)) {
            peer.send("no line end, which the codec remembers it has looked for", endpoint.port());
            peer.send("a\nb", endpoint.port());
            peer.send("whole\n", endpoint.port());
            assertThat(seen.events.take()).contains("it ends before its message does");
            assertThat(seen.events.take()).contains("1 bytes follow its message");
            assertThat(seen.events.take()).isEqualTo("whole");
            assertThat(endpoint.stats().undecodable()).isEqualTo(2);
        }
    }

    @Test
    void aHeartbeatIsNoError() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.lines().heartbeat("beat"))
                        .listener(seen)
                        .bind(LOCAL)) {
            peer.send("beat\n", endpoint.port());
            peer.send("", endpoint.port());
            peer.send("message\n", endpoint.port());
            assertThat(seen.events.take()).contains("a datagram of 0 bytes").contains("it ends before");
            assertThat(seen.events.take()).isEqualTo("message");
            assertThat(endpoint.stats().datagramsReceived()).isEqualTo(3);
            assertThat(endpoint.stats().undecodable()).isEqualTo(1);
        }
    }

    @Test
    void aCodecThatThrowsAnythingLosesThatDatagramOnly() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.<String>builder(Moody::new)
                        .listener(seen)
                        .bind(LOCAL)) {
            peer.send("runtime", endpoint.port());
            peer.send("deep", endpoint.port());
            peer.send("fine", endpoint.port());
            assertThat(seen.events.take()).contains("the codec threw java.lang.IllegalStateException: in a mood");
            assertThat(seen.events.take()).contains("the codec threw java.lang.StackOverflowError");
            assertThat(seen.events.take()).isEqualTo("fine");

            assertThatThrownBy(() -> endpoint.send("checked", peer.address()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cannot say checked");
            assertThatThrownBy(() -> endpoint.send("runtime", peer.address()))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(endpoint.send("fine", peer.address())).isTrue();
            assertThat(peer.receiveText()).isEqualTo("fine");
        }
    }

    private static final class Moody implements Codec<String> {
        @Override
        public String decode(ByteBuffer in) {
            byte[] bytes = new byte[in.remaining()];
            in.get(bytes);
            return mood(new String(bytes));
        }

        @Override
        public void encode(String message, FrameBuffer out) throws CodecException {
            if (message.equals("checked")) {
                throw new CodecException("cannot say checked");
            }
            out.putUtf8(mood(message));
        }

        private static String mood(String text) {
            if (text.equals("runtime")) {
                throw new IllegalStateException("in a mood");
            }
            return text.equals("deep") ? mood(text) : text;
        }
    }

    @Test
    void aClosedPortIsAnEventNotTheEnd() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        int port;
        try (DatagramSocket nobody = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            port = nobody.getLocalPort();
        }
        try (var endpoint =
                DatagramEndpoint.builder(Codecs.utf8()).listener(seen).connect("127.0.0.1", port)) {
            assertThat(endpoint.send("anybody there?")).isTrue();
            assertThat(seen.events.take()).startsWith("error: PortUnreachableException, /127.0.0.1:" + port);
            assertThat(endpoint.stats().unreachable()).isEqualTo(1);
            try (DatagramSocket somebody = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"))) {
                somebody.setSoTimeout((int) Await.LIMIT.toMillis());
                assertThat(endpoint.send("and now?")).isTrue();
                var in = new java.net.DatagramPacket(new byte[100], 100);
                somebody.receive(in);
                assertThat(new String(in.getData(), 0, in.getLength())).isEqualTo("and now?");
                in.setData("yes".getBytes());
                somebody.send(in);
                assertThat(seen.events.take()).isEqualTo("yes");
            }
        }
    }

    @Test
    void sendsToAClosedPortGoOnAndAreAllEvents() throws Exception {
        AtomicInteger told = new AtomicInteger();
        int port;
        try (DatagramSocket nobody = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            port = nobody.getLocalPort();
        }
        DatagramListener<String> listener = new DatagramListener<>() {
            @Override
            public void onMessage(InetSocketAddress sender, String message) {}

            @Override
            public void onError(@Nullable InetSocketAddress peer, IOException failure) {
                told.incrementAndGet();
            }
        };
        try (var endpoint =
                DatagramEndpoint.builder(Codecs.utf8()).listener(listener).connect("127.0.0.1", port)) {
            for (int i = 0; i < 1_000; i++) {
                endpoint.send("x");
            }
            DatagramStats stats = endpoint.stats();
            assertThat(stats.datagramsSent() + stats.sendFailures()).isEqualTo(1_000);
            assertThat(stats.datagramsSent()).isGreaterThan(500);
            Await.until("told of it", () -> told.get() > 0);
            assertThat(endpoint.isOpen()).isTrue();
        }
    }

    @Test
    void whatTheKernelCannotSendIsReportedAndNotAccepted() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (RawUdp peer = new RawUdp();
                var endpoint =
                        DatagramEndpoint.builder(Codecs.utf8()).listener(seen).bind(LOCAL)) {
            // a socket at 127.0.0.1 has no way to any other network
            InetSocketAddress far = new InetSocketAddress("203.0.113.1", 9);
            assertThat(endpoint.send("x", far)).isFalse();
            assertThat(seen.events.take()).startsWith("error: ").contains(far.toString());
            assertThat(endpoint.stats().sendFailures()).isEqualTo(1);
            assertThat(endpoint.send("y", peer.address())).isTrue();
            assertThat(peer.receiveText()).isEqualTo("y");
        }
    }

    @Test
    void aListenerThatThrowsIsReportedAndGoesOn() throws Exception {
        Recorder<String> seen = new Recorder<>();
        DatagramListener<String> listener = new DatagramListener<>() {
            @Override
            public void onMessage(InetSocketAddress sender, String message) throws Exception {
                seen.accept(message);
                switch (message) {
                    case "checked" -> throw new IOException("checked");
                    case "runtime" -> throw new IllegalStateException("runtime");
                    case "error" -> throw new AssertionError("error");
                    default -> {}
                }
            }

            @Override
            public void onError(@Nullable InetSocketAddress peer, IOException failure) {
                seen.accept("onError");
                throw new IllegalStateException("in onError");
            }

            @Override
            public void onClose() {
                seen.accept("onClose");
                throw new IllegalStateException("in onClose");
            }
        };
        try (Reports reports = new Reports()) {
            try (RawUdp peer = new RawUdp();
                    var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                            .listener(listener)
                            .bind(LOCAL)) {
                for (String text : new String[] {"checked", "runtime", "error"}) {
                    peer.send(text, endpoint.port());
                    assertThat(seen.take()).isEqualTo(text);
                }
                peer.send(new byte[] {(byte) 0xFF}, endpoint.port());
                assertThat(seen.take()).isEqualTo("onError");
                peer.send("fine", endpoint.port());
                assertThat(seen.take()).isEqualTo("fine");
                assertThat(endpoint.stats().listenerFailures()).isEqualTo(4);
            }
            assertThat(seen.take()).isEqualTo("onClose");
            assertThat(reports.await(5))
                    .extracting(record -> record.getThrown().getCause().getMessage())
                    .containsExactly("checked", "runtime", "error", "in onError", "in onClose");
            assertThat(reports.all())
                    .extracting(record -> record.getThrown().getMessage())
                    .allMatch(text -> text.contains(listener.getClass().getName()));
        }
    }

    @Test
    void aPoisonousSenderCannotFillTheLog() throws Exception {
        try (Reports reports = new Reports();
                RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener((sender, text) -> {
                            throw new IllegalStateException(text);
                        })
                        .bind(LOCAL)) {
            for (int i = 0; i < 500; i++) {
                peer.send("poison", endpoint.port());
            }
            Await.until("all seen", () -> endpoint.stats().datagramsReceived() == 500);
            assertThat(reports.all().size()).isBetween(10, 100);
        }
    }

    @Test
    void whatOnOpenThrowsBindThrows() throws Exception {
        Recorder<String> seen = new Recorder<>();
        DatagramListener<String> listener = new DatagramListener<>() {
            @Override
            public void onMessage(InetSocketAddress sender, String message) {}

            @Override
            public void onOpen(DatagramEndpoint<String> endpoint) {
                seen.accept("at " + endpoint.port());
                throw new IllegalStateException("not today");
            }

            @Override
            public void onClose() {
                seen.accept("closed");
            }
        };
        assertThatThrownBy(() -> DatagramEndpoint.builder(Codecs.utf8())
                        .listener(listener)
                        .bind(LOCAL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not today");
        int port = Integer.parseInt(seen.take().substring("at ".length()));
        try (DatagramSocket free = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"))) {
            assertThat(free.getLocalPort()).isEqualTo(port);
        }
        assertThat(seen.all()).containsExactly("at " + port, "closed");
    }

    @Test
    void anInterruptedThreadMaySend() throws Exception {
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8()).bind(LOCAL)) {
            Thread.currentThread().interrupt();
            try {
                assertThat(endpoint.send("x", peer.address())).isTrue();
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(peer.receiveText()).isEqualTo("x");
            assertThat(endpoint.send("y", peer.address())).isTrue();
            assertThat(peer.receiveText()).isEqualTo("y");
        }
    }

    @Test
    void aSenderFasterThanTheReceiverCostsNoMemoryAndTheKernelTellsWhatItDropped() throws Exception {
        AtomicInteger received = new AtomicInteger();
        var slow = new java.util.concurrent.CountDownLatch(1);
        int count = 50_000;
        try (var to = DatagramEndpoint.builder(Codecs.bytes())
                        .receiveBufferBytes(64 * 1024)
                        .eventLoops(1)
                        .listener((sender, bytes) -> {
                            slow.await();
                            received.incrementAndGet();
                        })
                        .bind(LOCAL);
                var from = DatagramEndpoint.builder(Codecs.bytes()).bind(LOCAL)) {
            try (Reports heldLoop = new Reports()) {
                for (int i = 0; i < count; i++) {
                    assertThat(from.send(new byte[1_000], to.localAddress())).isTrue();
                }
                slow.countDown();
                assertThat(to.stats().queuedBytes() + from.stats().queuedBytes())
                        .isZero();
                if (to.kernelDrops().isPresent()) { // Linux
                    Await.untilEqual(
                            "received and dropped",
                            (long) count,
                            () -> received.get() + to.kernelDrops().orElseThrow());
                    assertThat(received.get()).isLessThan(1_000);
                }
                assertThat(heldLoop.all().size()).isLessThanOrEqualTo(1);
            }
        }
        assertThat(received.get()).isPositive();
    }
}
