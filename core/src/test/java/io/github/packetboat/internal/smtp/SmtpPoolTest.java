package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import io.github.packetboat.testkit.Transcript;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** When a pool replaces a connection, gives a mail to another one, and what it remembers of those before. */
final class SmtpPoolTest {
    private static final String OPENING = """
            S: 220 mx.example ESMTP
            C: EHLO client.example
            S: 250-mx.example at your service
            S: 250 PIPELINING
            """;
    private static final String ENVELOPE = """
            C: MAIL FROM:<a@x>
            C: RCPT TO:<b@y>
            C: DATA
            """;
    private static final String MAIL = ENVELOPE + """
            S: 250 fine
            S: 250 fine
            S: 354 go on
            C: x
            C: .
            S: 250 queued
            """;
    private static final String BYE = """
            C: QUIT
            S: 221 bye
            """;

    /** A mail that nobody gets, and the next one behind a RSET. */
    private static final String REFUSED = OPENING + ENVELOPE + """
            S: 250 fine
            S: 550 no
            S: 554 no valid recipients
            C: RSET
            """ + ENVELOPE;

    private static Script play(String dialogue) {
        return Transcript.of(dialogue).server(Transcript.Mode.WHOLE);
    }

    private static RawServer serving(List<String> dialogues) {
        AtomicInteger connections = new AtomicInteger();
        return RawServer.serving(peer -> {
            String dialogue = dialogues.get(connections.getAndIncrement());
            play(dialogue).play(peer);
            if (dialogue.endsWith(BYE)) {
                peer.awaitEnd();
            }
        });
    }

    private static void send(Post post) {
        assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
    }

    @Test
    void anOldConnectionIsReplacedButTakesOneMailHoweverOldItIs() {
        try (RawServer server = serving(Collections.nCopies(3, OPENING + MAIL + BYE));
                Post post = Post.to(server.port()).age(Duration.ofNanos(1)).open()) {
            send(post);
            send(post);
            send(post);

            Await.untilEqual(
                    "events",
                    3L,
                    () -> List.copyOf(post.events).stream()
                            .filter("closed"::equals)
                            .count());
        }
    }

    @Test
    void aYoungOneIsUsedAgain() {
        try (RawServer server = serving(List.of(OPENING + MAIL + MAIL + MAIL + BYE));
                Post post = Post.to(server.port()).age(Duration.ofMinutes(5)).open()) {
            send(post);
            send(post);
            send(post);

            assertThat(post.events).containsExactly("opened");
        }
    }

    @Test
    void onlyConnectionsThatAreDroppedInARowSayThatAServerCannotPipeline() {
        String dropped = OPENING + ENVELOPE;
        try (RawServer server = serving(List.of(dropped, OPENING + MAIL + BYE, dropped, OPENING + MAIL + BYE));
                Post post = Post.to(server.port()).mailsPerConnection(1).open()) {
            send(post);
            send(post);

            assertThat(post.events).filteredOn("opened"::equals).hasSize(4);
            assertThat(post.pool().isLockstep()).isFalse();
        }
    }

    /** Its connection breaks whenever it is about to be made. */
    @Test
    void aMailMovesThreeTimesAndAgainWhenItIsSentAgain() {
        Semaphore cuts = new Semaphore(0);
        AtomicReference<CompletableFuture<Outcome>> outcome = new AtomicReference<>(new CompletableFuture<>());
        AtomicInteger prepared = new AtomicInteger();
        try (RawServer server = RawServer.serving(peer -> {
                    play(OPENING).play(peer);
                    cuts.acquire();
                    peer.reset();
                });
                Post post = Post.open(server.port())) {
            Job job = new Job() {
                @Override
                public Parcel parcel(Capabilities capabilities) {
                    return null;
                }

                @Override
                public Parcel prepare(Capabilities capabilities) {
                    int closed = closings(post);
                    prepared.incrementAndGet();
                    cuts.release();
                    Await.until("the end of the connection", () -> closings(post) > closed);
                    return Post.mail("x\r\n", "b@y");
                }

                @Override
                public void done(Outcome result) {
                    outcome.get().complete(result);
                }
            };
            for (int round = 1; round <= 2; round++) {
                post.pool().submit(job);

                assertThat(Post.get(outcome.get()).failure().kind()).isEqualTo(SmtpException.Kind.LOST);
                assertThat(prepared).hasValue(4 * round);
                outcome.set(new CompletableFuture<>());
            }
        }
    }

    private static int closings(Post post) {
        return (int) List.copyOf(post.events).stream()
                .filter(event -> event.startsWith("closed"))
                .count();
    }

    @Test
    void aServerThatDoesNotResetIsLeft() {
        try (RawServer server = serving(List.of(REFUSED + "S: 502 what\n", OPENING + MAIL + BYE));
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> first = post.submit(Post.mail("x\r\n", "b@y"));
            CompletableFuture<Outcome> second = post.submit(Post.mail("x\r\n", "b@y"));

            assertThat(Post.codes(Post.get(first))).containsExactly(550);
            assertThat(Post.get(second).kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(Post.get(second).failure()).hasMessage("no answer to RSET: 502 what");
            send(post);
        }
    }

    @Test
    void aMailBehindAResetThatEndsTheConnectionGoesElsewhere() {
        try (RawServer server = serving(List.of(REFUSED + "S: 421 enough\n", OPENING + MAIL + BYE));
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> first = post.submit(Post.mail("x\r\n", "b@y"));
            CompletableFuture<Outcome> second = post.submit(Post.mail("x\r\n", "b@y"));

            assertThat(Post.codes(Post.get(first))).containsExactly(550);
            assertThat(Post.codes(Post.get(second))).containsExactly(250);
        }
    }
}
