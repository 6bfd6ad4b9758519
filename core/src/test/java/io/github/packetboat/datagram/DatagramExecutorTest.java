package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Recorder;
import io.github.packetboat.testkit.Reports;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatagramExecutorTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    private final ExecutorService pool = Executors.newFixedThreadPool(4);

    @AfterEach
    void endPool() throws InterruptedException {
        pool.shutdownNow();
        assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void sendNumbers(RawUdp peer, int count, int port) throws Exception {
        for (int i = 0; i < count; i++) {
            peer.send(String.valueOf(i), port);
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    @Test
    void callsStayInOrderAndMayBlockAndTheLastIsOnClose() throws Exception {
        Recorder<String> seen = new Recorder<>();
        CountDownLatch go = new CountDownLatch(1);
        try (RawUdp peer = new RawUdp()) {
            DatagramListener<String> listener = new DatagramListener<>() {
                @Override
                public void onMessage(InetSocketAddress sender, String message) throws Exception {
                    go.await();
                    seen.accept(message);
                }

                @Override
                public void onClose() {
                    seen.accept("closed");
                }
            };
            try (var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                    .listener(listener)
                    .executor(pool)
                    .bind(LOCAL)) {
                sendNumbers(peer, 500, endpoint.port());
                Await.until("all read", () -> endpoint.stats().datagramsReceived() == 500);
            }
            seen.assertNothingMore();
            go.countDown();
            List<String> all = seen.await(501);
            assertThat(all.subList(0, 500)).isEqualTo(numbers(500));
            assertThat(all.get(500)).isEqualTo("closed");
        }
    }

    @Test
    void whatIsTooMuchForTheExecutorIsDroppedAndCounted() throws Exception {
        Recorder<String> seen = new Recorder<>();
        CountDownLatch go = new CountDownLatch(1);
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener((sender, text) -> {
                            go.await();
                            seen.accept(text);
                        })
                        .executor(pool)
                        .maxPendingMessages(10)
                        .bind(LOCAL)) {
            sendNumbers(peer, 1, endpoint.port());
            Await.until("the first is at work", () -> endpoint.stats().datagramsReceived() == 1);
            sendNumbers(peer, 99, endpoint.port());
            Await.until("all read", () -> endpoint.stats().datagramsReceived() == 100);
            // ten wait, and one is at work unless the pool was slow to take it
            assertThat(endpoint.stats().undelivered()).isBetween(89L, 90L);
            go.countDown();
            Await.untilEqual(
                    "seen or counted",
                    100L,
                    () -> seen.all().size() + endpoint.stats().undelivered());
            sendNumbers(peer, 1, endpoint.port());
            Await.until("room again", () -> seen.all().size() + endpoint.stats().undelivered() == 101);
            assertThat(endpoint.stats().undelivered()).isLessThanOrEqualTo(90);
        }
    }

    @Test
    void anExecutorThatRejectsForAWhileLosesNothing() throws Exception {
        Recorder<String> seen = new Recorder<>();
        AtomicBoolean rejecting = new AtomicBoolean(true);
        try (RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener((sender, text) -> seen.accept(text))
                        .executor(task -> {
                            if (rejecting.get()) {
                                throw new RejectedExecutionException("busy");
                            }
                            pool.execute(task);
                        })
                        .bind(LOCAL)) {
            sendNumbers(peer, 100, endpoint.port());
            Await.until("all read", () -> endpoint.stats().datagramsReceived() == 100);
            seen.assertNothingMore();
            rejecting.set(false);
            assertThat(seen.await(100)).isEqualTo(numbers(100));
            assertThat(endpoint.stats().undelivered()).isZero();
        }
    }

    @Test
    void anEndpointClosesWhenItsExecutorIsShutDown() throws Exception {
        DatagramSeen seen = new DatagramSeen();
        try (Reports reports = new Reports();
                RawUdp peer = new RawUdp();
                var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                        .listener(seen)
                        .executor(pool)
                        .bind(LOCAL)) {
            peer.send("before", endpoint.port());
            assertThat(seen.events.take()).isEqualTo("before");
            pool.shutdown();
            Await.until("closed", () -> {
                peer.sendUnchecked("after", endpoint.port());
                return !endpoint.isOpen();
            });
            endpoint.awaitClosed();
            assertThat(endpoint.stats().undelivered()).isPositive();
            assertThat(reports.await(1).get(0).getThrown()).hasMessageContaining("has been shut down;");
            // what the pool's thread took on its way out was delivered
            String last = seen.events.take();
            while (last.equals("after")) {
                last = seen.events.take();
            }
            assertThat(last).isEqualTo("closed");
        }
    }

    @Test
    void viewsMayNotGoToAnExecutor() {
        assertThatThrownBy(
                        () -> DatagramEndpoint.builder(Codecs.lengthPrefixed().views())
                                .executor(pool)
                                .bind(LOCAL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("views");
    }
}
