package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How TLS connections end, and what each side gets to know of it. */
class TlsCloseTest {
    /** Where much is written on what may be a busy machine: nothing here is to be cut by the time that it takes. */
    private static final Limits PATIENT =
            Limits.builder().closeFlushTimeout(Duration.ofSeconds(50)).build();

    private static final SSLContext TRUSTING = Certificates.root().trustingContext();

    /** The client writes all the while, so that a careless close would reset it and lose the tail. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theLastMessageArrivesInEachOfAHundredRounds(String protocol) throws Exception {
        List<String> lines =
                IntStream.range(0, 50).mapToObj(i -> i + "x".repeat(2000)).toList();
        Seen<String> serving = Seen.<String>only().onMessage((connection, first) -> {
            lines.forEach(connection::send);
            connection.close();
        });
        try (var server = MessageServer.builder(Codecs.lines())
                .listener(serving)
                .tls(Tls.server().protocols(protocol).build())
                .bind(Tls.anyPort())) {
            var builder = MessageClient.builder(Codecs.lines()).tls(Tls.client().build());
            for (int round = 0; round < 100; round++) {
                Seen<String> seen = Seen.<String>only().onOpen(connection -> {
                    for (int i = 0; i < 20; i++) {
                        connection.send("y".repeat(1000));
                    }
                });
                try (var client = builder.listener(seen).connect(Tls.HOST, server.port())) {
                    CloseReason reason = seen.closed.take();
                    assertThat(seen.messages.all())
                            .as("round %d: %s", round, reason)
                            .isEqualTo(lines);
                    assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
                    assertThat(client.isConnected()).isFalse();
                }
                assertThat(serving.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theEndIsSaidWithCloseNotify(String protocol) throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener((connection, line) -> connection.close())
                        .tls(Tls.server().protocols(protocol).build())
                        .bind(Tls.anyPort());
                var client = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect(Tls.HOST, server.port())) {
            client.send("bye");
            // which would be TLS_TRUNCATED for a bare FIN: see below
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
        }
    }

    @Test
    void theEndOfTheStreamWithoutCloseNotifyIsATruncation() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port()).startTls(TRUSTING, "localhost")) {
            peer.send("order: 100\n");
            assertThat(seen.messages.take()).isEqualTo("order: 100");
            peer.halfClose();
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.TLS_TRUNCATED);
            assertThat(reason.detail()).contains("close_notify");
        }
    }

    @Test
    void aClientNoticesThatSomebodyCutTheServersStream() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.client().build())
                        .connect(proxy.address())) {
            seen.opened.take();
            proxy.serverToClient().halfClose();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.TLS_TRUNCATED);
            assertThat(client.isConnected()).isFalse();
        }
    }

    /** TLS 1.3 lets a side close its direction alone (RFC 8446 §6.1): what is queued for it still goes out. */
    @Test
    void aPeerThatClosesOnlyItsWriteSideGetsWhatIsQueuedAndThenTheEnd() throws Exception {
        Seen<String> seen = Seen.only();
        String line = "x".repeat(50_000) + "\n";
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen.onMessage((connection, request) -> {
                            for (int i = 0; i < 100; i++) {
                                connection.send(line.trim());
                            }
                        }))
                        .tls(Tls.server().protocols("TLSv1.3").build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port()).startTls(TRUSTING, "localhost")) {
            proxy.serverToClient().stall();
            peer.send("all\n");
            seen.messages.take();
            peer.closeNotify();
            proxy.serverToClient().resume();
            assertThat(peer.readUntilEof()).isEqualTo(line.repeat(100).getBytes(StandardCharsets.US_ASCII));
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void anOrderlyEndOfThePeerIsNoTruncationAndIsAnswered(String protocol) throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().protocols(protocol).build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port()).startTls(TRUSTING, "localhost")) {
            peer.send("last\n");
            seen.messages.take();
            peer.closeNotify();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.PEER_CLOSED);
            peer.expectEof();
        }
    }

    @Test
    void aFrameThatTheOrderlyEndCutsShortIsSaidSo() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port()).startTls(TRUSTING, "localhost")) {
            peer.send("unfini");
            peer.closeNotify();
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.TRUNCATED_FRAME);
            assertThat(reason.detail()).contains("6 bytes");
            assertThat(seen.messages.all()).isEmpty();
        }
    }

    /** Once this side has said the end, it throws away what comes: how the peer ends that is no reason to stop writing. */
    @Test
    void aBareFinWhileClosingDoesNotCutWhatIsQueued() throws Exception {
        Seen<String> seen = Seen.only();
        AtomicLong queued = new AtomicLong();
        String line = "x".repeat(50_000) + "\n";
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen.onMessage((connection, request) -> {
                            while (connection.isWritable()) {
                                connection.send(line.trim());
                            }
                            queued.set(connection.stats().messagesSent());
                            connection.close();
                        }))
                        .limits(PATIENT)
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port()).startTls(TRUSTING, "localhost")) {
            proxy.serverToClient().stall();
            peer.send("all\n");
            // or there would be no end of what the listener queues, as the peer reads meanwhile
            Await.until("all is queued", () -> queued.get() > 0);
            peer.halfClose();
            proxy.clientToServer().halfClose();
            proxy.serverToClient().resume();
            assertThat(peer.readUntilEof()).hasSize(Math.toIntExact(line.length() * queued.get()));
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
        }
    }

    /** Otherwise both would wait for each other until the flush timeout, and the tail would be lost. */
    @Test
    void aPeerThatWritesAllBeforeItReadsStillGetsWhatWasQueuedAtTheClose() throws Exception {
        Seen<String> serving = Seen.<String>only().onMessage((connection, line) -> {
            if (connection.isOpen()) {
                while (connection.isWritable()) {
                    connection.send("x".repeat(50_000));
                }
                connection.send("last");
                connection.close();
            }
        });
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(serving)
                        .limits(PATIENT)
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                RawPeer peer = RawPeer.connect(proxy.port()).startTls(TRUSTING, "localhost")) {
            proxy.serverToClient().stall();
            peer.send(("y".repeat(999) + "\n").repeat(20_000));
            proxy.serverToClient().resume();
            String got = new String(peer.readUntilEof(), StandardCharsets.US_ASCII);
            assertThat(got).endsWith("xx\nlast\n");
            peer.closeNotify();
            assertThat(serving.closed.take().detail()).doesNotContain("not sent");
        }
    }

    @Test
    void aPeerThatNeverAnswersTheEndIsWaitedForNoLongerThanTheLingerTimeout() throws Exception {
        Seen<String> seen = Seen.<String>only().onOpen(Connection::close);
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .limits(Limits.builder()
                                .lingerTimeout(Duration.ofMillis(100))
                                .build())
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port()).startTls(TRUSTING, "localhost")) {
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.LOCAL_CLOSE);
            peer.expectEof();
        }
    }

    @Test
    void damagedRecordsCloseTheConnectionAndThePeerIsAlerted() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(seen)
                        .limits(Limits.builder()
                                .lingerTimeout(Duration.ofMillis(200))
                                .build())
                        .tls(Tls.server().build())
                        .bind(Tls.anyPort());
                RawPeer plain = RawPeer.connect(server.port())) {
            Socket below = plain.socket();
            RawPeer peer = plain.startTls(TRUSTING, "localhost");
            peer.send("fine\n");
            seen.messages.take();
            byte[] record = new byte[45];
            record[0] = 23;
            record[1] = 3;
            record[2] = 3;
            record[4] = 40;
            below.getOutputStream().write(record);
            CloseReason reason = seen.closed.take();
            assertThat(reason.kind()).isEqualTo(CloseReason.Kind.PROTOCOL_ERROR);
            assertThat(reason.detail()).contains("damaged or forged");
            assertThatThrownBy(peer::readSome).hasMessageContaining("bad_record_mac");
        }
    }
}
