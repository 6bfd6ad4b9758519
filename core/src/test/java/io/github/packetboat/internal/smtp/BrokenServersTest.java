package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import io.github.packetboat.testkit.Transcript;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that refuse, fall silent, talk nonsense or go away, at each point of the dialogue. */
final class BrokenServersTest {
    private static final String OPENING = """
            S: 220 mx.example ESMTP
            C: EHLO client.example
            S: 250-mx.example at your service
            S: 250 PIPELINING
            """;
    private static final String LOCKSTEP_OPENING = """
            S: 220 mx.example ESMTP
            C: EHLO client.example
            S: 250 mx.example at your service
            """;
    private static final String ENVELOPE = """
            C: MAIL FROM:<a@x>
            C: RCPT TO:<b@y>
            C: DATA
            """;
    private static final String ACCEPTED = """
            S: 250 fine
            S: 250 fine
            S: 354 go on
            """;

    private static Script play(String dialogue) {
        return Transcript.of(dialogue).server(Transcript.Mode.WHOLE);
    }

    @ParameterizedTest
    @CsvSource({"0, NOT_SENT", "1, NOT_SENT", "2, NOT_SENT", "3, NOT_SENT", "4, NOT_SENT", "5, NOT_SENT", "6, UNKNOWN"})
    void onlyACutBehindTheFinalDotLeavesTheOutcomeUnknown(int point, Outcome.Kind kind) {
        List<String> steps = List.of(
                "",
                "S: 220 mx\nC: EHLO client.example\n",
                "S: 250 mx\nC: MAIL FROM:<a@x>\n",
                "S: 250 fine\nC: RCPT TO:<b@y>\n",
                "S: 250 fine\nC: DATA\n",
                "S: 354 go on\n",
                "C: x\nC: .\n");
        Script script = play(String.join("", steps.subList(0, point + 1)));
        try (RawServer server = RawServer.serving(peer -> {
                    script.play(peer);
                    if (point == 5) {
                        peer.readExactly(100_000); // in the middle of a large mail
                    }
                });
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send(point == 5 ? "x\r\n".repeat(1 << 20) : "x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(kind);
            assertThat(outcome.failure().isTemporary()).isTrue();
        }
    }

    @Test
    void whatWasPipelinedBehindAMailOfUnknownOutcomeIsSentElsewhere() {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(peer -> {
                    if (connections.incrementAndGet() == 1) {
                        play(OPENING + ENVELOPE + ACCEPTED + "C: one\nC: .\n" + ENVELOPE)
                                .play(peer);
                    } else {
                        play(OPENING + ENVELOPE + ACCEPTED + "C: two\nC: .\nS: 250 queued\nC: QUIT\nS: 221 bye\n")
                                .play(peer);
                        peer.awaitEnd();
                    }
                });
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> one = post.submit(Post.mail("one\r\n", "b@y"));
            CompletableFuture<Outcome> two = post.submit(Post.mail("two\r\n", "b@y"));

            assertThat(Post.get(one).kind()).isEqualTo(Outcome.Kind.UNKNOWN);
            assertThat(Post.codes(Post.get(two))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatCannotPipelineIsLearnedAndTheMailGoesOneByOne(boolean complains) {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(peer -> {
                    int number = connections.incrementAndGet();
                    if (number <= (complains ? 1 : 2)) {
                        play(OPENING
                                        + ENVELOPE
                                        + (complains ? "S: 503 5.5.0 Improper use of SMTP command pipelining\n" : ""))
                                .play(peer);
                        return;
                    }
                    play(OPENING + """
                            C: MAIL FROM:<a@x>
                            S: 250 fine
                            C: RCPT TO:<b@y>
                            S: 250 fine
                            C: DATA
                            S: 354 go on
                            C: x
                            C: .
                            S: 250 fine
                            C: QUIT
                            S: 221 bye
                            """).play(peer);
                    peer.awaitEnd();
                });
                Post post = Post.open(server.port())) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
            assertThat(connections).hasValue(complains ? 2 : 3);
        }
    }

    @Test
    void anIdleConnectionThatDiedIsReplacedUnseen() {
        AtomicInteger connections = new AtomicInteger();
        String mail = ENVELOPE + ACCEPTED + "C: x\nC: .\nS: 250 queued\n";
        try (RawServer server = RawServer.serving(peer -> {
                    if (connections.incrementAndGet() == 1) {
                        // dies when it is used again, as one does behind a firewall that forgot it
                        play(OPENING + mail + "C: MAIL FROM:<a@x>\n").play(peer);
                        peer.reset();
                    } else {
                        play(OPENING + mail + "C: QUIT\nS: 221 bye\n").play(peer);
                        peer.awaitEnd();
                    }
                });
                Post post = Post.open(server.port())) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
            assertThat(connections).hasValue(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "220, 'S: 421 too busy\n', UNAVAILABLE, true",
        "220, 'S: 554 go away\n', REFUSED, false",
        "220, 'S: 250 what\n', REFUSED, false",
        "220, 'S: nonsense\n', PROTOCOL, false",
        "250, 'S: 220 mx\nC: EHLO client.example\nS: 421 no\n', UNAVAILABLE, true",
        "250, 'S: 220 mx\nC: EHLO client.example\nS: 550 no\nC: HELO client.example\nS: 550 no\n', REFUSED, false",
    })
    void aServerThatDoesNotLetUsInSaysWhy(int ignored, String dialogue, SmtpException.Kind kind, boolean temporary) {
        try (RawServer server = RawServer.serving(play(dialogue), Script.untilEnd());
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure().kind()).isEqualTo(kind);
            assertThat(outcome.failure().isTemporary()).isEqualTo(temporary);
        }
    }

