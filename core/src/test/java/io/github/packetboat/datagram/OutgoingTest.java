package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Recorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The queue, with a kernel that has room when the test says so: on the loopback it always has. */
class OutgoingTest {
    private static final InetSocketAddress TO = new InetSocketAddress("127.0.0.1", 9);
    /** A datagram of 36 bytes costs 100 in the queue. */
    private static final int HUNDRED = 100 - Outgoing.QUEUED_OVERHEAD_BYTES;

    private final Counters counters = new Counters();
    private final Kernel kernel = new Kernel();
    private EventLoops loops;
    private EventLoop loop;

    @BeforeEach
    void startLoops() {
        loops = EventLoops.of(1);
        loop = loops.next();
    }

    @AfterEach
    void endLoops() {
        loops.release();
        loops.awaitEnd();
    }

    /** Takes datagrams while it has room; fails as often as told. */
    private static final class Kernel implements Outgoing.Wire, Outgoing.Owner {
        final List<String> taken = new ArrayList<>();
        final Recorder<String> told = new Recorder<>();
        volatile int room;
        volatile @Nullable IOException failure;
        /** Done once, while it has a datagram in its hands. */
        volatile @Nullable Runnable meanwhile;

        @Override
        public synchronized int send(ByteBuffer datagram, @Nullable InetSocketAddress to) throws IOException {
            Runnable interruption = meanwhile;
            meanwhile = null;
            if (interruption != null) {
                interruption.run();
            }
            IOException fails = failure;
            failure = null;
            if (fails != null) {
                throw fails;
            }
            if (room == 0) {
                return 0;
            }
            room--;
            int bytes = datagram.remaining();
            taken.add(StandardCharsets.UTF_8.decode(datagram).toString().strip());
            return bytes;
        }

        @Override
        public void wantsFlush() {
            told.accept("flush");
        }

        @Override
        public void unreachable(@Nullable InetSocketAddress peer, PortUnreachableException unreachable) {
            told.accept("unreachable " + peer);
        }

        @Override
        public void sendFailed(@Nullable InetSocketAddress peer, IOException fails) {
            told.accept("failed " + peer + " " + fails.getMessage());
        }
    }

    private Outgoing<String> outgoing(DatagramOverflow overflow, int maxQueuedBytes) {
        return new Outgoing<>(loop, settings(overflow, maxQueuedBytes), counters, kernel, kernel);
    }

    private static Settings<String> settings(DatagramOverflow overflow, int maxQueuedBytes) {
        Options<String> options = new Options<>(Codecs.utf8());
        options.overflow = overflow;
        options.maxQueuedBytes = maxQueuedBytes;
        return options.settings(null);
    }

    private static String message(int n) {
        return ("m" + n + " ".repeat(HUNDRED)).substring(0, HUNDRED);
    }

