package io.github.packetboat.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.internal.io.SteppedLoop;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Recorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    /** Answers with what the peer has said so far; "bye" ends the session; "n*text" repeats. */
    private static class Talk implements DatagramSessionListener<String> {
        final Recorder<String> events = new Recorder<>();

        @Override
        public void onOpen(DatagramSession<String> session) {
            events.accept("open " + session.remoteAddress().getPort());
            session.attributes().put("said", "");
        }

        @Override
        public void onMessage(DatagramSession<String> session, String text) {
            events.accept(text);
            if (text.equals("bye")) {
                session.close();
            } else {
                String said = session.attributes().get("said") + text;
                session.attributes().put("said", said);
                session.send(said);
            }
        }

        @Override
        public void onClose(DatagramSession<String> session, DatagramSession.End end) {
            events.accept("close " + session.remoteAddress().getPort() + " " + end);
        }

        @Override
        public void onError(@Nullable InetSocketAddress peer, IOException failure) {
            events.accept("error " + peer);
        }
    }

    private static DatagramEndpointBuilder<String> builder(DatagramSessionListener<String> listener) {
        return DatagramEndpoint.builder(Codecs.utf8()).sessionListener(listener);
    }

    private static int port(RawUdp peer) {
        return peer.address().getPort();
    }

    @Test
    void aPeerIsKnownAgain() throws Exception {
        Talk talk = new Talk();
        try (RawUdp ann = new RawUdp();
                RawUdp ben = new RawUdp()) {
            try (var endpoint = builder(talk).bind(LOCAL)) {
                ann.send("a", endpoint.port());
                assertThat(ann.receiveText()).isEqualTo("a");
                ben.send("x", endpoint.port());
                assertThat(ben.receiveText()).isEqualTo("x");
                ann.send("b", endpoint.port());
                assertThat(ann.receiveText()).isEqualTo("ab");

                assertThat(endpoint.sessions())
                        .extracting(DatagramSession::remoteAddress)
                        .containsExactly(ben.address(), ann.address());
                DatagramSession<String> session = endpoint.session(ann.address());
                assertThat(session.isOpen()).isTrue();
                assertThat(session.send("from outside")).isTrue();
                assertThat(ann.receiveText()).isEqualTo("from outside");
                assertThat(session).hasToString("DatagramSession[" + ann.address() + "]");

                ann.send("bye", endpoint.port());
                talk.events.await(7);
                assertThat(session.isOpen()).isFalse();
                assertThat(session.send("too late")).isFalse();
                session.close();
                assertThat(endpoint.session(ann.address())).isNull();
                ann.send("c", endpoint.port());
                assertThat(ann.receiveText()).as("a new session").isEqualTo("c");
                ann.send(new byte[] {(byte) 0xFF}, endpoint.port());
                talk.events.await(10);
            }
            assertThat(talk.events.all())
                    .containsExactly(
                            "open " + port(ann),
                            "a",
                            "open " + port(ben),
                            "x",
                            "b",
                            "bye",
                            "close " + port(ann) + " CLOSED",
                            "open " + port(ann),
                            "c",
                            "error " + ann.address(),
                            "close " + port(ben) + " ENDPOINT_CLOSED",
                            "close " + port(ann) + " ENDPOINT_CLOSED");
        }
    }

    @Test
    void theLeastRecentlyHeardOfGoesFirst() throws Exception {
        Talk talk = new Talk();
        try (RawUdp ann = new RawUdp();
                RawUdp ben = new RawUdp();
                RawUdp cho = new RawUdp();
                var endpoint = builder(talk)
                        .sessionLimits(SessionLimits.builder().maxSessions(2).build())
                        .bind(LOCAL)) {
            for (RawUdp each : List.of(ann, ben, ann, cho)) {
                each.send("x", endpoint.port());
                each.receiveText();
            }
            assertThat(talk.events.all()).contains("close " + port(ben) + " DISPLACED");
            assertThat(endpoint.sessions())
                    .extracting(DatagramSession::remoteAddress)
                    .containsExactly(ann.address(), cho.address());
        }
    }

    @Test
    void aSilentPeerIsForgottenAndABusyOneIsNot() throws Exception {
        Talk talk = new Talk();
        try (RawUdp silent = new RawUdp();
                RawUdp busy = new RawUdp();
                var endpoint = builder(talk)
                        .sessionLimits(SessionLimits.builder()
                                .idleTimeout(Duration.ofMillis(400))
                                .build())
                        .bind(LOCAL)) {
            silent.send("x", endpoint.port());
            silent.receiveText();
            String gone = "close " + port(silent) + " IDLE";
            Await.until("the silent one is gone", () -> {
                busy.sendUnchecked("y", endpoint.port());
                return talk.events.all().contains(gone);
            });
            Await.until(
                    "the busy one is gone when it falls silent",
                    () -> talk.events.all().contains("close " + port(busy) + " IDLE"));
            assertThat(endpoint.sessions()).isEmpty();
            assertThat(talk.events.all().stream().filter(("open " + port(busy))::equals))
                    .as("not forgotten meanwhile")
                    .hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void aPeerThatIsNotValidatedGetsThreeTimesWhatItSentAndNoMore() throws Exception {
        Recorder<Boolean> sent = new Recorder<>();
        DatagramSessionListener<String> generous = (session, text) -> {
            if (text.equals("secret")) {
                session.validate();
            }
            for (int i = 0; i < 5; i++) {
                sent.accept(session.send("0123456789"));
            }
        };
        try (RawUdp peer = new RawUdp();
                var endpoint = builder(generous)
                        .sessionLimits(SessionLimits.builder().amplification(3).build())
                        .bind(LOCAL)) {
            peer.send("0123456789", endpoint.port());
            assertThat(sent.await(5)).containsExactly(true, true, true, false, false);
            assertThat(endpoint.send("x", peer.address()))
                    .as("not past the session")
                    .isFalse();
            assertThat(endpoint.stats().notValidated()).isEqualTo(3);
            peer.send("0123", endpoint.port());
            assertThat(sent.await(10).subList(5, 10)).containsExactly(true, false, false, false, false);
            assertThat(endpoint.session(peer.address()).isValidated()).isFalse();
            peer.send("secret", endpoint.port());
            assertThat(sent.await(15).subList(10, 15)).containsOnly(true);
            assertThat(endpoint.session(peer.address()).isValidated()).isTrue();
            for (int i = 0; i < 9; i++) {
                assertThat(peer.receiveText()).isEqualTo("0123456789");
            }
            Await.untilEqual("sent", 9L, () -> endpoint.stats().datagramsSent());
            assertThat(peer.isQuiet()).isTrue();
        }
    }

    /** Whether each of some datagrams of these sizes is granted, one after the other. */
    private static List<Boolean> granted(PeerSession<String> session, int... sizes) {
        List<Boolean> granted = new ArrayList<>();
        for (int size : sizes) {
            granted.add(session.grants(size));
        }
        return granted;
    }

    @Test
    void emptyDatagramsToAStrangerAreCountedToo() {
        PeerSession<String> session = new PeerSession<>(null, LOCAL, 3);
        session.heard(100, 0);
        assertThat(granted(session, 0, 0, 0, 0, 0)).containsExactly(true, true, true, false, false);
        session.heard(0, 0);
        assertThat(granted(session, 101, 100, 100, 101, 100, 0)).containsExactly(true, true, false, false, false, true);
        session.returns(0);
        assertThat(granted(session, 0, 0)).as("one was not sent").containsExactly(true, false);
    }

    @Test
    void manySmallDatagramsAreNoWayRoundTheBound() {
        PeerSession<String> session = new PeerSession<>(null, LOCAL, 3);
        session.heard(1_000, 0);
        assertThat(granted(session, 1, 1, 1, 1)).containsExactly(true, true, true, false);
        session.validate();
        assertThat(granted(session, 0, 1, 60_000)).containsOnly(true);
    }

    @Test
    void theFirstDatagramCountsBeforeTheSessionOpens() throws Exception {
        Recorder<Boolean> sent = new Recorder<>();
        DatagramSessionListener<String> greeting = new DatagramSessionListener<>() {
            @Override
            public void onOpen(DatagramSession<String> session) {
                sent.accept(session.send("welcome"));
            }

            @Override
            public void onMessage(DatagramSession<String> session, String message) {}
        };
        try (RawUdp peer = new RawUdp();
                var endpoint = builder(greeting)
                        .sessionLimits(SessionLimits.builder().amplification(1).build())
                        .bind(LOCAL)) {
            peer.send("1234567", endpoint.port());
            assertThat(sent.take()).isTrue();
            assertThat(peer.receiveText()).isEqualTo("welcome");
        }
    }

    @Test
    void aSessionMayNotSendNull() throws Exception {
        Recorder<DatagramSession<String>> sessions = new Recorder<>();
        try (RawUdp peer = new RawUdp();
                var endpoint =
                        builder((session, text) -> sessions.accept(session)).bind(LOCAL)) {
            peer.send("x", endpoint.port());
            DatagramSession<String> session = sessions.take();
            assertThatThrownBy(() -> session.send(null)).hasMessage("message must not be null");
        }
    }

    /** Sessions that send nothing. */
    private static SessionTable<String> sessions(
            SteppedLoop stepped, DatagramSessionListener<String> listener, SessionLimits limits, int maxSessions) {
        Counters counters = new Counters();
        var delivery = new Delivery(stepped.loop(), listener, counters, null, Runnable::run, 1, () -> {});
        var outgoing = new Outgoing<>(
                stepped.loop(), new Options<>(Codecs.utf8()).settings(null), counters, (datagram, to) -> 0, null);
        return new SessionTable<>(listener, limits, maxSessions, delivery, stepped.loop(), outgoing);
    }

    @Test
    void aHundredThousandStrangersCostNoMoreThanTheBound() throws Exception {
        int strangers = 100_000;
        int bound = 1_000;
        List<String> ends = new ArrayList<>();
        DatagramSessionListener<String> listener = new DatagramSessionListener<>() {
            @Override
            public void onMessage(DatagramSession<String> session, String message) {}

            @Override
            public void onClose(DatagramSession<String> session, DatagramSession.End end) {
                ends.add(session.remoteAddress().getPort() + " " + end);
            }
        };
        try (var loop = new SteppedLoop()) {
            SessionTable<String> table = sessions(loop, listener, SessionLimits.defaults(), bound);
            for (int i = 0; i < strangers; i++) {
                byte[] host = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
                table.message(new InetSocketAddress(java.net.InetAddress.getByAddress(host), 1 + i % 60_000), "x", 1);
                if (i % 1_000 == 0) {
                    assertThat(table.all()).hasSizeLessThanOrEqualTo(bound);
                }
            }
            assertThat(table.all()).hasSize(bound);
            assertThat(ends).hasSize(strangers - bound);
            assertThat(ends).allMatch(end -> end.endsWith("DISPLACED"));
            loop.advance(SessionLimits.defaults().idleTimeout().minusMillis(1));
            assertThat(table.all()).hasSize(bound);
            loop.advance(Duration.ofMillis(1));
            assertThat(table.all()).isEmpty();
            assertThat(ends.subList(ends.size() - bound, ends.size())).allMatch(end -> end.endsWith("IDLE"));
        }
    }

    @Test
    void expiryFollowsTheOrderInWhichPeersWereHeard() throws Exception {
        List<String> ends = new ArrayList<>();
        DatagramSessionListener<String> listener = new DatagramSessionListener<>() {
            @Override
            public void onMessage(DatagramSession<String> session, String message) {}

            @Override
            public void onClose(DatagramSession<String> session, DatagramSession.End end) {
                ends.add(session.remoteAddress().getPort() + " " + end);
            }
        };
        SessionLimits limits =
                SessionLimits.builder().idleTimeout(Duration.ofSeconds(10)).build();
        try (var loop = new SteppedLoop()) {
            SessionTable<String> table = sessions(loop, listener, limits, 10);
            for (int port : new int[] {1, 2, 3}) {
                table.message(new InetSocketAddress("127.0.0.1", port), "x", 1);
                loop.advance(Duration.ofSeconds(2));
            }
            table.message(new InetSocketAddress("127.0.0.1", 1), "x", 1); // at 6 s: others at 2 s and 4 s
            assertThat(table.get(new InetSocketAddress("127.0.0.1", 2)))
                    .as("looking is not hearing")
                    .isNotNull();
            loop.advance(Duration.ofSeconds(6));
            assertThat(ends).containsExactly("2 IDLE");
            loop.advance(Duration.ofSeconds(2));
            assertThat(ends).containsExactly("2 IDLE", "3 IDLE");
            loop.advance(Duration.ofSeconds(2));
            assertThat(ends).containsExactly("2 IDLE", "3 IDLE", "1 IDLE");
            table.message(new InetSocketAddress("127.0.0.1", 4), "x", 1);
            loop.advance(Duration.ofSeconds(10));
            assertThat(ends).endsWith("4 IDLE");
        }
    }
}
