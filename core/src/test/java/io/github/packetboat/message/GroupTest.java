package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Codecs;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.Reports;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupTest {
    private final Probe<String> probe = new Probe<>();

    /** Lines that count how often they are encoded. */
    private static final class Counting implements CodecFactory<String> {
        final AtomicInteger encoded = new AtomicInteger();
        final String ending;

        Counting(String ending) {
            this.ending = ending;
        }

        @Override
        public Codec<String> create() {
            Codec<String> lines = Codecs.lines().maxLineBytes(4 << 20).create();
            return new Codec<>() {
                @Override
                public String decode(ByteBuffer in) throws CodecException {
                    return lines.decode(in);
                }

                @Override
                public void encode(String message, FrameBuffer out) throws CodecException {
                    encoded.incrementAndGet();
                    lines.encode(message + ending, out);
                }
            };
        }
    }

    @Test
    void membersComeGoAndLeaveByThemselves() throws Exception {
        Group<String> group = Group.named("lobby");
        assertThat(group).hasToString("Group[lobby, 0 members]");
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0)) {
            Connection<String> first;
            try (RawPeer a = RawPeer.connect(server.port());
                    RawPeer b = RawPeer.connect(server.port())) {
                first = probe.opened.take();
                Connection<String> second = probe.opened.take();
                assertThat(group.add(first)).isTrue();
                assertThat(group.add(first)).isFalse();
                assertThat(group.add(second)).isTrue();
                assertThat(group.contains(first)).isTrue();
                assertThat(group.members()).containsExactly(first, second);
                assertThat(group.size()).isEqualTo(2);
                assertThat(group.remove(second)).isTrue();
                assertThat(group.remove(second)).isFalse();
                assertThat(group.contains(second)).isFalse();
                assertThat(group.add(second)).isTrue();
                assertThat(group.broadcastExcept("hello", first)).isEqualTo(1);
                RawPeer other = second.remoteAddress().equals(a.localAddress()) ? a : b;
                assertThat(other.readLine()).isEqualTo("hello");
            }
            Await.untilEqual("members", 0, group::size);
            assertThat(group.add(first)).isFalse();
            assertThat(group.broadcast("nobody")).isZero();
            assertThat(server.everyone().size()).isZero();
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void onlyOurOwnConnectionsCanBeMembers() {
        Connection<String> foreign = (Connection<String>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, args) -> "a foreign one");
        Group<String> group = Group.named("g");
        assertThatIllegalArgumentException().isThrownBy(() -> group.add(foreign));
        assertThatIllegalArgumentException().isThrownBy(() -> group.broadcast(null));
        assertThatIllegalArgumentException().isThrownBy(() -> group.broadcastExcept("x", null));
        assertThatIllegalArgumentException().isThrownBy(() -> Group.named(null));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5000, 200_000, 1_000_000})
    void aMessageIsEncodedOncePerCodecForMembersOfSeveralLoopsServersAndClients(int size) throws Exception {
        Counting plain = new Counting("");
        Counting marked = new Counting("!");
        Group<String> group = Group.named("mixed");
        Probe<String> received = new Probe<>();
        Probe<String> members = new Probe<>();
        members.onOpen = group::add;
        String text = "x".repeat(size);
        members.onMessage = (connection, line) -> group.broadcast(text);
        List<MessageClient<String>> clients = new ArrayList<>();
        try (var one = MessageServer.builder(plain)
                        .listener(members)
                        .eventLoops(2)
                        .bind(0);
                var two = MessageServer.builder(plain).listener(members).bind(0)) {
            int marking = two.bind(0, marked);
            for (int i = 0; i < 4; i++) {
                clients.add(MessageClient.builder(plain).listener(received).connect("127.0.0.1", one.port()));
                clients.add(MessageClient.builder(marked).listener(received).connect("127.0.0.1", marking));
            }
            // a member on the client's side; what it is told arrives at a server
            clients.add(MessageClient.builder(plain).listener(received).connect("127.0.0.1", two.port()));
            members.opened.await(9);
            plain.encoded.set(0);
            marked.encoded.set(0);
            assertThat(group.broadcast(text)).isEqualTo(9);
            assertThat(plain.encoded).hasValue(1);
            assertThat(marked.encoded).hasValue(1);
            received.messages.await(9);
            clients.get(0).send("go");
            received.messages.await(18);
            // one for the client's request, and on a loop one into its outbox and one for the other loops
            assertThat(plain.encoded.get()).isBetween(3, 4);
            assertThat(marked.encoded.get()).isEqualTo(2);
            assertThat(received.messages.all().stream().filter(text::equals)).hasSize(2 * 5);
            assertThat(received.messages.all().stream().filter((text + "!")::equals))
                    .hasSize(2 * 4);
        } finally {
            clients.forEach(MessageClient::close);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 3000, 150_000, 700_000})
    void broadcastsFromAListenerReachEveryMemberInOrderWhateverTheirSize(int size) throws Exception {
        int peers = 6;
        int count = 20;
        Group<String> group = Group.named("g");
        probe.onOpen = group::add;
        probe.onMessage = (connection, line) -> {
            for (int i = 0; i < count; i++) {
                connection.send("to you " + i);
                group.broadcast(i + "x".repeat(size));
            }
        };
        List<RawPeer> all = new ArrayList<>();
        try (var server = MessageServer.builder(Codecs.lines().maxLineBytes(1 << 20))
                .listener(probe)
                .eventLoops(1)
                .limits(Limits.builder().maxQueuedBytes(64 << 20).build())
                .bind(0)) {
            for (int i = 0; i < peers; i++) {
                all.add(RawPeer.connect(server.port()));
            }
            probe.opened.await(peers);
            all.get(0).send("go\n");
            for (RawPeer peer : all) {
                PeerLines lines = new PeerLines(peer);
                for (int i = 0; i < count; i++) {
                    if (peer == all.get(0)) {
                        assertThat(lines.next()).isEqualTo("to you " + i);
                    }
                    assertThat(lines.next()).isEqualTo(i + "x".repeat(size));
                }
            }
            all.forEach(RawPeer::close);
        } finally {
            all.forEach(RawPeer::close);
        }
    }

    @Test
    void aMessageThatCannotBeEncodedReachesNobody() throws Exception {
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0);
                RawPeer peer = RawPeer.connect(server.port())) {
            probe.opened.take();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.everyone().broadcast("two\nlines"))
                    .withMessageContaining("LF");
            server.everyone().broadcast("next");
            assertThat(peer.readLine()).isEqualTo("next");
        }
    }

    @Test
    void tenThousandGroupsThatComeAndGoLeaveNoMembershipBehind() throws Exception {
        List<Group<String>> groups = new ArrayList<>();
        try (var server = MessageServer.builder(Codecs.lines()).listener(probe).bind(0)) {
            List<RawPeer> peers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                peers.add(RawPeer.connect(server.port()));
            }
            List<Connection<String>> connections = probe.opened.await(4);
            Thread[] threads = new Thread[4];
            for (int t = 0; t < threads.length; t++) {
                Connection<String> mine = connections.get(t);
                threads[t] = new Thread(() -> {
                    List<Group<String>> own = new ArrayList<>();
                    for (int i = 0; i < 2500; i++) {
                        Group<String> group = Group.named("g" + i);
                        own.add(group);
                        connections.forEach(group::add);
                        if (i % 2 == 0) {
                            group.remove(mine);
                        }
                    }
                    synchronized (groups) {
                        groups.addAll(own);
                    }
                });
                threads[t].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(groups).hasSize(10_000);
            assertThat(groups.stream().mapToInt(Group::size).sum()).isEqualTo(4 * 10_000 - 5000);
            peers.forEach(RawPeer::close);
            probe.closed.await(4);
            assertThat(groups.stream().mapToInt(Group::size).sum()).isZero();
            connections.forEach(each -> assertThat(
                            ((SocketConnection<String>) each).memberships().size())
                    .isZero());
        }
    }

    @Test
    void joiningLeavingAndDisconnectingDuringBroadcastsDisturbNobody() throws Exception {
        Group<String> group = Group.named("busy");
        try (Reports reports = new Reports();
                var server = MessageServer.builder(Codecs.lines())
                        .listener(probe)
                        .limits(Limits.builder().maxQueuedBytes(64 << 20).build())
                        .bind(0);
                RawPeer steady = RawPeer.connect(server.port())) {
            group.add(probe.opened.take());
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger sent = new AtomicInteger();
            Thread broadcaster = new Thread(() -> {
                while (!stop.get()) {
                    group.broadcast("n" + sent.getAndIncrement());
                    Thread.yield();
                }
            });
            broadcaster.start();
            Thread churner = new Thread(() -> {
                while (!stop.get()) {
                    for (Connection<String> each : server.connections()) {
                        if (!each.remoteAddress().equals(steady.localAddress())) {
                            if (ThreadLocalRandom.current().nextBoolean()) {
                                group.add(each);
                            } else {
                                group.remove(each);
                            }
                        }
                    }
                }
            });
            churner.start();
            for (int i = 0; i < 150; i++) {
                RawPeer peer = RawPeer.connect(server.port());
                if (i % 2 == 0) {
                    peer.reset();
                } else {
                    peer.close();
                }
            }
            probe.closed.await(150);
            stop.set(true);
            broadcaster.join();
            churner.join();
            PeerLines lines = new PeerLines(steady);
            for (int i = 0; i < sent.get(); i++) {
                assertThat(lines.next()).isEqualTo("n" + i);
            }
            assertThat(group.size()).isEqualTo(1);
            assertThat(reports.all()).noneMatch(line -> line.getMessage().contains("Uncaught"));
        }
        assertThat(group.size()).isZero();
    }
}
