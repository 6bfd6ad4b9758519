package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A future of {@code flushed()} completes when what was accepted before is with the kernel, and not earlier. */
class FlushedTest {
    @Test
    void flushedCompletesWhenEverythingIsWithTheKernel() throws Exception {
        Probe<byte[]> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed().maxFrameBytes(16 << 20))
                        .listener(probe)
                        .limits(Limits.builder().maxQueuedBytes(32 << 20).build())
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            connection.flushed().get(10, TimeUnit.SECONDS);
            connection.send(new byte[16 << 20]);
            var flushed = connection.flushed();
            Await.until("stalled", () -> connection.stats().bytesSent() > 0);
            assertThat(flushed).isNotDone();
            peer.readExactly(16 << 20);
            flushed.get(10, TimeUnit.SECONDS);
            assertThat(connection.queuedBytes()).isZero();
        }
    }

    @Test
    void flushedOfEarlyMessagesNeedNotWaitForLaterOnes() throws Exception {
        List<CompletableFuture<Void>> flushed = new ArrayList<>();
        Probe<byte[]> probe = new Probe<>();
        probe.onOpen = connection -> {
            connection.send(new byte[16 << 20]);
            flushed.add(connection.flushed());
            connection.send(new byte[32 << 20]);
            flushed.add(connection.flushed());
        };
        try (var server = MessageServer.builder(Codecs.lengthPrefixed().maxFrameBytes(32 << 20))
                        .listener(probe)
                        .limits(Limits.builder().maxQueuedBytes(64 << 20).build())
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            peer.readExactly((16 << 20) + 4);
            flushed.get(0).get(10, TimeUnit.SECONDS);
            assertThat(flushed.get(1)).isNotDone();
            connection.abort();
            assertThatThrownBy(() -> flushed.get(1).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ConnectionClosedException.class);
        }
    }

    @Test
    void whatIsSentWhenFlushedCompletesIsSent() throws Exception {
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            connection.send("one");
            connection.flushed().thenRun(() -> {
                connection.send("two");
                var second = connection.flushed();
                second.thenRun(
                        () -> connection.send("three " + (connection.stats().bytesSent() >= 8)));
            });
        };
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("go\n");
            assertThat(peer.readLine()).isEqualTo("one");
            assertThat(peer.readLine()).isEqualTo("two");
            assertThat(peer.readLine()).isEqualTo("three true");
        }
    }
}
