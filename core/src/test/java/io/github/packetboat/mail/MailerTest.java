package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.Backoff;
import io.github.packetboat.mail.RecipientResult.Status;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MailerTest {
    private static final Backoff QUICK = Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(2));

    private static Mail mail(String... to) {
        MailBuilder mail =
                Mail.builder().from("me@example.com", "飞翔的代码").subject("测试邮件").text("你好");
        for (String each : to) {
            mail.to(each);
        }
        return mail.build();
    }

    private static List<Status> statuses(SendResult result) {
        return result.recipients().stream().map(RecipientResult::status).toList();
    }

    @Test
    void aMailArrivesAndItsResultSaysSo() throws IOException {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.of(server.server())) {
            Mail mail = Mail.builder()
                    .from("me@example.com", "飞翔的代码")
                    .to("a@example.com")
                    .cc("me@example.com")
                    .bcc("secret@example.com")
                    .subject("测试邮件")
                    .text("你好")
                    .build();

            SendResult result = mailer.send(mail);

            assertThat(result.isAccepted()).isTrue();
            assertThat(result.messageId()).isEqualTo(mail.messageId());
            assertThat(result.server()).isEqualTo("127.0.0.1:" + server.port());
            assertThat(result.reply()).isEqualTo("250 2.0.0 queued");
            assertThat(result.recipients().get(0)).hasToString("a@example.com ACCEPTED 250 2.0.0 queued");
            assertThat(server.mails).hasSize(1);
            FakeServer.Taken taken = server.mails.get(0);
            assertThat(taken.sender()).isEqualTo("me@example.com");
            assertThat(taken.recipients()).containsExactly("a@example.com", "me@example.com", "secret@example.com");
            assertThat(taken.text()).contains("Message-ID: " + mail.messageId()).doesNotContain("secret");
        }
    }

    @Test
    void oneBadRecipientDoesNotBlockTheOthers() throws IOException {
        try (FakeServer server = FakeServer.open(to -> to.startsWith("bad") ? "550 5.1.1 no such user" : "250 fine");
                Mailer mailer = Mailer.of(server.server())) {
            SendResult result = mailer.send(mail("a@x.org", "bad@x.org", "b@x.org"));

            assertThat(statuses(result)).containsExactly(Status.ACCEPTED, Status.REJECTED, Status.ACCEPTED);
            assertThat(result.recipients().get(1)).hasToString("bad@x.org REJECTED 550 5.1.1 no such user");
            assertThat(server.asked.get("bad@x.org")).hasValue(1);
        }
    }

    @Test
    void unlessTheMailIsForAllOrNone() {
        try (FakeServer server = FakeServer.open(to -> to.startsWith("bad") ? "550 5.1.1 no such user" : "250 fine");
                Mailer mailer = Mailer.builder(server.server()).allOrNone().build()) {
            MailException failure =
                    catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org", "bad@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.DEFERRED, Status.REJECTED);
            assertThat(server.mails).isEmpty();
        }
    }

    @Test
    void whoIsDeferredIsTriedAgainAndNobodyElse() throws IOException {
        AtomicInteger busy = new AtomicInteger(2);
        List<String> deferred = Collections.synchronizedList(new ArrayList<>());
        try (FakeServer server = FakeServer.open(to ->
                        to.startsWith("busy") && busy.getAndDecrement() > 0 ? "450 4.2.1 greylisted" : "250 fine");
                Mailer mailer = Mailer.builder(server.server())
                        .retry(QUICK, 5)
                        .listener(new MailerListener() {
                            @Override
                            public void onDeferred(String id, int recipients, Duration wait, String detail) {
                                deferred.add(recipients + " " + detail);
                            }
                        })
                        .build()) {
            SendResult result = mailer.send(mail("a@x.org", "busy@x.org"));

            assertThat(result.isAccepted()).isTrue();
            assertThat(result.attempts()).isEqualTo(3);
            assertThat(server.asked.get("a@x.org")).hasValue(1);
            assertThat(server.asked.get("busy@x.org")).hasValue(3);
            assertThat(deferred).containsExactly("1 450 4.2.1 greylisted", "1 450 4.2.1 greylisted");
        }
    }

    @Test
    void whoIsRefusedForGoodIsNeverTriedAgain() {
        try (FakeServer server = FakeServer.open(to -> "550 5.1.1 no such user");
                Mailer mailer = Mailer.builder(server.server()).retry(QUICK, 5).build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(failure).hasMessageContaining("a@x.org REJECTED 550 5.1.1 no such user");
            assertThat(failure.isTemporary()).isFalse();
            assertThat(server.asked.get("a@x.org")).hasValue(1);
        }
    }

    @Test
    void attemptsComeToAnEnd() {
        try (FakeServer server = FakeServer.open(to -> "450 busy");
                Mailer mailer = Mailer.builder(server.server()).retry(QUICK, 3).build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.DEFERRED);
            assertThat(failure.isTemporary()).isTrue();
            assertThat(server.asked.get("a@x.org")).hasValue(3);
        }
    }

    @Test
    void tooManyRecipientsAtOnceFollowAtOnce() throws IOException {
        AtomicInteger inMail = new AtomicInteger();
        try (FakeServer server = FakeServer.open(to -> {
                    boolean room = inMail.incrementAndGet() % 3 != 0;
                    return room ? "250 fine" : "452 4.5.3 too many recipients";
                });
                Mailer mailer = Mailer.builder(server.server())
                        .retry(Backoff.exponential(Duration.ofHours(1), Duration.ofHours(1)), 2)
                        .build()) {
            SendResult result = mailer.send(mail("a@x.org", "b@x.org", "c@x.org", "d@x.org"));

            assertThat(result.isAccepted()).isTrue();
            assertThat(server.mails).hasSize(2);
        }
    }

    @Test
    void anUnknownOutcomeIsNotTriedAgain() {
        try (FakeServer server = FakeServer.ending(mail -> null);
                Mailer mailer = Mailer.builder(server.server()).retry(QUICK, 5).build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.UNKNOWN);
            assertThat(failure.isUnknown()).isTrue();
            assertThat(failure.isTemporary()).isFalse();
            assertThat(server.connections).hasValue(1);
        }
    }

    @Test
    void unlessDuplicatesAreAllowed() throws IOException {
        AtomicInteger cuts = new AtomicInteger(1);
        try (FakeServer server = FakeServer.ending(mail -> cuts.getAndDecrement() > 0 ? null : "250 queued");
                Mailer mailer = Mailer.builder(server.server())
                        .retry(QUICK, 5)
                        .allowDuplicates()
                        .build()) {
            assertThat(mailer.send(mail("a@x.org")).isAccepted()).isTrue();
        }
    }

    @Test
    void theNextServerTakesOverWhileTheFirstIsAway() throws IOException {
        int nobody;
        try (RawServer gone = RawServer.open()) {
            nobody = gone.port();
        }
        try (FakeServer standby = FakeServer.open();
                Mailer mailer = Mailer.builder(
                                MailServer.smtp("127.0.0.1")
                                        .port(nobody)
                                        .tls(MailServer.Tls.NONE)
                                        .build(),
                                standby.server())
                        .build()) {
            SendResult first = mailer.send(mail("a@x.org"));
            SendResult second = mailer.send(mail("a@x.org"));

            assertThat(first.server()).isEqualTo("127.0.0.1:" + standby.port());
            assertThat(first.attempts()).isEqualTo(2);
            assertThat(second.attempts()).isEqualTo(1); // the one that is away is not asked again at once
        }
    }

    @Test
    void aServerThatIsAwayIsTriedAgain() {
        int nobody;
        try (RawServer gone = RawServer.open()) {
            nobody = gone.port();
        }
        try (Mailer mailer = Mailer.builder(MailServer.smtp("127.0.0.1")
                        .port(nobody)
                        .tls(MailServer.Tls.NONE)
                        .build())
                .retry(QUICK, 3)
                .build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(failure.result().attempts()).isEqualTo(3);
            assertThat(failure.isTemporary()).isTrue();
            assertThat(failure).hasMessageContaining("cannot be reached");
        }
    }

    @Test
    void aDeadlineEndsTheWaiting() {
        try (FakeServer server = FakeServer.open(to -> "450 busy");
                Mailer mailer = Mailer.builder(server.server())
                        .retry(Backoff.exponential(Duration.ofMillis(5), Duration.ofMillis(10)), 1000)
                        .deadline(Duration.ofMillis(200))
                        .build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(statuses(failure.result())).containsExactly(Status.DEFERRED);
            assertThat(failure.result().took()).isLessThan(Await.LIMIT);
        }
    }

    @Test
    void aMailThatWaitsForAConnectionEndsWithItsDeadline() {
        try (RawServer silent = RawServer.serving(Script.untilEnd());
                Mailer mailer = Mailer.builder(MailServer.smtp("127.0.0.1")
                                .port(silent.port())
                                .tls(MailServer.Tls.NONE)
                                .build())
                        .deadline(Duration.ofMillis(100))
                        .build()) {
            MailException failure = catchThrowableOfType(MailException.class, () -> mailer.send(mail("a@x.org")));

            assertThat(failure).hasMessageContaining("its deadline has passed");
            mailer.close(Duration.ZERO);
        }
    }

    @Test
    void mailsFollowEachOtherInOneRoundTripEach() throws InterruptedException {
        int mails = 200;
        try (FakeServer server = FakeServer.open();
                FaultProxy proxy = FaultProxy.to(server.port());
                Mailer mailer = Mailer.builder(MailServer.smtp("127.0.0.1")
                                .port(proxy.port())
                                .tls(MailServer.Tls.NONE)
                                .build())
                        .maxConnections(1)
                        .maxMailsPerConnection(mails)
                        .build()) {
            proxy.clientToServer().latency(Duration.ofMillis(3)); // so that there is always a next mail
            List<Mail> all = IntStream.range(0, mails)
                    .mapToObj(i -> mail(IntStream.range(0, 1 + i % 10)
                            .mapToObj(n -> "r" + n + "@x.org")
                            .toArray(String[]::new)))
                    .toList();

            SendProgress progress = mailer.sendAll(all, report -> {});

            assertThat(progress.accepted()).isEqualTo(mails);
            assertThat(server.mails).hasSize(mails);
            assertThat(server.connections).hasValue(1);
            assertThat(server.waits.get()).isLessThanOrEqualTo(mails * 105 / 100);
        }
    }

    @Test
    void manyMailsOverSeveralConnectionsKeepTheirEnvelopes() throws InterruptedException {
        int mails = 500;
        List<Long> reports = new ArrayList<>();
        try (FakeServer server = FakeServer.open(to -> to.startsWith("bad") ? "550 no" : "250 fine");
                Mailer mailer = Mailer.builder(server.server())
                        .maxConnections(4)
                        .maxMailsPerConnection(30)
                        .build()) {
            List<Mail> all = IntStream.range(0, mails)
                    .mapToObj(i -> Mail.builder()
                            .from("me@example.com")
                            .to((i % 50 == 7 ? "bad" : "u") + i + "@x.org")
                            .subject("number " + i)
                            .text("text of " + i)
                            .build())
                    .toList();

            SendProgress progress = mailer.sendAll(all, report -> reports.add(report.done()));

            assertThat(progress.done()).isEqualTo(mails);
            assertThat(progress.failed()).isEqualTo(10);
            assertThat(reports)
                    .isEqualTo(LongStream.rangeClosed(1, mails).boxed().toList());
            assertThat(server.mails).hasSize(mails - 10).allSatisfy(taken -> {
                String number = taken.recipients().get(0).replaceAll("u|@x.org", "");
                assertThat(taken.text()).contains("Subject: number " + number + "\r\n", "text of " + number + "\r\n");
            });
            assertThat(mailer.stats().accepted()).isEqualTo(mails - 10);
            assertThat(mailer.stats().rejected()).isEqualTo(10);
        }
    }

    @Test
    void ratesAreKept() throws InterruptedException {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.builder(server.server()).maxPerSecond(50).build()) {
            long start = System.nanoTime();

            mailer.sendAll(
                    IntStream.range(0, 65)
                            .mapToObj(i -> mail("u" + i + "@x.org"))
                            .toList(),
                    report -> {});

            // the first second's worth at once, and then one every 20 ms
            assertThat(System.nanoTime() - start)
                    .isGreaterThan(Duration.ofMillis(290).toNanos());
            assertThat(server.mails).hasSize(65);
        }
    }

    @Test
    void aTemplateForTheEnvelopeSenderMakesAMailOfEachRecipient() throws IOException {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.of(server.server())) {
            mailer.send(Mail.builder()
                    .from("news@example.com")
                    .envelopeFrom("bounce+{recipient}@example.com")
                    .to("a@x.org", "b@x.org")
                    .subject("news")
                    .text("news")
                    .build());

            assertThat(server.mails)
                    .extracting(FakeServer.Taken::sender)
                    .containsExactlyInAnyOrder("bounce+a=x.org@example.com", "bounce+b=x.org@example.com");
        }
    }

    @Test
    void largeAttachmentsAreStreamed(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("报告.bin");
        byte[] bytes = new byte[3 << 20];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + i / 1000);
        }
        Files.write(file, bytes);
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.of(server.server())) {
            mailer.send(Mail.builder()
                    .from("me@example.com")
                    .to("a@x.org")
                    .subject("s")
                    .text("t")
                    .attach(file)
                    .build());

            Mail parsed = Mail.parse(
                    new ByteArrayInputStream(server.mails.get(0).text().getBytes(StandardCharsets.UTF_8)));
            assertThat(parsed.attachments().get(0).name()).isEqualTo("报告.bin");
            assertThat(parsed.attachments().get(0).open().readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void anAttachmentThatIsGoneFailsTheMailAndNothingElse(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("a.bin"), new byte[1 << 20]);
        Mail mail = Mail.builder()
                .from("me@example.com")
                .to("a@x.org")
                .text("t")
                .attach(file)
                .build();
        Files.delete(file);
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.of(server.server())) {
            assertThatThrownBy(() -> mailer.send(mail)).isInstanceOf(IOException.class);
            assertThat(server.mails).isEmpty();

            assertThat(mailer.send(mail("b@x.org")).isAccepted()).isTrue();
        }
    }

    @Test
    void aClosedMailerTakesNothing() {
        try (FakeServer server = FakeServer.open()) {
            Mailer mailer = Mailer.of(server.server());
            mailer.close();
            mailer.close();

            assertThatThrownBy(() -> mailer.send(mail("a@x.org")))
                    .isInstanceOf(MailException.class)
                    .hasMessageContaining("the mailer is closed");
        }
    }

    @Test
    void closingWaitsForWhatIsOnItsWay() throws Exception {
        try (FakeServer server = FakeServer.open()) {
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            try (Mailer mailer = Mailer.of(server.server())) {
                for (int i = 0; i < 50; i++) {
                    results.add(mailer.sendAsync(mail("u" + i + "@x.org")));
                }
            }
            assertThat(server.mails).hasSize(50);
            for (CompletableFuture<SendResult> each : results) {
                assertThat(each.get(10, TimeUnit.SECONDS).isAccepted()).isTrue();
            }
        }
    }

    @Test
    void moreThanMayWaitFailAtOnce() {
        try (RawServer silent = RawServer.serving(Script.untilEnd());
                Mailer mailer = Mailer.builder(MailServer.smtp("127.0.0.1")
                                .port(silent.port())
                                .tls(MailServer.Tls.NONE)
                                .build())
                        .maxWaiting(1)
                        .build()) {
            CompletableFuture<SendResult> waiting = mailer.sendAsync(mail("a@x.org"));

            assertThatThrownBy(() -> mailer.send(mail("b@x.org"))).hasMessageContaining("maxWaiting=1");
            assertThat(mailer.stats().waiting()).isEqualTo(1);
            mailer.close(Duration.ZERO);
            assertThat(waiting).isCompletedExceptionally();
        }
    }

    @Test
    void aMailOfAnotherLibraryGoesAsItIs() throws Exception {
        try (FakeServer server = FakeServer.open();
                Mailer mailer = Mailer.of(server.server())) {
            mailer.send(mail("a@x.org").toMimeMessage());

            assertThat(server.mails.get(0).recipients()).containsExactly("a@x.org");
        }
    }

    @Test
    void mailsAreCaptured() throws IOException {
        CapturedMails captured = DeliveryMethod.capture();
        try (Mailer mailer = Mailer.builder(captured).build()) {
            SendResult result = mailer.send(mail("a@x.org"));

            assertThat(result.isAccepted()).isTrue();
            assertThat(captured.mails()).hasSize(1);
            assertThat(captured.mails().get(0).mail().subject()).isEqualTo("测试邮件");
            assertThat(captured.mails().get(0).recipients()).containsExactly("a@x.org");
        }
    }

    @Test
    void mailsArePutIntoADirectory(@TempDir Path folder) throws Exception {
        Path pickup = folder.resolve("pickup");
        try (Mailer mailer =
                Mailer.builder(DeliveryMethod.pickupDirectory(pickup)).build()) {
            mailer.send(mail("a@x.org", "b@x.org"));
            mailer.sendAsync(mail("c@x.org")).get(10, TimeUnit.SECONDS);
        }
        try (Stream<Path> files = Files.list(pickup)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(2).allMatch(file -> file.toString().endsWith(".eml"));
            String text = Files.readString(all.get(0)) + Files.readString(all.get(1));
            assertThat(text).contains("X-Sender: me@example.com\r\nX-Receiver: a@x.org\r\nX-Receiver: b@x.org\r\n");
            assertThat(Mail.parse(all.get(0)).subject()).isEqualTo("测试邮件");
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenDefersTheMail(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        try (Mailer mailer =
                Mailer.builder(DeliveryMethod.pickupDirectory(file)).build()) {
            assertThatThrownBy(() -> mailer.send(mail("a@x.org")))
                    .isInstanceOf(MailException.class)
                    .hasMessageContaining("DEFERRED");
        }
    }

    @Test
    void theTranscriptIsMaskedAndComplete() throws IOException {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        try (FakeServer server = FakeServer.open();
                Mailer mailer =
                        Mailer.builder(server.server()).transcript(lines::add).build()) {
            mailer.send(mail("a@x.org"));
        }
        assertThat(lines)
                .anyMatch(line -> line.endsWith("C: RCPT TO:<a@x.org>"))
                .anyMatch(line -> line.contains("S: 250 2.0.0 queued"));
    }

    @Test
    void badOptionsAreNamed() {
        MailServer server = MailServer.smtp("host").build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mailer.builder(server).maxConnections(0))
                .withMessageContaining("maxConnections=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mailer.builder(server).maxPerSecond(Double.NaN))
                .withMessageContaining("maxPerSecond=NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mailer.builder(server).replyTimeout(Duration.ZERO))
                .withMessageContaining("replyTimeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mailer.builder(server).retry(QUICK, 0))
                .withMessageContaining("maxAttempts=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mailer.builder(MailServer.imap("host").build()))
                .withMessageContaining("SMTP");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mailer.builder(server).listener(null))
                .withMessageContaining("listener");
    }
}
