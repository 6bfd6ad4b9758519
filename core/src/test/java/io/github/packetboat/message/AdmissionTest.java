package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Ending;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a server listens, whom it lets in, and what it tells the others. */
class AdmissionTest {
    private static final String V1 = "PROXY TCP4 192.0.2.7 192.0.2.8 4321 443\r\n";

    @TempDir
    private Path dir;

    private static byte[] v2() {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII));
        header.writeBytes(new byte[] {
            0x21, 0x11, 0, 12, (byte) 192, 0, 2, 7, (byte) 192, 0, 2, 8, 0x10, (byte) 0xe1, 1, (byte) 0xbb
        });
        return header.toByteArray();
    }

    private static Stream<Arguments> headers() {
        return Stream.of(Arguments.of("v1", V1.getBytes(StandardCharsets.US_ASCII)), Arguments.of("v2", v2()));
    }

    // ------------------------------------------------------------------ PROXY protocol

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void theRelayedAddressIsTheRemoteOneWhereverTheHeaderIsCut(String name, byte[] header) throws Exception {
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                .listener(seen)
                .proxyProtocol(ProxyProtocol.REQUIRED)
                .bind(Tls.anyPort())) {
            byte[] all = new byte[header.length + 3];
            System.arraycopy(header, 0, all, 0, header.length);
            System.arraycopy(new byte[] {'h', 'i', '\n'}, 0, all, header.length, 3);
            for (int cut = 1; cut < all.length; cut++) {
                try (RawPeer peer = RawPeer.connect(server.port())) {
                    peer.send(Arrays.copyOf(all, cut));
                    peer.send(Arrays.copyOfRange(all, cut, all.length));
                    assertThat(peer.readLine()).isEqualTo("hi");
                    assertThat(seen.opened.take().remoteAddress()).isEqualTo(new InetSocketAddress("192.0.2.7", 4321));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void aHeaderThatDripsByteByByteComesBeforeTlsToo(String name, byte[] header) throws Exception {
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .proxyProtocol(ProxyProtocol.REQUIRED)
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            proxy.clientToServer().slice(1);
            peer.send(header);
            peer.startTls(Certificates.root().trustingContext(), "localhost").send("hi\n");
            assertThat(peer.readLine()).isEqualTo("hi");
            assertThat(seen.opened.take().remoteAddress()).isEqualTo(new InetSocketAddress("192.0.2.7", 4321));
        }
    }

    @Test
    void anOptionalHeaderMayBeMissing() throws Exception {
        Seen<String> seen = Seen.echoing();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .proxyProtocol(ProxyProtocol.OPTIONAL)
                        .bind(Tls.anyPort());
                RawPeer bare = RawPeer.connect(server.port());
                RawPeer relayed = RawPeer.connect(server.port())) {
            bare.send("PROMISE\n");
            assertThat(bare.readLine()).isEqualTo("PROMISE");
            assertThat(seen.opened.take().remoteAddress()).isEqualTo(bare.localAddress());
            relayed.send(V1 + "hi\n");
            assertThat(relayed.readLine()).isEqualTo("hi");
            assertThat(seen.opened.take().remoteAddress()).isEqualTo(new InetSocketAddress("192.0.2.7", 4321));
        }
    }

    @Test
    void aHeaderThatNobodyAskedForIsData() throws Exception {
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(Seen.echoing())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(V1);
            assertThat(peer.readLine()).isEqualTo(V1.trim());
        }
    }

    @Test
    void aRequiredHeaderThatIsMissingOrBrokenOrLateIsRefused() throws Exception {
        Seen<String> seen = Seen.only();
        try (Logged logged = Logged.from(Level.FINE);
                var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .proxyProtocol(ProxyProtocol.REQUIRED)
                        .limits(Limits.builder()
                                .handshakeTimeout(Duration.ofMillis(200))
                                .build())
                        .bind(Tls.anyPort())) {
            assertThat(refused(server, logged, "GET / HTTP/1.1\r\n")).contains("PROXY header required", "plain HTTP");
            assertThat(refused(server, logged, "PROXY TCP4 nonsense\r\n")).contains("HANDSHAKE_FAILED");
            assertThat(refused(server, logged, "PROXY TCP4 19"))
                    .contains("HANDSHAKE_TIMEOUT", "handshakeTimeout=200 ms");
            assertThat(refused(server, logged, "")).contains("HANDSHAKE_TIMEOUT");
            assertThat(seen.opened.all()).isEmpty();
            assertThat(server.stats().failedHandshakes()).isEqualTo(4);
        }
    }

    private static String refused(MessageServer<String> server, Logged logged, String text) {
        try (RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(text);
            peer.awaitEnd();
        }
        return logged.await("never opened");
    }

    @Test
    void whatComesBehindTheHeaderWaitsForAListenerThatPausesAtOnce() throws Exception {
        Seen<String> seen = Seen.<String>only().onOpen(Connection::pauseReads);
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .proxyProtocol(ProxyProtocol.REQUIRED)
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(V1 + "one\ntwo\nthr");
            Connection<String> connection = seen.opened.take();
            Await.until("the rest is there", () -> connection.stats().bytesReceived() == 11);
            assertThat(seen.messages.all()).isEmpty();
            peer.send("ee\n");
            connection.resumeReads();
            assertThat(seen.messages.await(3)).containsExactly("one", "two", "three");
        }
    }

    // ------------------------------------------------------------------ filter and number

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

    // ------------------------------------------------------------------ addresses

    @Test
    void aUnixDomainSocketIsAnAddressLikeAnyOtherAndItsFileGoesWithTheServer() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(dir.resolve("socket"));
        Seen<String> seen = Seen.only();
        for (int round = 0; round < 20; round++) {
            try (var server = MessageServer.builder(Codecs.lines())
                            .listener(Seen.echoing())
                            .bind(address);
                    var client =
                            MessageClient.builder(Codecs.lines()).listener(seen).connect(address)) {
                client.send("local");
                assertThat(seen.messages.take()).isEqualTo("local");
                assertThat(server.port()).isEqualTo(-1);
                assertThat(address.getPath()).exists();
            }
            assertThat(Files.exists(address.getPath())).as("round %d", round).isFalse();
        }
    }

    @Test
    void ipv6WorksInBothRoles() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(Seen.echoing())
                        .tls(Tls.server().build())
                        .bind(new InetSocketAddress("::1", 0));
                var client = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect("::1", server.port())) {
            client.send("six");
            assertThat(seen.messages.take()).isEqualTo("six");
            assertThat(client.connection().remoteAddress()).isEqualTo(new InetSocketAddress("::1", server.port()));
        }
    }

    @Test
    void severalBindingsHaveTheirOwnCodecAndTlsAndShareListenerAndGroup() throws Exception {
        Seen<String> seen = Seen.only();
        UnixDomainSocketAddress path = UnixDomainSocketAddress.of(dir.resolve("many"));
        try (var server = MessageServer.builder(Codecs.lines()).listener(seen).bind(Tls.anyPort())) {
            SocketAddress secured = server.bind(
                    Tls.anyPort(), Binding.of(Codecs.lines()).tls(Tls.server().build()));
            server.bind(
                    path,
                    Binding.of(Codecs.delimited((byte) '|')
                            .map(
                                    bytes -> new String(bytes, StandardCharsets.UTF_8),
                                    text -> text.getBytes(StandardCharsets.UTF_8))));
            assertThat(server.addresses()).hasSize(3);
            try (RawPeer lines = RawPeer.connect(server.port());
                    RawPeer tls = RawPeer.connect(secured)
                            .startTls(Certificates.root().trustingContext(), "localhost");
                    RawPeer unix = RawPeer.connect(path)) {
                lines.send("a\n");
                tls.send("b\n");
                unix.send("c|");
                assertThat(seen.messages.await(3)).containsExactlyInAnyOrder("a", "b", "c");
                server.everyone().broadcast("to all");
                assertThat(lines.readLine()).isEqualTo("to all");
                assertThat(tls.readLine()).isEqualTo("to all");
                assertThat(new String(unix.readExactly(7), StandardCharsets.UTF_8))
                        .isEqualTo("to all|");
            }
        }
        assertThat(path.getPath()).doesNotExist();
    }

    // ------------------------------------------------------------------ P54

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketAddress address = taken.getLocalSocketAddress();
            assertThatThrownBy(() -> MessageServer.builder(Codecs.lines()).bind(address))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot listen at")
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void anAddressThatIsNotOursIsNamed() {
        assertThatThrownBy(() -> MessageServer.builder(Codecs.lines()).bind(new InetSocketAddress("192.0.2.1", 0)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("192.0.2.1");
        assertThatThrownBy(() -> MessageServer.builder(Codecs.lines())
                        .bind(InetSocketAddress.createUnresolved("no-such-host.invalid", 1)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("no-such-host.invalid");
        assertThatThrownBy(() -> MessageServer.builder(Codecs.lines())
                        .bind(UnixDomainSocketAddress.of(dir.resolve("no/such/folder"))))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("no/such/folder");
    }

    @Test
    void aHostThatIsUnknownIsNamed() {
        assertThatThrownBy(() -> MessageClient.builder(Codecs.lines()).connect("no-such-host.invalid", 1))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid:1");
    }

    @Test
    void aSecondBindingThatFailsLeavesTheServerAsItWas() throws Exception {
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(Seen.echoing())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            assertThatThrownBy(() -> server.bind(server.port(), Codecs.lines())).isInstanceOf(BindException.class);
            peer.send("fine\n");
            assertThat(peer.readLine()).isEqualTo("fine");
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