    private static List<String> messages(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> "m" + i).toList();
    }

    private DatagramStats stats(Outgoing<String> outgoing) {
        return counters.stats(outgoing.queuedBytes());
    }

    @Test
    void whatTheKernelTakesIsNotQueued() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 2_000);
        kernel.room = 2;
        assertThat(outgoing.send(message(1), TO, null)).isTrue();
        assertThat(outgoing.send(message(2), TO, null)).isTrue();
        assertThat(kernel.taken).isEqualTo(messages(1, 2));
        assertThat(outgoing.queuedBytes()).isZero();
        kernel.told.assertNothingMore();
    }

    @Test
    void whatWaitsGoesInOrderBeforeWhatComesLater() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 2_000);
        for (int i = 1; i <= 3; i++) {
            assertThat(outgoing.send(message(i), TO, null)).isTrue();
        }
        assertThat(outgoing.queuedBytes()).isEqualTo(300);
        assertThat(kernel.told.all()).containsExactly("flush");
        kernel.room = 2;
        assertThat(outgoing.flush()).isFalse();
        kernel.room = 1;
        assertThat(outgoing.send(message(4), TO, null)).as("may not overtake").isTrue();
        assertThat(kernel.taken).isEqualTo(messages(1, 2));
        kernel.room = 10;
        assertThat(outgoing.flush()).isTrue();
        assertThat(kernel.taken).isEqualTo(messages(1, 4));
        assertThat(outgoing.queuedBytes()).isZero();
        assertThat(stats(outgoing).datagramsSent()).isEqualTo(4);
        assertThat(kernel.told.all()).as("one wake-up for a burst").containsExactly("flush");
        kernel.room = 0;
        outgoing.send(message(5), TO, null);
        assertThat(kernel.told.all()).hasSize(2);
    }

    @Test
    void refuseLeavesTheQueueAsItIs() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 1_499);
        for (int i = 1; i <= 14; i++) {
            assertThat(outgoing.send(message(i), TO, null)).isTrue();
        }
        assertThat(outgoing.send(message(15), TO, null)).isFalse();
        assertThat(stats(outgoing).refused()).isEqualTo(1);
        kernel.room = 100;
        outgoing.flush();
        assertThat(kernel.taken).isEqualTo(messages(1, 14));
    }

    @Test
    void emptyDatagramsAreBoundedToo() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 1_500);
        outgoing.send(message(1), TO, null);
        int accepted = 0;
        while (outgoing.send("", TO, null)) {
            accepted++;
        }
        assertThat(accepted).isEqualTo(1_400 / Outgoing.QUEUED_OVERHEAD_BYTES);
    }

    @Test
    void dropOldestCountsWhatItDrops() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.DROP_OLDEST, 1_500);
        for (int i = 1; i <= 20; i++) {
            assertThat(outgoing.send(message(i), TO, null)).isTrue();
        }
        assertThat(stats(outgoing).droppedOldest()).isEqualTo(5);
        assertThat(outgoing.queuedBytes()).isEqualTo(1_500);
        kernel.room = 100;
        outgoing.flush();
        assertThat(kernel.taken).isEqualTo(messages(6, 20));
    }

    @Test
    void blockWaitsForRoom() throws Exception {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.BLOCK, 1_500);
        for (int i = 1; i <= 15; i++) {
            outgoing.send(message(i), TO, null);
        }
        var sent = new CompletableFuture<Boolean>();
        Thread sender = new Thread(() -> sent.complete(outgoing.send(message(16), TO, null)));
        sender.start();
        Await.until("waiting", () -> sender.getState() == Thread.State.WAITING);
        kernel.room = 1;
        outgoing.flush();
        assertThat(sent.get()).isTrue();
        kernel.room = 100;
        outgoing.flush();
        assertThat(kernel.taken).isEqualTo(messages(1, 16));
        sender.join();
    }

    @Test
    void blockEndsWithAnInterruptOrTheEndpoint() throws Exception {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.BLOCK, 1_500);
        for (int i = 1; i <= 15; i++) {
            outgoing.send(message(i), TO, null);
        }
        for (String how : new String[] {"interrupt", "close"}) {
            var sent = new CompletableFuture<Boolean>();
            Thread sender = new Thread(() -> sent.complete(outgoing.send(message(16), TO, null)
                    || Thread.currentThread().isInterrupted() != how.equals("interrupt")));
            sender.start();
            Await.until("waiting", () -> sender.getState() == Thread.State.WAITING);
            if (how.equals("interrupt")) {
                sender.interrupt();
            } else {
                outgoing.close();
            }
            assertThat(sent.get()).as(how).isFalse();
            sender.join();
        }
        outgoing.discard();
        assertThat(stats(outgoing).lostAtClose()).isEqualTo(15);
        assertThat(outgoing.queuedBytes()).isZero();
        assertThat(outgoing.send(message(17), TO, null)).isFalse();
    }

    @Test
    void anEventLoopMustNotBlock() throws Exception {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.BLOCK, 1_500);
        for (int i = 1; i <= 15; i++) {
            outgoing.send(message(i), TO, null);
        }
        var thrown = new CompletableFuture<Throwable>();
        loop.execute(() -> {
            try {
                outgoing.send(message(16), TO, null);
                thrown.complete(null);
            } catch (Throwable e) {
                thrown.complete(e);
            }
        });
        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an event loop must not wait");
    }

    @Test
    void anOldPortUnreachableDoesNotCostTheDatagramThatHearsOfIt() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 1_500);
        kernel.room = 1;
        kernel.failure = new PortUnreachableException();
        assertThat(outgoing.send(message(1), null, null)).isTrue();
        assertThat(kernel.taken).isEqualTo(messages(1, 1));
        assertThat(kernel.told.take()).isEqualTo("unreachable null");
    }

    @Test
    void whatFailsFromTheQueueIsCountedAndTheRestGoesOn() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 1_500);
        for (int i = 1; i <= 3; i++) {
            outgoing.send(message(i), TO, null);
        }
        kernel.room = 10;
        kernel.failure = new IOException("no route");
        assertThat(outgoing.flush()).isTrue();
        assertThat(kernel.taken).isEqualTo(messages(2, 3));
        assertThat(stats(outgoing).sendFailures()).isEqualTo(1);
        assertThat(outgoing.queuedBytes()).isZero();
        assertThat(kernel.told.all()).containsExactly("flush", "failed " + TO + " no route");
    }

    @Test
    void whatThrowsFromTheQueueIsReportedAndTheRestGoesOn() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 1_500);
        for (int i = 1; i <= 3; i++) {
            outgoing.send(message(i), TO, null);
        }
        kernel.room = 10;
        kernel.meanwhile = () -> {
            throw new IllegalStateException("no buffer");
        };
        assertThat(outgoing.flush()).isTrue();
        assertThat(kernel.taken).isEqualTo(messages(2, 3));
        assertThat(stats(outgoing).sendFailures()).isEqualTo(1);
        assertThat(outgoing.queuedBytes()).isZero();
        assertThat(kernel.told.all())
                .containsExactly(
                        "flush",
                        "failed " + TO + " cannot send to " + TO + ": java.lang.IllegalStateException: no buffer");
    }

    @Test
    void theDatagramInHandIsTheOldestToDrop() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.DROP_OLDEST, 1_464);
        outgoing.send(message(1), TO, null);
        String large = "x".repeat(1_400);
        List<Boolean> accepted = new ArrayList<>();
        kernel.meanwhile = () -> accepted.add(outgoing.send(large, TO, null));
        assertThat(outgoing.flush()).isFalse();
        assertThat(accepted).containsExactly(true);
        assertThat(stats(outgoing).refused()).isZero();
        assertThat(stats(outgoing).droppedOldest()).isEqualTo(1);
        assertThat(outgoing.queuedBytes()).isEqualTo(1_464);
        kernel.room = 10;
        assertThat(outgoing.flush()).isTrue();
        assertThat(kernel.taken).containsExactly(large);
        assertThat(outgoing.queuedBytes()).isZero();
    }

    @Test
    void aDatagramInHandThatWasToBeDroppedMayStillBeSent() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.DROP_OLDEST, 1_464);
        outgoing.send(message(1), TO, null);
        String large = "x".repeat(1_400);
        kernel.room = 10;
        kernel.meanwhile = () -> outgoing.send(large, TO, null);
        assertThat(outgoing.flush()).isTrue();
        assertThat(kernel.taken).containsExactly("m1", large);
        assertThat(stats(outgoing).droppedOldest()).isZero();
        assertThat(outgoing.queuedBytes()).isZero();
    }

    @Test
    void whatTheQueueRefusesCostsASessionNothing() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 1_500);
        for (int i = 1; i <= 15; i++) {
            outgoing.send(message(i), TO, null);
        }
        PeerSession<String> session = new PeerSession<>(null, TO, 1);
        session.heard(HUNDRED, 0);
        session.heard(HUNDRED, 0);
        for (int i = 0; i < 5; i++) {
            assertThat(outgoing.send(message(16), TO, session)).isFalse();
        }
        assertThat(stats(outgoing).refused()).isEqualTo(5);
        kernel.room = 100;
        outgoing.flush();
        assertThat(outgoing.send(message(17), TO, session)).isTrue();
        assertThat(outgoing.send(message(18), TO, session)).isTrue();
        assertThat(outgoing.send(message(19), TO, session)).isFalse();
        assertThat(stats(outgoing).notValidated()).isEqualTo(1);
    }

    @Test
    void threadsThatSendAtOnceLoseNothing() throws Exception {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.BLOCK, 5_000);
        List<Thread> senders = new ArrayList<>();
        int each = 2_000;
        for (int t = 0; t < 4; t++) {
            Thread sender = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    outgoing.send(message(i), TO, null);
                }
            });
            senders.add(sender);
            sender.start();
        }
        while (senders.stream().anyMatch(Thread::isAlive)) {
            kernel.room = 7;
            outgoing.flush();
        }
        kernel.room = Integer.MAX_VALUE;
        Await.until("empty", outgoing::flush);
        assertThat(kernel.taken).hasSize(4 * each);
        assertThat(outgoing.queuedBytes()).isZero();
        DatagramStats stats = stats(outgoing);
        assertThat(stats.datagramsSent()).isEqualTo(4L * each);
        assertThat(stats.bytesSent()).isEqualTo(4L * each * HUNDRED);
    }

    @Test
    void aCodecMayNotSendMoreThanTheMaximum() {
        Outgoing<String> outgoing = outgoing(DatagramOverflow.REFUSE, 5_000);
        assertThatThrownBy(() -> outgoing.send("x".repeat(1_401), TO, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1401 bytes exceeds maxDatagramBytes=1400");
    }
}
