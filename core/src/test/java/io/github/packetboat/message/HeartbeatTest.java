package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawPeer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the codec has heartbeats, a dead peer is noticed in the time that was set, and a quiet one is left in peace. */
class HeartbeatTest {
    @Test
    void aDeadPeerIsNoticedByTheHeartbeatsAtBothEndsInTheTimeThatWasSet() throws Exception {
        Seen<String> atServer = Seen.only();
        Seen<String> atClient = Seen.only();
        try (var server = MessageServer.builder(BeatingLines.CODEC)
                        .listener(atServer)
                        .heartbeat(Duration.ofMillis(100), 2)
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(BeatingLines.CODEC)
                        .listener(atClient)
                        .heartbeat(Duration.ofMillis(100), 2)
                        .connect(proxy.address())) {
            atServer.opened.take();
            client.send("alive");
            atServer.messages.take();
            long cut = System.nanoTime();
            proxy.halfOpen();
            for (Seen<String> end : List.of(atServer, atClient)) {
                CloseReason reason = end.closed.take();
                assertThat(reason.kind()).isEqualTo(CloseReason.Kind.HEARTBEAT_TIMEOUT);
                assertThat(reason.detail()).contains("2 heartbeats of 100 ms were missed");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - cut))
                    .isBetween(Duration.ofMillis(150), Duration.ofSeconds(5));
            Await.untilEqual("open connections", 0, () -> server.stats().openConnections());
        }
    }

    @Test
    void aQuietPeerWithHeartbeatsStaysAndTheListenerSeesNothingOfThem() throws Exception {
        Seen<String> atServer = Seen.only();
        Seen<String> atClient = Seen.only();
        try (var server = MessageServer.builder(BeatingLines.CODEC)
                        .listener(atServer)
                        .heartbeat(Duration.ofMillis(50), 2)
                        .bind(Tls.anyPort());
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(BeatingLines.CODEC)
                        .listener(atClient)
                        .heartbeat(Duration.ofMillis(50), 2)
                        .connect(proxy.address())) {
            Await.until(
                    "ten heartbeats each way",
                    () -> proxy.clientToServer().bytesForwarded() >= 10
                            && proxy.serverToClient().bytesForwarded() >= 10);
            assertThat(client.isConnected()).isTrue();
            assertThat(atServer.messages.all()).isEmpty();
            assertThat(atClient.messages.all()).isEmpty();
            assertThat(atServer.closed.all()).isEmpty();
        }
    }

    /** Whoever does not read cannot hear heartbeats; it must neither close nor burn the processor meanwhile. */
    @Test
    void aPausedConnectionNeitherDiesOfHeartbeatsNorSpins() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(BeatingLines.CODEC)
                        .listener(seen)
                        .heartbeat(Duration.ofMillis(50), 1)
                        .eventLoops(1)
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = seen.opened.take();
            connection.pauseReads();
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long loop = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().endsWith("-loop-0"))
                    .mapToLong(Thread::getId)
                    .max()
                    .orElseThrow();
            peer.readExactly(4);
            long before = threads.getThreadCpuTime(loop);
            peer.readExactly(12);
            Duration used = Duration.ofNanos(threads.getThreadCpuTime(loop) - before);
            assertThat(seen.closed.all()).isEmpty();
            assertThat(used).isLessThan(Duration.ofMillis(200)); // a spin takes all of the 600
            connection.resumeReads();
            assertThat(seen.closed.take().kind()).isEqualTo(CloseReason.Kind.HEARTBEAT_TIMEOUT);
        }
    }

    /** Whatever else is sent in between: a peer that misses none may rely on it. */
    @Test
    void aHeartbeatComesOnceAnInterval() throws Exception {
        Seen<String> seen = Seen.only();
        try (var server = MessageServer.builder(BeatingLines.CODEC)
                        .listener(seen)
                        .heartbeat(Duration.ofMillis(100), 20)
                        .bind(Tls.anyPort());
                RawPeer peer = RawPeer.connect(server.port())) {
            seen.opened.take();
            peer.readExactly(1);
            long begin = System.nanoTime();
            peer.readExactly(10);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(1700));
        }
    }
}
