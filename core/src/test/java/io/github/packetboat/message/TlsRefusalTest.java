package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.Identity;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that are not what TLS wants: each is refused with a reason of its own, and nothing of the application leaks. */
class TlsRefusalTest {
    private static final byte[] ALERT_PROTOCOL_VERSION = {21, 3, 1, 0, 2, 2, 70};

    private static MessageServer<String> serve(TlsOptions tls, MessageListener<String> listener) throws IOException {
        return MessageServer.builder(Codecs.lines())
                .listener(listener)
                .limits(Limits.builder().lingerTimeout(Duration.ofMillis(300)).build())
                .tls(tls)
                .bind(Tls.anyPort());
    }

    private static CloseReason refusal(MessageClient.Builder<String> client, int port) {
        return catchThrowableOfType(
                        ConnectionClosedException.class,
                        () -> client.connect(Tls.HOST, port).close())
                .reason();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void httpOnATlsPortIsToldAsSuch(int sliceBytes) throws Exception {
        Seen<String> seen = Seen.only();
        try (Logged logged = Logged.from(Level.FINE);
                var server = serve(Tls.server().build(), seen);
                FaultProxy proxy = FaultProxy.to(server.port())) {
            proxy.clientToServer().slice(sliceBytes, Duration.ofMillis(sliceBytes));
            try (RawPeer peer = RawPeer.connect(proxy.port())) {
                peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                peer.awaitEnd();
            }
            assertThat(logged.await("never opened"))
                    .contains("HANDSHAKE_FAILED")
                    .contains("the peer does not speak TLS: it began with plain HTTP \"GET /");
            assertThat(seen.opened.all()).isEmpty();
            assertThat(server.stats().failedHandshakes()).isEqualTo(1);
        }
    }

    private static Stream<Arguments> plainCodecs() {
        return Stream.of(
                Arguments.of("lines", MessageServer.builder(Codecs.lines())),
                Arguments.of("length prefix", MessageServer.builder(Codecs.lengthPrefixed())),
                Arguments.of("delimited", MessageServer.builder(Codecs.delimited((byte) '|'))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plainCodecs")
    <M> void aClientHelloOnAPlainPortIsToldAsSuch(String name, MessageServer.Builder<M> builder) throws Exception {
        Seen<M> seen = Seen.only();
        try (var server = builder.listener(seen)
                        .limits(Limits.builder()
                                .frameTimeout(Duration.ofMillis(200))
                                .lingerTimeout(Duration.ofMillis(50))
                                .build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(clientHello(3, 3));
            CloseReason reason = seen.closed.take();
            assertThat(reason.detail()).as("%s", reason).endsWith("the peer speaks TLS, and this connection is plain");
            assertThat(seen.messages.all()).isEmpty();
        }
    }

    private static Stream<Arguments> badCertificates() {
        return Stream.of(
                Arguments.of("wrong host", Certificates.server("other.example"), "not for 127.0.0.1"),
                Arguments.of("common name only", Certificates.commonNameOnly(Tls.HOST), "common name does not count"),
                Arguments.of("IP as DNS name", Certificates.server("localhost"), "not for 127.0.0.1"),
                Arguments.of("expired", Certificates.expired(Tls.HOST), "expired at"),
                Arguments.of("not yet valid", Certificates.notYetValid(Tls.HOST), "is not valid before"),
                Arguments.of("self-signed", Certificates.selfSigned(Tls.HOST), "is self-signed and not trusted"),
                Arguments.of("unknown CA", Certificates.unknownAuthority(Tls.HOST), "issued by an unknown CA"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badCertificates")
    void aBadCertificateIsRefusedForItsOwnReasonBeforeAnythingIsSent(String name, Identity identity, String why)
            throws Exception {
        Seen<String> seen = Seen.<String>only().onOpen(connection -> connection.send("secret"));
        Seen<String> serving = Seen.only();
        try (Logged logged = Logged.from(Level.FINE);
                var server = serve(Tls.server(identity).build(), serving)) {
            CloseReason reason = refusal(
                    MessageClient.builder(Codecs.lines())
                            .listener(seen)
                            .tls(Tls.client().build()),
                    server.port());
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HANDSHAKE_FAILED);
            assertThat(reason.detail()).contains(why);
            assertThat(logged.await("never opened")).contains("the client refused");
            assertThat(seen.opened.all()).isEmpty();
            assertThat(serving.messages.all()).isEmpty();
            assertThat(server.stats().bytesReceived()).isZero();
        }
    }

    @Test
    void theCommonNameDoesNotCountForHostNamesEither() throws Exception {
        try (var server =
                serve(Tls.server(Certificates.commonNameOnly("localhost")).build(), Seen.only())) {
            assertThatThrownBy(() -> MessageClient.builder(Codecs.lines())
                            .tls(Tls.client().build())
                            .connect("localhost", server.port()))
                    .hasMessageContaining("common name does not count");
        }
    }

    @Test
    void aServerOfTooOldAVersionIsRefusedWithTheVersionsAllowed() throws Exception {
        try (RawServer server = RawServer.serving(peer -> {
            peer.readSome();
            peer.send(ALERT_PROTOCOL_VERSION);
            peer.awaitEnd();
        })) {
            CloseReason reason = refusal(
                    MessageClient.builder(Codecs.lines()).tls(Tls.client().build()), server.port());
            assertThat(reason.detail()).contains("no TLS version in common").contains("TLSv1.3, TLSv1.2");
        }
    }

    @Test
    void aClientOfTooOldAVersionIsAlertedAndLogged() throws Exception {
        try (Logged logged = Logged.from(Level.FINE);
                var server = serve(Tls.server().build(), Seen.only());
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(clientHello(3, 2));
            byte[] alert = peer.readExactly(7);
            assertThat(alert[0]).isEqualTo((byte) 21);
            assertThat(alert[6]).isEqualTo((byte) 70);
            peer.halfClose();
            assertThat(logged.await("never opened")).contains("no TLS version in common");
        }
    }

    @Test
    void versionsThatDoNotOverlapAreNamedOnBothSides() throws Exception {
        try (Logged logged = Logged.from(Level.FINE);
                var server = serve(Tls.server().protocols("TLSv1.3").build(), Seen.only())) {
            CloseReason reason = refusal(
                    MessageClient.builder(Codecs.lines())
                            .tls(Tls.client().protocols("TLSv1.2").build()),
                    server.port());
            assertThat(reason.detail()).contains("no TLS version in common").contains("[TLSv1.2]");
            assertThat(logged.await("never opened"))
                    .contains("no TLS version in common")
                    .contains("[TLSv1.3]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\26\3\1\1"})
    void silenceOnATlsPortIsClosedAtTheHandshakeTimeout(String beginning) throws Exception {
        try (Logged logged = Logged.from(Level.FINE);
                var server = MessageServer.builder(Codecs.lines())
                        .tls(Tls.server().build())
                        .limits(Limits.builder()
                                .handshakeTimeout(Duration.ofMillis(150))
                                .build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(beginning.getBytes(StandardCharsets.ISO_8859_1));
            peer.awaitEnd();
            assertThat(logged.await("never opened"))
                    .contains("HANDSHAKE_TIMEOUT")
                    .contains("handshakeTimeout=150 ms");
            Await.untilEqual("failed handshakes", 1L, () -> server.stats().failedHandshakes());
        }
    }

    @Test
    void aServerThatIsSilentIsGivenUpAtTheHandshakeTimeout() throws Exception {
        try (RawServer server = RawServer.open()) {
            CloseReason reason = refusal(
                    MessageClient.builder(Codecs.lines())
                            .tls(Tls.client().build())
                            .limits(Limits.builder()
                                    .handshakeTimeout(Duration.ofMillis(150))
                                    .build()),
                    server.port());
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HANDSHAKE_TIMEOUT);
        }
    }

    /** One byte at a time does not buy more time. */
    @Test
    void aHandshakeThatDripsIsClosedAtTheHandshakeTimeout() throws Exception {
        try (Logged logged = Logged.from(Level.FINE);
                var server = MessageServer.builder(Codecs.lines())
                        .tls(Tls.server().build())
                        .limits(Limits.builder()
                                .handshakeTimeout(Duration.ofMillis(200))
                                .build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port())) {
            proxy.clientToServer().slice(1, Duration.ofMillis(20));
            peer.send(clientHello(3, 3));
            assertThat(logged.await("never opened")).contains("HANDSHAKE_TIMEOUT");
        }
    }

    @Test
    void garbageInTheHandshakeIsRefused() throws Exception {
        byte[] garbage = new byte[300];
        Arrays.fill(garbage, (byte) 0x7f);
        garbage[0] = 22;
        garbage[1] = 3;
        garbage[2] = 3;
        garbage[3] = 1;
        garbage[4] = 39;
        try (Logged logged = Logged.from(Level.FINE);
                var server = serve(Tls.server().build(), Seen.only())) {
            try (RawPeer peer = RawPeer.connect(server.port())) {
                peer.send(garbage);
                peer.awaitEnd();
            }
            assertThat(logged.await("never opened")).contains("HANDSHAKE_FAILED");
        }
    }

    /** In TLS 1.3 the client is done before the server refuses it; it writes on, and must still get to read why. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aClientWithoutTheCertificateThatIsRequiredHearsWhyAndSoDoesTheServer(String protocol) throws Exception {
        TlsOptions mutual = Tls.server()
                .protocols(protocol)
                .trust(Certificates.root().certificate())
                .clientAuth(TlsOptions.ClientAuth.REQUIRED)
                .build();
        Seen<String> serving = Seen.only();
        for (int round = 0; round < 20; round++) {
            try (Logged logged = Logged.from(Level.FINE);
                    var server = serve(mutual, serving)) {
                Seen<String> seen = Seen.<String>only().onOpen(connection -> {
                    for (int i = 0; i < 100; i++) {
                        connection.send("x".repeat(20_000));
                    }
                });
                CloseReason reason;
                try (var client = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect(Tls.HOST, server.port())) {
                    reason = seen.closed.take();
                    assertThat(client.isConnected()).isFalse();
                } catch (ConnectionClosedException e) {
                    reason = e.reason();
                }
                assertThat(reason.kind()).as("%s", reason).isEqualTo(CloseReason.Kind.HANDSHAKE_FAILED);
                assertThat(reason.detail()).contains("wants a certificate, and none is set here");
                assertThat(logged.await("never opened"))
                        .contains("the client showed no certificate, but clientAuth=REQUIRED");
            }
        }
        assertThat(serving.opened.all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aClientWhoseCertificateIsNotTrustedHearsThatAndSoDoesTheServer(String protocol) throws Exception {
        TlsOptions mutual = Tls.server()
                .protocols(protocol)
                .trust(Certificates.root().certificate())
                .clientAuth(TlsOptions.ClientAuth.REQUIRED)
                .build();
        Identity stranger = Certificates.unknownClient("mallory");
        Seen<String> seen = Seen.only();
        try (Logged logged = Logged.from(Level.FINE);
                var server = serve(mutual, Seen.only())) {
            CloseReason reason;
            try (var client = MessageClient.builder(Codecs.lines())
                    .listener(seen)
                    .tls(Tls.client()
                            .certificate(stranger.certificateFile(), stranger.keyFile())
                            .build())
                    .connect(Tls.HOST, server.port())) {
                reason = seen.closed.take();
                assertThat(client.isConnected()).isFalse();
            } catch (ConnectionClosedException e) {
                reason = e.reason();
            }
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HANDSHAKE_FAILED);
            assertThat(logged.await("never opened")).contains("issued by an unknown CA");
        }
    }

    @Test
    void aClientThatShowsItsCertificateIsKnownToTheServer() throws Exception {
        TlsOptions mutual = Tls.server()
                .trust(Certificates.root().certificate())
                .clientAuth(TlsOptions.ClientAuth.REQUIRED)
                .build();
        Identity alice = Certificates.client("alice");
        Seen<String> serving = Seen.only();
        try (var server = serve(mutual, serving);
                var client = MessageClient.builder(Codecs.lines())
                        .tls(Tls.client()
                                .certificate(alice.certificateFile(), alice.keyFile())
                                .build())
                        .connect(Tls.HOST, server.port())) {
            assertThat(client.isConnected()).isTrue();
            assertThat(serving.opened.take().tlsSession().getPeerPrincipal().getName())
                    .isEqualTo("CN=alice");
        }
    }

    @Test
    void oneBadPeerAfterTheOtherDoesNotHarmTheGoodOnes() throws Exception {
        Map<String, byte[]> bad = Map.of(
                "http", "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                "old", clientHello(3, 1),
                "cut", Arrays.copyOf(clientHello(3, 3), 20));
        try (var server = serve(Tls.server().build(), Seen.echoing());
                RawPeer good = RawPeer.connect(server.port())
                        .startTls(Certificates.root().trustingContext(), "localhost")) {
            for (int i = 0; i < 30; i++) {
                for (byte[] bytes : bad.values()) {
                    try (RawPeer peer = RawPeer.connect(server.port())) {
                        peer.send(bytes);
                        peer.halfClose();
                        peer.awaitEnd();
                    }
                }
                good.send("ping\n");
                assertThat(good.readLine()).isEqualTo("ping");
            }
            Await.untilEqual("failed handshakes", 90L, () -> server.stats().failedHandshakes());
            assertThat(server.connections()).hasSize(1);
        }
    }

    /** A minimal ClientHello (RFC 5246 §7.4.1.2) of the given version, with an ECDHE suite and nothing else. */
    static byte[] clientHello(int major, int minor) {
        ByteBuffer hello = ByteBuffer.allocate(5 + 4 + 41);
        hello.put((byte) 22).put((byte) 3).put((byte) 1).putShort((short) 45);
        hello.put((byte) 1).put((byte) 0).putShort((short) 41);
        hello.put((byte) major).put((byte) minor);
        hello.put(new byte[32]);
        hello.put((byte) 0);
        hello.putShort((short) 2).putShort((short) 0xc02b);
        hello.put((byte) 1).put((byte) 0);
        return hello.array();
    }
}
