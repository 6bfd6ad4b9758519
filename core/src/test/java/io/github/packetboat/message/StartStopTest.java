package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Recorder;
import io.github.packetboat.testkit.Reports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Everything that was started is gone when it has been closed. */
class StartStopTest {
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("packetboat-"))
                .count();
    }

    private static long descriptors() throws Exception {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void aThousandServersAndClientsLeaveNoThreadAndNoDescriptor() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        try (Reports reports = new Reports()) {
            long before = 0;
            for (int i = 0; i < 1000; i++) {
                if (i == 10) {
                    before = descriptors();
                }
                var builder =
                        MessageServer.builder(Codecs.lines()).listener((connection, line) -> connection.send(line));
                var server = (i % 4 == 0 ? builder.eventLoops(1) : builder).bind(0);
                if (i % 2 == 0) {
                    var client = MessageClient.builder(Codecs.lines()).connect("127.0.0.1", server.port());
                    client.send("hello");
                    if (i % 8 == 0) {
                        client.abort();
                    } else {
                        client.close();
                    }
                }
                if (i % 3 == 0) {
                    server.abort();
                } else {
                    server.close();
                }
                assertThat(threads()).isZero();
            }
            assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
            assertThat(reports.all()).isEmpty();
        }
    }

    @Test
    void peersThatComeWhileTheServerClosesLeaveNothingEither() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        Recorder<String> ends = new Recorder<>();
        Recorder<AssertionError> faults = new Recorder<>();
        try (Reports reports = new Reports()) {
            long before = descriptors();
            for (int i = 0; i < 100; i++) {
                Probe<String> probe = new Probe<>();
                var server =
                        MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                int port = server.port();
                Thread[] comers = new Thread[3];
                for (int k = 0; k < comers.length; k++) {
                    comers[k] = new Thread(() -> {
                        try (RawPeer peer = RawPeer.connect(port)) {
                            // a port that nobody listens at any more may have been given to the peer itself
                            if (!peer.localAddress().equals(peer.remoteAddress())) {
                                // Linux may forget, without a word, one that comes in while a listener ends; data makes
                                // it remember
                                peer.send("x\n").awaitEnd();
                            }
                        } catch (java.io.UncheckedIOException tooLate) {
                            ends.accept(tooLate.getMessage());
                        } catch (AssertionError leftOpen) {
                            faults.accept(leftOpen);
                        }
                    });
                    comers[k].start();
                }
                for (int spin = 0; spin < i * 500; spin++) {
                    Thread.onSpinWait();
                }
                server.close();
                for (Thread comer : comers) {
                    comer.join();
                }
                assertThat(probe.closed.all()).hasSameSizeAs(probe.opened.all());
                assertThat(threads()).isZero();
            }
            assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
            assertThat(reports.all()).isEmpty();
            assertThat(faults.all()).isEmpty();
        }
    }

    @Test
    void closingAgainOrAfterAbortDoesNothingAndBindingThenIsRefused() throws Exception {
        var server = MessageServer.builder(Codecs.lines()).bind(0);
        server.close();
        server.close();
        server.abort();
        server.awaitClosed();
        assertThatIllegalStateException().isThrownBy(() -> server.bind(0, Codecs.lines()));
        assertThat(server.connections()).isEmpty();
        assertThat(server.everyone().broadcast("x")).isZero();
        assertThat(threads()).isZero();
    }

    @Test
    void aConnectionThatIsIdleOwnsNoBuffer() throws Exception {
        Probe<byte[]> probe = new Probe<>();
        probe.onMessage = Connection::send;
        try (var server = MessageServer.builder(Codecs.lengthPrefixed())
                        .listener(probe)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            SocketConnection<byte[]> connection = (SocketConnection<byte[]>) probe.opened.take();
            byte[] frame = new byte[400_004];
            frame[1] = 6;
            frame[2] = 26;
            frame[3] = (byte) 128;
            for (int half = 0; half < 2; half++) {
                byte[] part = java.util.Arrays.copyOfRange(frame, half * 200_002, (half + 1) * 200_002);
                peer.send(part);
            }
            assertThat(peer.readExactly(400_004)).isEqualTo(frame);
            connection.flushed().join();
            java.util.concurrent.CompletableFuture<String> owned = new java.util.concurrent.CompletableFuture<>();
            connection.onLoop(() -> owned.complete(connection.life().inbound().keptBytes() + " "
                    + connection.outbound().ownedBuffers()));
            assertThat(owned.join()).isEqualTo("0 0");
        }
    }
}
