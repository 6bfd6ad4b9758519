package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import io.github.packetboat.testkit.Transcript;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What happens to mails, and to those behind them, when a connection must not be used any more. */
final class CutShortTest {
    private static final String HELLO = """
            S: 220 mx.example ESMTP
            C: EHLO client.example
            S: 250-mx.example at your service
            """;
    private static final String PIPELINING = HELLO + "S: 250 PIPELINING\n";
    private static final String LOCKSTEP = HELLO + "S: 250 HELP\n";
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
    private static final String ONE_BY_ONE = """
            C: MAIL FROM:<a@x>
            S: 250 fine
            C: RCPT TO:<b@y>
            S: 250 fine
            C: DATA
            S: 354 go on
            """;

    private static void play(RawPeer peer, String dialogue) throws Exception {
        Transcript.of(dialogue).server(Transcript.Mode.WHOLE).play(peer);
    }

    /** Everything until the connection ends, in order or not. */
    private static String rest(RawPeer peer) {
        StringBuilder all = new StringBuilder();
        try {
            while (true) {
                all.append(new String(peer.readSome(), StandardCharsets.US_ASCII));
            }
        } catch (AssertionError | RuntimeException end) {
            return all.toString();
        }
    }

    private static Parcel mail(long length, InputStream bytes) {
        Body body = new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() {
                return bytes;
            }
        };
        return new Parcel(new Envelope("a@x", List.of("b@y"), null), body, false, false, true);
    }

    @Test
    void aServerThatRefusesTheSenderAndStillWantsTheMailDoesNotGetIt() {
        CompletableFuture<String> body = new CompletableFuture<>();
        try (RawServer server = RawServer.serving(peer -> {
                    play(peer, PIPELINING + ENVELOPE + "S: 550 5.7.1 not you\nS: 250 fine\nS: 354 go on\n");
                    body.complete(rest(peer));
                });
                Post post = Post.open(server.port())) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.PROTOCOL);
            assertThat(Post.codes(outcome)).containsExactly(550);
            assertThat(body.join()).isEmpty();
        }
    }

    @Test
    void anAnswerInTheMiddleOfTheMailIsTheLastThingOfItsConnection() {
        AtomicInteger connections = new AtomicInteger();
        CompletableFuture<String> behind = new CompletableFuture<>();
        try (RawServer server = RawServer.serving(peer -> {
                    if (connections.incrementAndGet() == 1) {
                        play(peer, PIPELINING + ENVELOPE + ACCEPTED);
                        peer.readExactly(1000);
                        peer.send("552 5.3.4 enough\r\n");
                        behind.complete(rest(peer));
                    } else {
                        play(peer, LOCKSTEP + ONE_BY_ONE + "C: x\nC: .\nS: 250 queued\nC: QUIT\nS: 221 bye\n");
                        peer.awaitEnd();
                    }
                });
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> refused = post.submit(Post.mail("x\r\n".repeat(1 << 20), "b@y"));
            CompletableFuture<Outcome> next = post.submit(Post.mail("x\r\n", "b@y"));

            assertThat(Post.codes(Post.get(refused))).containsExactly(552);
            assertThat(Post.codes(Post.get(next))).containsExactly(250);
            assertThat(behind.join()).doesNotContain("MAIL FROM");
        }
    }

    @Test
    void noMailFollowsOnAConnectionThatTheServerEnds() {
        AtomicInteger connections = new AtomicInteger();
        CompletableFuture<String> behind = new CompletableFuture<>();
        try (RawServer server = RawServer.serving(peer -> {
                    if (connections.incrementAndGet() == 1) {
                        play(peer, LOCKSTEP + ONE_BY_ONE + "C: x\nC: .\nS: 421 4.3.0 going down\n");
                        behind.complete(rest(peer));
                    } else {
                        play(peer, LOCKSTEP + ONE_BY_ONE + "C: x\nC: .\nS: 250 queued\nC: QUIT\nS: 221 bye\n");
                        peer.awaitEnd();
                    }
                });
                Post post = Post.open(server.port())) {
            CompletableFuture<Outcome> deferred = post.submit(Post.mail("x\r\n", "b@y"));
            CompletableFuture<Outcome> next = post.submit(Post.mail("x\r\n", "b@y"));

            assertThat(Post.codes(Post.get(deferred))).containsExactly(421);
            assertThat(Post.codes(Post.get(next))).containsExactly(250);
            assertThat(behind.join()).isEmpty();
        }
    }

    @Test
    void theTimeForTheAnswerToAMailBeginsWhenTheMailIsOut() {
        byte[] bytes = "x\r\n".repeat(250_000).getBytes(StandardCharsets.US_ASCII);
        InputStream slow = new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                try {
                    Thread.sleep(100); // it is a slow disk: over 2 s altogether
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return super.read(into, from, length);
            }
        };
        try (RawServer server = RawServer.serving(peer -> {
                    play(peer, LOCKSTEP + ONE_BY_ONE);
                    peer.readExactly(bytes.length + 3);
                    peer.send("250 queued\r\n");
                    peer.awaitEnd();
                });
                Post post =
                        Post.to(server.port()).endTimeout(Duration.ofSeconds(1)).open()) {
            assertThat(Post.codes(post.send(mail(bytes.length, slow)))).containsExactly(250);
        }
    }

    @Test
    void aMailThatCannotBeMadeIsRefusedAndNothingElse() {
        CompletableFuture<Outcome> broken = new CompletableFuture<>();
        try (RawServer server = RawServer.serving(peer -> {
                    play(peer, LOCKSTEP + ONE_BY_ONE + "C: x\nC: .\nS: 250 queued\nC: QUIT\nS: 221 bye\n");
                    peer.awaitEnd();
                });
                Post post = Post.open(server.port())) {
            post.pool().submit(new Job() {
                @Override
                public Parcel parcel(Capabilities capabilities) {
                    throw new IllegalArgumentException("no such envelope");
                }

                @Override
                public Parcel prepare(Capabilities capabilities) {
                    throw new AssertionError("not asked");
                }

                @Override
                public void done(Outcome outcome) {
                    broken.complete(outcome);
                }
            });

            assertThat(Post.get(broken).failure().kind()).isEqualTo(SmtpException.Kind.CONTENT);
            assertThat(Post.get(broken).failure()).hasMessageContaining("no such envelope");
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
        }
    }

    @Test
    void anAbortedPoolConnectsToNobody() {
        AtomicInteger connections = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(1);
        try (RawServer server = RawServer.serving(peer -> {
                    connections.incrementAndGet();
                    play(peer, LOCKSTEP + ONE_BY_ONE + "C: x\nC: .\nS: 250 queued\nC: MAIL FROM:<a@x>\n");
                    second.countDown();
                    peer.awaitEnd();
                });
                Post post = Post.open(server.port())) {
            post.send("x\r\n", "b@y");
            CompletableFuture<Outcome> hanging = post.submit(Post.mail("x\r\n", "b@y"));
            CompletableFuture<Outcome> waiting = post.submit(Post.mail("x\r\n", "b@y"));
            Await.until("the second mail", () -> second.getCount() == 0);

            post.pool().close();
            post.pool().abort();

            assertThat(Post.get(hanging).kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(Post.get(waiting).failure().kind()).isEqualTo(SmtpException.Kind.CLOSED);
            Await.until("the end of the pool", () -> post.pool().close().isDone());
            assertThat(connections).hasValue(1);
        }
    }

    @Test
    void aMailBeingReadWhenItsConnectionEndsIsClosed() {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch cut = new CountDownLatch(1);
        AtomicBoolean closed = new AtomicBoolean();
        InputStream bytes = new InputStream() {
            @Override
            public int read() throws IOException {
                reading.countDown();
                try {
                    cut.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return 'x';
            }

            @Override
            public void close() {
                closed.set(true);
            }
        };
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(peer -> {
                    if (connections.incrementAndGet() == 1) {
                        play(peer, LOCKSTEP + ONE_BY_ONE);
                        reading.await();
                    } else {
                        peer.awaitEnd(); // keeps its event loop busy
                    }
                });
                Post post = Post.to(server.port()).connections(4).open()) {
            CompletableFuture<Outcome> lost = post.submit(mail(-1, bytes));
            Await.until("the mail is being read", () -> reading.getCount() == 0);
            for (int i = 0; i < 3; i++) {
                post.submit(Post.mail("x\r\n", "b@y"));
            }
            Outcome outcome = Post.get(lost);
            cut.countDown();

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.LOST);
            Await.until("the stream is closed", closed::get);
        }
    }

    @Test
    void aLoginThatAsksWithoutEndIsGivenUp() {
        Login login = new Login("me", true, "t0ken"::toCharArray);
        CompletableFuture<Integer> asked = new CompletableFuture<>();
        try (RawServer server = RawServer.serving(
                        peer -> peer.acceptTls(Certificates.server("127.0.0.1").context()), peer -> {
                            peer.send("220 mx\r\n").readLine();
                            peer.send("250-mx\r\n250 AUTH XOAUTH2\r\n").readLine();
                            int challenges = 0;
                            try {
                                while (challenges < 1000) {
                                    peer.send("334 \r\n").readLine();
                                    challenges++;
                                }
                            } catch (AssertionError | RuntimeException end) {
                                // the client has had enough
                            }
                            asked.complete(challenges);
                        });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(login)
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure()).hasMessageContaining("challenge");
            assertThat(asked.join()).isLessThan(10);
        }
    }

    @Test
    void aSecretThatNeverComesDoesNotHoldAConnectionOpen() {
        CountDownLatch never = new CountDownLatch(1);
        Login login = new Login("me", false, () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new char[0];
        });
        try (RawServer server = RawServer.serving(
                        peer -> peer.acceptTls(Certificates.server("127.0.0.1").context()),
                        peer -> {
                            peer.send("220 mx\r\n").readLine();
                            peer.send("250-mx\r\n250 AUTH PLAIN\r\n");
                        },
                        Script.untilEnd());
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(login)
                        .replyTimeout(Duration.ofMillis(500))
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.TIMEOUT);
            never.countDown();
        }
    }
}
