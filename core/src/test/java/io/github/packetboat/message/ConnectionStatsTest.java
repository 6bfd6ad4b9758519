package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.Backoff;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.FaultProxy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A connection counts what is its own. */
class ConnectionStatsTest {
    private static final Backoff FAST = Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(20));

    @Test
    void eachConnectionCountsWhatWentThroughItAndNotWhatWentThroughTheOnesBefore() throws Exception {
        Probe<String> probe = new Probe<>();
        Probe<String> received = new Probe<>();
        try (var server =
                        MessageServer.builder(Codecs.lines()).listener(received).bind(0);
                FaultProxy proxy = FaultProxy.to(server.port());
                var client = MessageClient.builder(Codecs.lines())
                        .listener(probe)
                        .reconnect(FAST)
                        .retain(1 << 20, 100_000, Overflow.BLOCK)
                        .connect(proxy.address())) {
            Connection<String> first = probe.opened.take();
            for (int i = 0; i < 5; i++) {
                client.send("a" + i);
            }
            received.messages.await(5);
            Await.untilEqual("flushed", 0L, first::queuedBytes);
            assertThat(first.stats().messagesSent()).isEqualTo(5);
            proxy.dropAll();
            probe.closed.take();
            client.send("b");
            Connection<String> second = probe.opened.await(2).get(1);
            client.send("c");
            received.messages.await(7);
            assertThat(second.stats().messagesSent()).isEqualTo(2);
            assertThat(first.stats().messagesSent()).isEqualTo(5);
        }
    }
}
