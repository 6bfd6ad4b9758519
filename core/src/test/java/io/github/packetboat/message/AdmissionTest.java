package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Ending;
import io.github.packetboat.testkit.RawPeer;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Whom a server lets in, what it tells the others, and what a crowd that comes and goes leaves behind. */
class AdmissionTest {
    @Test
    void anAddressThatIsDeniedIsRefusedAndCounted() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .ipFilter(IpFilter.builder().deny("127.0.0.0/8").build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            assertThat(peer.awaitEnd()).isIn(Ending.FIN, Ending.RST);
            Await.untilEqual("refused", 1L, () -> server.stats().refusedConnections());
            assertThat(seen.opened.all()).isEmpty();
        }
    }

    @Test
    void aConnectionTooManyHearsTheFarewellAndTheNextOneIsWelcomeWhenThereIsRoom() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                .listener(seen)
                .limits(Limits.builder().maxConnections(2).build())
                .farewell("full, come back later")
                .bind(Tls.anyPort())) {
            RawPeer first = RawPeer.connect(server.port());
            try (RawPeer second = RawPeer.connect(server.port())) {
                seen.opened.await(2);
                second.send("first\n");
                assertThat(seen.messages.take()).isEqualTo("first");
                for (int i = 0; i < 5; i++) {
                    try (RawPeer third = RawPeer.connect(server.port())) {
                        third.send("unread by a server that refuses\n");
                        assertThat(third.readLine()).isEqualTo("full, come back later");
                        third.expectEof();
                    }
                }
                assertThat(server.stats().refusedConnections()).isEqualTo(5);
                assertThat(server.stats().openConnections()).isEqualTo(2);
                first.close();
                seen.closed.take();
                Await.until("there is room again", () -> server.stats().openConnections() == 1);
                try (RawPeer third = RawPeer.connect(server.port())) {
                    seen.opened.await(3);
                    third.send("welcome\n");
                    assertThat(seen.messages.take()).isEqualTo("welcome");
                }
            }
            Await.untilEqual("open connections", 0, () -> server.stats().openConnections());
            assertThat(seen.messages.all()).containsExactly("first", "welcome");
        }
    }

    @Test
    void withoutAFarewellAConnectionTooManyIsJustClosed() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .limits(Limits.builder().maxConnections(1).build())
                        .bind(Tls.anyPort());
                RawPeer first = RawPeer.connect(server.port())) {
            seen.opened.take();
            try (RawPeer second = RawPeer.connect(server.port())) {
                second.awaitEnd();
            }
            assertThat(server.stats().refusedConnections()).isEqualTo(1);
            first.send("still here\n");
            assertThat(seen.messages.take()).isEqualTo("still here");
        }
    }

    @Test
    void connectionsInTheirHandshakeCountToo() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                .listener(seen)
                .limits(Limits.builder().maxConnections(1).build())
                .tls(Tls.server().build())
                .bind(Tls.anyPort())) {
            try (RawPeer silent = RawPeer.connect(server.port());
                    RawPeer second = RawPeer.connect(server.port())) {
                second.awaitEnd();
                assertThat(silent.remoteAddress()).isNotNull();
            }
            Await.untilEqual("failed", 1L, () -> server.stats().failedHandshakes());
            try (RawPeer third =
                    RawPeer.connect(server.port()).startTls(Certificates.root().trustingContext(), "localhost")) {
                third.send("x\n");
                seen.messages.take();
            }
        }
    }

    /** T7: whatever the phase in which they are reset. */
    @Test
    void aStormOfResetsLeavesNothingBehind() throws Exception {
        Seen<String> seen = Seen.echoing();
        byte[] hello = TlsRefusalTest.clientHello(3, 3);
        try (Logged logged = Logged.from(Level.WARNING);
                var server =
                        MessageServer.builder(Codecs.lines()).listener(seen).bind(Tls.anyPort())) {
            SocketAddress secured = server.bind(
                    Tls.anyPort(), Binding.of(Codecs.lines()).tls(Tls.server().build()));
            try (RawPeer steady = RawPeer.connect(server.port())) {
                for (int i = 0; i < 500; i++) {
                    RawPeer peer =
                            RawPeer.connect(i % 5 < 3 ? server.addresses().get(0) : secured);
                    try {
                        switch (i % 5) {
                            case 0 -> {}
                            case 1 -> peer.send("half a li");
                            case 2 -> peer.send("x".repeat(5000) + "\n").halfClose();
                            case 3 -> peer.send(hello);
                            default ->
                                peer.startTls(Certificates.root().trustingContext(), "localhost")
                                        .send("hi\n");
                        }
                    } finally {
                        peer.reset();
                    }
                    if (i % 50 == 0) {
                        steady.send("still served\n");
                        assertThat(steady.readLine()).isEqualTo("still served");
                    }
                }
                Await.untilEqual("open connections", 1, () -> server.stats().openConnections());
            }
            Await.untilEqual("open connections", 0, () -> server.stats().openConnections());
            seen.closed.await(seen.opened.all().size());
            assertThat(seen.closed.all()).hasSameSizeAs(seen.opened.all());
            assertThat(logged.lines.all()).isEmpty();
        } catch (UncheckedIOException e) {
            throw new AssertionError("the server refused a peer", e);
        }
    }

    @Test
    void aConnectionThatClosesAnotherInTheSameTurnIsNoFailure() throws Exception {
        CountDownLatch bothReady = new CountDownLatch(1);
        List<Connection<String>> all = new ArrayList<>();
        Seen<String> seen = Seen.<String>only().onOpen(all::add).onMessage((connection, line) -> {
            if (line.equals("hold")) {
                try {
                    bothReady.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            } else {
                all.stream()
                        .filter(other -> other != connection && other != all.get(0))
                        .forEach(Connection::abort);
            }
        });
        try (Logged logged = Logged.from(Level.WARNING);
                var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .eventLoops(1)
                        .bind(Tls.anyPort());
                RawPeer holder = RawPeer.connect(server.port());
                RawPeer a = RawPeer.connect(server.port());
                RawPeer b = RawPeer.connect(server.port())) {
            seen.opened.await(3);
            holder.send("hold\n");
            seen.messages.take();
            a.send("close the other\n");
            b.send("close the other\n");
            bothReady.countDown();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.ABORTED);
            assertThat(seen.messages.await(2)).containsExactly("hold", "close the other");
            holder.send("x\n");
            seen.messages.await(3);
            assertThat(logged.lines.all().stream().filter(line -> !line.contains("has been held")))
                    .isEmpty();
        }
    }
}
