package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A header of the PROXY protocol, on a server that requires it, allows it, or knows nothing of it. */
class ProxyProtocolTest {
    private static final String V1 = "PROXY TCP4 192.0.2.7 192.0.2.8 4321 443\r\n";

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
}
