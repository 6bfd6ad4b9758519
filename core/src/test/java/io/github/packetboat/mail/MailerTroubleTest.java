package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.Backoff;
import io.github.packetboat.mail.RecipientResult.Status;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Transcript;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mailer says of mails that something else than the server's answer to them kept back, and whom that harms. */
final class MailerTroubleTest {
    private static final Backoff QUICK = Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(2));

    private static MailBuilder builder(String... to) {
        return Mail.builder().from("me@example.com").to(to).subject("s").text("t");
    }

    private static Mail mail(String... to) {
        return builder(to).build();
    }

    private static MailServer at(int port) {
        return MailServer.smtp("127.0.0.1").port(port).tls(MailServer.Tls.NONE).build();
    }

    private static PrivateKey key() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Status> statuses(SendResult result) {
        return result.recipients().stream().map(RecipientResult::status).toList();
    }

    private static RawServer saying(AtomicInteger connections, String dialogue) {
        return RawServer.serving(peer -> {
            connections.incrementAndGet();
            Transcript.of(dialogue).server(Transcript.Mode.WHOLE).play(peer);
            peer.awaitEnd();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "S: 554 5.7.1 you are on a list\n",
                "S: nonsense\n",
                "S: 220 mx\nC: EHLO [127.0.0.1]\nS: 550 no\nC: HELO [127.0.0.1]\nS: 550 no\n"
            })
    void whatTheServerHasAgainstUsIsNotHeldAgainstTheRecipient(String dialogue) {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = saying(connections, dialogue);
                Mailer mailer =
                        Mailer.builder(at(server.port())).retry(QUICK, 5).build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.DEFERRED);
            assertThat(connections).hasValue(1); // it is not repeated by itself
        }
    }

    @Test
    void aMailThatTheServerCannotTakeIsRejected() {
        try (RawServer server = saying(new AtomicInteger(), """
                        S: 220 mx
                        C: EHLO [127.0.0.1]
                        S: 250-mx
                        S: 250 SIZE 2
                        """);
                Mailer mailer = Mailer.of(at(server.port()))) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.REJECTED);
            mailer.close(Duration.ZERO);
        }
    }

    @ParameterizedTest
    @CsvSource({"451 4.3.0 later", "554 5.7.1 we had that one"})
    void aMailThatMayHaveArrivedStaysUnknownUnlessItIsAccepted(String later) {
        AtomicInteger cuts = new AtomicInteger(1);
        try (FakeServer server = FakeServer.ending(mail -> cuts.getAndDecrement() > 0 ? null : later);
                Mailer mailer = Mailer.builder(server.server())
                        .retry(QUICK, 3)
                        .allowDuplicates()
                        .build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.UNKNOWN);
            assertThat(server.connections.get()).isGreaterThan(1);
        }
    }

    @Test
    void waitingForItsRateDoesNotCountAgainstAMailsDeadline() throws InterruptedException {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.builder(server.server())
                        .maxPerSecond(5)
                        .deadline(Duration.ofSeconds(1))
                        .build()) {
            SendProgress progress = mailer.sendAll(
                    IntStream.range(0, 15)
                            .mapToObj(i -> mail("u" + i + "@x.org"))
                            .toList(),
                    report -> {});

            assertThat(progress.accepted()).isEqualTo(15);
        }
    }

    @Test
    void whoGivesUpGivesItsPlaceBack() {
        RateLimits rates = new RateLimits(1, 1, 0);

        assertThat(rates.take(java.util.Set.of("x.org"), 0)).isZero();
        assertThat(rates.take(java.util.Set.of("x.org"), 0)).isEqualTo(1_000_000_000);
        rates.giveBack(java.util.Set.of("x.org"));

        assertThat(rates.take(java.util.Set.of("x.org"), 0)).isEqualTo(1_000_000_000);
    }

    @Test
    void closingWaitsForThoseWhoseTurnComes() throws Exception {
        try (FakeServer server = FakeServer.open()) {
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            try (Mailer mailer = Mailer.builder(server.server()).maxPerSecond(4).build()) {
                for (int i = 0; i < 6; i++) {
                    results.add(mailer.sendAsync(mail("u" + i + "@x.org")));
                }
            }
            for (CompletableFuture<SendResult> each : results) {
                assertThat(each.get(10, TimeUnit.SECONDS).isAccepted()).isTrue();
            }
        }
    }

    @Test
    void aBrokenMailFailsAloneInABatch() throws InterruptedException {
        List<SendResult> failed = new ArrayList<>();
        Mail broken = builder("b@x.org")
                .attach(Attachment.of("a.bin", () -> {
                    throw new IllegalStateException("no database");
                }))
                .build();
        Mail signed = builder("c@x.org")
                .attach(Attachment.of("a.bin", () -> {
                    throw new IllegalStateException("no database");
                }))
                .dkim(Dkim.of("example.com", "s", key()))
                .build();
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.of(server.server())) {
            SendProgress progress =
                    mailer.sendAll(List.of(mail("a@x.org"), broken, signed, mail("d@x.org")), report -> {
                        if (!report.last().isAccepted()) {
                            failed.add(report.last());
                        }
                    });

            assertThat(progress.accepted()).isEqualTo(2);
            assertThat(failed).hasSize(2).allSatisfy(result -> {
                assertThat(statuses(result)).containsExactly(Status.DEFERRED);
                assertThat(result.toString()).contains("no database");
            });
        }
    }

    @Test
    void anErrorOfAListenerDoesNotHoldTheMail() throws Exception {
        AtomicInteger lines = new AtomicInteger();
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.builder(server.server())
                        .listener(new MailerListener() {
                            @Override
                            public void onDone(SendResult result) {
                                throw new AssertionError("on purpose");
                            }
                        })
                        .transcript(line -> {
                            if (lines.incrementAndGet() == 8) {
                                throw new AssertionError("on purpose");
                            }
                        })
                        .build()) {
            assertThat(mailer.sendAsync(mail("a@x.org"))
                            .get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)
                            .isAccepted())
                    .isTrue();
        }
    }

    @Test
    void aMailThatIsBeingMadeWhenItsMailerClosesEndsOnce() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        List<SendResult> told = Collections.synchronizedList(new ArrayList<>());
        Mail slow = builder("a@x.org")
                .attach(Attachment.of("a.txt", () -> {
                    making.countDown();
                    try {
                        closed.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return new ByteArrayInputStream(new byte[1]);
                }))
                .dkim(Dkim.of("example.com", "s", key()))
                .build();
        try (FakeServer server = FakeServer.open()) {
            Mailer mailer = Mailer.builder(server.server())
                    .listener(new MailerListener() {
                        @Override
                        public void onDone(SendResult result) {
                            told.add(result);
                        }
                    })
                    .build();
            CompletableFuture<Throwable> sent = CompletableFuture.supplyAsync(
                    () -> catchThrowableOfType(MailException.class, () -> mailer.send(slow)));
            Await.until("the mail is being made", () -> making.getCount() == 0);
            mailer.close(Duration.ZERO);
            closed.countDown();

            assertThat(sent.get(10, TimeUnit.SECONDS)).hasMessageContaining("the mailer is closed");
            assertThat(told).hasSize(1);
            assertThat(server.connections).hasValue(0);
        }
    }

    @Test
    void whatWaitsForAMailMaySendAnother() throws Exception {
        try (FakeServer server = FakeServer.open();
                Mailer mailer =
                        Mailer.builder(server.server()).maxConnections(1).build()) {
            List<CompletableFuture<Boolean>> replies = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Mail next = builder("b@x.org")
                        .attach(Attachment.of("large.bin", new byte[100_000])) // which a worker has to read
                        .build();
                replies.add(mailer.sendAsync(mail("a@x.org")).thenApply(result -> {
                    try {
                        return mailer.send(next).isAccepted();
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }));
            }
            for (CompletableFuture<Boolean> each : replies) {
                assertThat(each.get(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"450 4.2.1 busy, DEFERRED", "550 5.1.1 unknown, REJECTED"})
    void aMailForAllOrNoneThatOneCannotHaveSaysNothingAgainstTheOthersOrTheServer(String reply, Status status) {
        AtomicInteger asked = new AtomicInteger();
        try (FakeServer first = FakeServer.open(to -> to.startsWith("bad") ? reply : "250 fine");
                FakeServer standby = FakeServer.open(to -> {
                    asked.incrementAndGet();
                    return "250 fine";
                });
                Mailer mailer = Mailer.builder(first.server(), standby.server())
                        .allOrNone()
                        .retry(QUICK, 2)
                        .build()) {
            MailException failure =
                    catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org", "bad@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.DEFERRED, status);
            assertThat(asked).hasValue(0);
        }
    }

    private static final String VERP = "bounce+{recipient}@example.com";

    @Test
    void aCaptureIsMadeForEachEnvelope() throws IOException {
        CapturedMails captured = DeliveryMethod.capture();
        try (Mailer mailer = Mailer.builder(captured).build()) {
            mailer.send(builder("a@x.org", "b@x.org").envelopeFrom(VERP).build());
        }
        assertThat(captured.mails())
                .extracting(each -> each.sender() + " to " + each.recipients())
                .containsExactly("bounce+a=x.org@example.com to [a@x.org]", "bounce+b=x.org@example.com to [b@x.org]");
    }

    @Test
    void aFileIsWrittenForEachEnvelope(@TempDir Path folder) throws IOException {
        try (Mailer mailer =
                Mailer.builder(DeliveryMethod.pickupDirectory(folder)).build()) {
            mailer.send(builder("a@x.org", "b@x.org").envelopeFrom(VERP).build());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .hasSize(2)
                    .extracting(Files::readString)
                    .allSatisfy(text -> assertThat(text)
                            .containsAnyOf(
                                    "X-Sender: bounce+a=x.org@example.com\r\nX-Receiver: a@x.org\r\nDate",
                                    "X-Sender: bounce+b=x.org@example.com\r\nX-Receiver: b@x.org\r\nDate"));
        }
    }

    @Test
    void aMessageOfAnotherLibraryIsSignedUnlessItIsAlready() throws Exception {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.builder(server.server())
                        .dkim(Dkim.of("example.com", "mailer", key()))
                        .build()) {
            mailer.send(mail("a@x.org").toMimeMessage());
            mailer.send(builder("a@x.org")
                    .dkim(Dkim.of("example.com", "own", key()))
                    .build()
                    .toMimeMessage());

            assertThat(server.mails.get(0).text())
                    .containsOnlyOnce("DKIM-Signature:")
                    .contains("s=mailer;");
            assertThat(server.mails.get(1).text())
                    .containsOnlyOnce("DKIM-Signature:")
                    .contains("s=own;");
        }
    }
}