    @Test
    void nobodyAtThePortIsNotSent() {
        int port;
        try (RawServer gone = RawServer.open()) {
            port = gone.port();
        }
        try (Post post = Post.open(port)) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.UNREACHABLE);
            assertThat(outcome.failure()).hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void aServerThatFallsSilentIsGivenUp() {
        try (RawServer server = RawServer.serving(play(OPENING + "C: MAIL FROM:<a@x>\n"), Script.untilEnd());
                Post post = Post.to(server.port())
                        .replyTimeout(Duration.ofMillis(200))
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.TIMEOUT);
            assertThat(outcome.failure()).hasMessageContaining("MAIL FROM");
        }
    }

    @Test
    void aServerThatFallsSilentBehindTheDotLeavesTheOutcomeUnknown() {
        try (RawServer server =
                        RawServer.serving(play(OPENING + ENVELOPE + ACCEPTED + "C: x\nC: .\n"), Script.untilEnd());
                Post post = Post.to(server.port())
                        .endTimeout(Duration.ofMillis(200))
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.UNKNOWN);
            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.TIMEOUT);
        }
    }

    @Test
    void anEndlessReplyIsAnErrorAtItsLimit() {
        try (RawServer server = RawServer.serving(peer -> {
                    peer.send("220 mx\r\n").readLine();
                    try {
                        for (int i = 0; i < 100_000; i++) {
                            peer.send("250-and so on\r\n");
                        }
                    } catch (RuntimeException e) {
                        // the client has had enough
                    }
                });
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.PROTOCOL);
            assertThat(outcome.failure()).hasMessageContaining("maxReplyLines=128");
        }
    }

    @Test
    void aMailThatIsTooLargeIsRefusedBeforeAnyOfItIsSent() {
        try (RawServer server = RawServer.serving(
                        play("S: 220 mx\nC: EHLO client.example\nS: 250-mx\nS: 250 SIZE 2\nC: QUIT\nS: 221 bye\n"),
                        Script.untilEnd());
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.TOO_LARGE);
            assertThat(outcome.failure().isTemporary()).isFalse();
        }
    }

    @Test
    void anAddressInUtf8NeedsAServerThatTakesIt() {
        try (RawServer server = RawServer.serving(play(LOCKSTEP_OPENING + "C: QUIT\nS: 221 bye\n"), Script.untilEnd());
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "用户@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.UNSUPPORTED);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMailThatCannotBeReadToItsEndIsNeverEnded(boolean throwsMidway) {
        byte[] half = "x\r\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        Body body = new Body() {
            @Override
            public long length() {
                return 2L * half.length;
            }

            @Override
            public InputStream open() {
                InputStream first = new ByteArrayInputStream(half);
                return !throwsMidway
                        ? first
                        : new SequenceInputStream(first, new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("the disk is gone");
                            }
                        });
            }
        };
        CompletableFuture<String> received = new CompletableFuture<>();
        try (RawServer server = RawServer.serving(peer -> {
                    play(LOCKSTEP_OPENING + """
                            C: MAIL FROM:<a@x>
                            S: 250 fine
                            C: RCPT TO:<b@y>
                            S: 250 fine
                            C: DATA
                            S: 354 go on
                            """).play(peer);
                    StringBuilder all = new StringBuilder();
                    try {
                        while (true) {
                            all.append(new String(peer.readSome(), StandardCharsets.US_ASCII));
                        }
                    } catch (AssertionError | RuntimeException end) {
                        received.complete(all.toString());
                    }
                });
                Post post = Post.open(server.port())) {
            Outcome outcome =
                    post.send(new Parcel(new Envelope("a@x", List.of("b@y"), null), body, false, false, true));

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.CONTENT);
            assertThat(outcome.failure()).hasMessageContaining(throwsMidway ? "the disk is gone" : "bytes");
            assertThat(received.join()).doesNotContain("\r\n.\r\n");
        }
    }

    @Test
    void aRefusalInTheMiddleOfTheMailIsItsAnswer() {
        try (RawServer server = RawServer.serving(peer -> {
                    play(OPENING + ENVELOPE + ACCEPTED).play(peer);
                    peer.readExactly(1000);
                    peer.send("552 5.3.4 enough\r\n");
                    peer.awaitEnd();
                });
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n".repeat(1 << 20), "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ANSWERED);
            assertThat(Post.codes(outcome)).containsExactly(552);
        }
    }

    @Test
    void anIdleConnectionSaysGoodBye() {
        try (RawServer server = RawServer.serving(
                        play(OPENING + ENVELOPE + ACCEPTED + "C: x\nC: .\nS: 250 fine\nC: QUIT\nS: 221 bye\n"),
                        Script.untilEnd());
                Post post = Post.to(server.port()).idle(Duration.ofMillis(50)).open()) {
            post.send("x\r\n", "b@y");

            Await.untilEqual("events", List.of("opened", "closed"), () -> List.copyOf(post.events));
            assertThat(post.pool().connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\r\nRCPT TO:<x@y>", "a@b> SIZE=1", "<>", "a\u0000@b", "\"a\r\n\"@b", "\"a\\\r\"@b", "a b@c"})
    void anAddressCannotEndItsCommand(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Envelope("a@x", List.of(address), null))
                .withMessageContaining("recipient");
    }
}
