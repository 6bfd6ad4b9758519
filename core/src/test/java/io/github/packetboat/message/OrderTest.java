package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Reports;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Per connection, the order of calls is the order on the wire, whichever threads they come from. */
class OrderTest {
    private static final int THREADS = 8;

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void eachOfManyThreadsAndTheLoopKeepsItsOrder(Overflow overflow) throws Exception {
        int each = 4000;
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            for (int i = 0; i < 10; i++) {
                connection.send("loop " + (Integer.parseInt(line) * 10 + i));
            }
        };
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .overflow(overflow)
                        .limits(Limits.builder().maxQueuedBytes(64 << 20).build())
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int me = t;
                threads.add(new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        connection.send(me + " " + i);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (int i = 0; i < each / 10; i++) {
                peer.send(i + "\n");
            }
            int[] next = new int[THREADS + 1];
            PeerLines lines = new PeerLines(peer);
            for (int i = 0; i < each * (THREADS + 1); i++) {
                String[] words = lines.next().split(" ");
                int sender = words[0].equals("loop") ? THREADS : Integer.parseInt(words[0]);
                assertThat(Integer.parseInt(words[1])).isEqualTo(next[sender]++);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            Await.untilEqual("queued", 0L, connection::queuedBytes);
        }
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void aMessageSentAfterAnotherSendReturnedFollowsItAcrossThreads(Overflow overflow) throws Exception {
        int rounds = 3000;
        Probe<String> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .overflow(overflow)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            SynchronousQueue<Integer> baton = new SynchronousQueue<>();
            Thread[] pair = new Thread[2];
            for (int t = 0; t < 2; t++) {
                int me = t;
                pair[t] = new Thread(() -> {
                    try {
                        for (int i = me; i < rounds; i += 2) {
                            if (i > 0) {
                                baton.take();
                            }
                            connection.send(String.valueOf(i));
                            if (i < rounds - 1) {
                                baton.put(i);
                            }
                        }
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                pair[t].start();
            }
            PeerLines lines = new PeerLines(peer);
            for (int i = 0; i < rounds; i++) {
                assertThat(lines.next()).isEqualTo(String.valueOf(i));
            }
            for (Thread thread : pair) {
                thread.join();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void theLoopAndAThreadThatTakeTurnsAreNotMixedUp(Overflow overflow) throws Exception {
        int rounds = 2000;
        LinkedBlockingQueue<Integer> toThread = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Integer> toLoop = new LinkedBlockingQueue<>();
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            // the loop waits for the thread: never do so at home
            for (int i = 0; i < rounds; i += 2) {
                connection.send(String.valueOf(i));
                toThread.put(i + 1);
                toLoop.take();
            }
        };
        try (Reports reports = new Reports();
                var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .overflow(overflow)
                        .eventLoops(1)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            Thread other = new Thread(() -> {
                try {
                    for (int i = 1; i < rounds; i += 2) {
                        connection.send(String.valueOf(toThread.take()));
                        toLoop.put(i);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            other.start();
            peer.send("go\n");
            PeerLines lines = new PeerLines(peer);
            for (int i = 0; i < rounds; i++) {
                assertThat(lines.next()).isEqualTo(String.valueOf(i));
            }
            other.join();
            assertThat(reports.all()).allMatch(line -> line.getMessage().contains("has been held"));
        }
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void broadcastsFromOutsideKeepTheirPlaceAmongSends(Overflow overflow) throws Exception {
        int rounds = 3000;
        Probe<String> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .overflow(overflow)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            Thread sender = new Thread(() -> {
                for (int i = 0; i < rounds; i++) {
                    if (i % 3 == 1) {
                        server.everyone().broadcast(i + "x".repeat(i % 7 == 0 ? 2000 : 1));
                    } else {
                        connection.send(i + "x");
                    }
                }
            });
            sender.start();
            PeerLines lines = new PeerLines(peer);
            for (int i = 0; i < rounds; i++) {
                assertThat(lines.next().replace("x", "")).isEqualTo(String.valueOf(i));
            }
            sender.join();
        }
    }

    @Test
    void messagesOfEverySizeKeepTheirOrderOverAPeerThatReadsSlowly() throws Exception {
        int count = 300;
        Probe<byte[]> probe = new Probe<>();
        try (var server = MessageServer.builder(Codecs.lengthPrefixed().maxFrameBytes(2 << 20))
                        .listener(probe)
                        .overflow(Overflow.BLOCK)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<byte[]> connection = probe.opened.take();
            Thread sender = new Thread(() -> {
                for (int i = 0; i < count; i++) {
                    connection.send(frame(i));
                }
            });
            sender.start();
            for (int i = 0; i < count; i++) {
                byte[] expected = frame(i);
                byte[] head = peer.readExactly(4);
                assertThat(head).containsExactly(0, expected.length >> 16, (byte) (expected.length >> 8), (byte)
                        expected.length);
                assertThat(peer.readExactly(expected.length)).isEqualTo(expected);
            }
            sender.join();
        }
    }

    private static byte[] frame(int i) {
        int[] sizes = {1, 100, 5000, 70_000, 20, 200_000, 3, 300_000, 9000, 0};
        byte[] frame = new byte[sizes[i % sizes.length]];
        java.util.Arrays.fill(frame, (byte) i);
        return frame;
    }

    @Test
    void whatTheLoopSendsAfterALargeMessageOfAThreadComesAfterAllThatThreadSent() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        Probe<String> probe = new Probe<>();
        probe.onMessage = (connection, line) -> {
            connection.send("first");
            connection.flushed().thenRun(() -> connection.send("last"));
            sent.countDown();
            mayGoOn.await();
            connection.send("fourth");
        };
        try (var server = MessageServer.builder(Codecs.lines().maxLineBytes(1 << 20))
                        .listener(probe)
                        .bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            Connection<String> connection = probe.opened.take();
            peer.send("go\n");
            sent.await();
            connection.send("second" + "x".repeat(300_000));
            connection.send("third");
            mayGoOn.countDown();
            PeerLines lines = new PeerLines(peer);
            List<String> order = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                order.add(lines.next().replace("x", ""));
            }
            assertThat(order).containsExactly("first", "second", "third", "fourth", "last");
        }
    }
}
