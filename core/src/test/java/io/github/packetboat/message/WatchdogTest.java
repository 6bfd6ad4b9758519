package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Reports;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    @Test
    void aListenerThatHoldsItsLoopIsReportedOnceWithItsStackEachTime() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            if (line.equals("block")) {
                holdHere(first);
            } else if (line.equals("again")) {
                holdHere(second);
            }
            connection.send(line);
        };
        try (Reports reports = new Reports();
                var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .eventLoops(1)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("quick\n");
            assertThat(peer.readLine()).isEqualTo("quick");
            long start = System.nanoTime();
            peer.send("block\n");
            LogRecord report = reports.await(1).get(0);
            assertThat(System.nanoTime() - start).isGreaterThan(90_000_000L);
            assertThat(report.getLevel()).isEqualTo(Level.WARNING);
            assertThat(report.getMessage()).contains("has been held for").contains("executor");
            assertThat(report.getThrown().getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("holdHere"));
            // a whole further round of the watchdog passes
            java.util.concurrent.locks.LockSupport.parkNanos(150_000_000);
            assertThat(reports.all()).hasSize(1);
            first.countDown();
            assertThat(peer.readLine()).isEqualTo("block");
            peer.send("again\n");
            assertThat(reports.await(2)).hasSize(2);
            second.countDown();
            assertThat(peer.readLine()).isEqualTo("again");
        }
    }

    private static void holdHere(CountDownLatch latch) throws InterruptedException {
        latch.await();
    }
}
