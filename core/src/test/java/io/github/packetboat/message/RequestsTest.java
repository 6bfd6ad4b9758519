package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestsTest {
    private static final Duration LONG = Duration.ofSeconds(9);
    private static final CodecFactory<String> LINES = Codecs.lines();

    /** "?id text" is a request and "!id text" the reply to it; everything else is neither. */
    private static Requests<String, String> requests() {
        return Requests.correlatedBy(line -> id('?', line), line -> id('!', line));
    }

    private static String id(char mark, String line) {
        return line.isEmpty() || line.charAt(0) != mark
                ? null
                : line.substring(1).split(" ")[0];
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static Probe<String> accepting(Requests<String, String> requests) {
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            if (!requests.accept(connection, line)) {
                probe.calls.accept("own " + line);
            }
        };
        return probe;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyRequestsFromManyThreadsEachGetTheirOwnReply(boolean onExecutor) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(3);
        var requests = requests();
        MessageListener<String> answering = (connection, line) -> connection.send("!" + line.substring(1) + " done");
        try (var server = MessageServer.builder(LINES).listener(answering).bind(0)) {
            var builder = MessageClient.builder(LINES).listener(accepting(requests));
            try (var client = (onExecutor ? builder.executor(pool) : builder).connect("127.0.0.1", server.port())) {
                List<Thread> threads = new ArrayList<>();
                AtomicInteger right = new AtomicInteger();
                for (int t = 0; t < 4; t++) {
                    int me = t;
                    threads.add(new Thread(() -> {
                        List<CompletableFuture<String>> replies = new ArrayList<>();
                        for (int i = 0; i < 2000; i++) {
                            replies.add(requests.send(client.connection(), "?" + me + "-" + i, LONG));
                        }
                        for (int i = 0; i < 2000; i++) {
                            if (replies.get(i).join().equals("!" + me + "-" + i + " done")) {
                                right.incrementAndGet();
                            }
                        }
                    }));
                }
                threads.forEach(Thread::start);
                for (Thread thread : threads) {
                    thread.join();
                }
                assertThat(right).hasValue(8000);
                assertThat(requests.stats()).isEqualTo(new Requests.Stats(0, 8000, 0, 0, 0));
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void aListenerOnTheLoopMayAskAndBeAnswered() throws Exception {
        var requests = requests();
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            if (!requests.accept(connection, line)) {
                requests.send(connection, "?7 " + line, LONG).thenAccept(reply -> connection.send("got " + reply));
            }
        };
        try (var server = MessageServer.builder(LINES).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("start\n");
            assertThat(peer.readLine()).isEqualTo("?7 start");
            peer.send("!7 yes\n");
            assertThat(peer.readLine()).isEqualTo("got !7 yes");
        }
    }

    @Test
    void theDeadlineHoldsAndLateAndUnknownRepliesAreCounted() throws Exception {
        var requests = requests();
        Probe<String> probe = accepting(requests);
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(LINES).listener(probe).connect(server.address());
                RawPeer peer = server.accept()) {
            var reply = requests.send(client.connection(), "?1", Duration.ofMillis(30));
            assertThatThrownBy(() -> get(reply))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class)
                    .hasMessageContaining("no reply to request 1 from")
                    .hasMessageContaining("within 30 ms");
            peer.send("!1 late\n!99 unknown\nmine\n");
            probe.messages.await(3);
            assertThat(requests.stats()).isEqualTo(new Requests.Stats(0, 0, 1, 0, 2));
            Await.until("own", () -> probe.calls.all().contains("own mine"));
            client.abort();
        }
    }

    @Test
    void theEndOfTheConnectionFailsWhatWaits() throws Exception {
        var requests = requests();
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(LINES)
                        .listener(accepting(requests))
                        .connect(server.address())) {
            RawPeer peer = server.accept();
            Connection<String> connection = client.connection();
            List<CompletableFuture<String>> replies = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                replies.add(requests.send(connection, "?" + i, LONG));
            }
            peer.reset();
            for (CompletableFuture<String> reply : replies) {
                assertThatThrownBy(() -> get(reply)).hasCauseInstanceOf(ConnectionClosedException.class);
            }
            var late = requests.send(connection, "?late", LONG);
            assertThatThrownBy(() -> get(late))
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("did not accept it");
            assertThat(requests.stats()).isEqualTo(new Requests.Stats(0, 0, 0, 101, 0));
        }
    }

    @Test
    void aCancelledRequestIsForgottenAndItsReplyIsAStrayOne() throws Exception {
        var requests = requests();
        Probe<String> probe = accepting(requests);
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(LINES).listener(probe).connect(server.address());
                RawPeer peer = server.accept()) {
            var reply = requests.send(client.connection(), "?1", LONG);
            reply.cancel(true);
            assertThatThrownBy(() -> get(reply)).isInstanceOf(CancellationException.class);
            assertThat(requests.stats().waiting()).isZero();
            peer.send("!1\n");
            probe.messages.await(1);
            Await.untilEqual("stats", new Requests.Stats(0, 0, 0, 0, 1), requests::stats);
            client.abort();
        }
    }

    @Test
    void idsMustBeThereAndBeUniqueOnTheirConnection() throws Exception {
        var requests = requests();
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(LINES).connect(server.address());
                var other = MessageClient.builder(LINES).connect(server.address())) {
            Connection<String> connection = client.connection();
            requests.send(connection, "?1", LONG);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> requests.send(connection, "?1 again", LONG))
                    .withMessageContaining("id 1 waits already");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> requests.send(connection, "no id", LONG))
                    .withMessageContaining("has no id");
            assertThatIllegalArgumentException().isThrownBy(() -> requests.send(connection, null, LONG));
            assertThatIllegalArgumentException().isThrownBy(() -> requests.send(null, "?2", LONG));
            assertThatIllegalArgumentException().isThrownBy(() -> requests.send(connection, "?2", Duration.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> requests.maxWaiting(0));
            // Codecs.lines() cannot encode it: the caller is told, and nothing waits for it
            assertThatIllegalArgumentException().isThrownBy(() -> requests.send(connection, "?3 a\nb", LONG));
            assertThat(requests.send(other.connection(), "?1", LONG)).isNotDone();
            assertThat(requests.stats().waiting()).isEqualTo(2);
            client.abort();
            other.abort();
        }
    }

    @Test
    void noMoreThanMaxWaitingWait() throws Exception {
        var requests = requests().maxWaiting(2);
        Probe<String> probe = accepting(requests);
        try (RawServer server = RawServer.open();
                var client = MessageClient.builder(LINES).listener(probe).connect(server.address());
                RawPeer peer = server.accept()) {
            var first = requests.send(client.connection(), "?1", LONG);
            requests.send(client.connection(), "?2", LONG);
            var third = requests.send(client.connection(), "?3", LONG);
            assertThatThrownBy(() -> get(third))
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("maxWaiting=2");
            peer.send("!1 yes\n");
            assertThat(get(first)).isEqualTo("!1 yes");
            assertThat(requests.send(client.connection(), "?4", LONG)).isNotDone();
            assertThat(requests.stats()).isEqualTo(new Requests.Stats(2, 1, 0, 1, 0));
            client.abort();
        }
    }

    @Test
    void aDeadlineBeginsWhenTheRequestIsMadeHoweverLongTheLoopWasBusyBefore() throws Exception {
        var requests = requests();
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            if (!requests.accept(connection, line)) {
                long end = System.nanoTime() + 300_000_000;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                requests.send(connection, "?1", Duration.ofMillis(280))
                        .handle((reply, failure) -> connection.send(failure == null ? "in time" : "too late"));
            }
        };
        try (var server = MessageServer.builder(LINES).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            peer.send("go\n");
            assertThat(peer.readLine()).isEqualTo("?1");
            peer.expectNothing(Duration.ofMillis(40));
            peer.send("!1\n");
            assertThat(peer.readLine()).isEqualTo("in time");
        }
    }
}
