package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.Backoff;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.FaultProxy;
import io.github.packetboat.testkit.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a watch tells over IMAP, with any server, and all that {@link ImapContract} says. */
abstract class ImapWatchContract extends ImapContract {
    /** Writes down all that a watch says, and mails by their subjects. */
    static final class Notes extends WatchNotes {
        @Override
        public void onNew(ReceivedMail mail) {
            told.accept("new " + mail.subject());
        }

        @Override
        public void onReset() {
            told.accept("reset");
        }
    }

    @Test
    void aWatchTellsWhatHappens() {
        append("old");
        Notes notes = new Notes();
        Watermark mark;
        try (Mailbox other = Mailbox.builder(server(0))
                        .idleRenewal(Duration.ofSeconds(1)) // for servers that say nothing of flags in IDLE
                        .build();
                Watch watch = other.folder(folder.name()).watch(notes)) {
            assertThat(notes.told.take()).isEqualTo("connected");
            append("first");
            assertThat(notes.told.take()).isEqualTo("new first");
            ReceivedMail old = folder.messages().findFirst().orElseThrow();
            folder.mark(List.of(old), Flag.FLAGGED);
            assertThat(notes.told.take()).isEqualTo("flags " + old.id() + " [\\Flagged]");
            folder.delete(List.of(old));
            String next = notes.told.take();
            assertThat(next.startsWith("flags ") ? notes.told.take() : next).isEqualTo("removed " + old.id());
            append("second");
            assertThat(notes.told.take()).isEqualTo("new second");
            Await.until(
                    "the watermark moves",
                    () -> folder.newest(1)
                            .allMatch(mail -> watch.watermark()
                                    .toString()
                                    .endsWith(":" + mail.uid().orElseThrow())));
            mark = Watermark.parse(watch.watermark().toString());
            assertThat(mark).isEqualTo(watch.watermark());
        }
        append("meanwhile");
        Notes later = new Notes();
        try (Watch watch = folder.watch(later, mark)) {
            assertThat(later.told.take()).isEqualTo("new meanwhile");
            assertThat(watch.failure()).isEmpty();
        }
        notes.told.assertNothingMore();
    }

    @Test
    void whatHappenedDuringACutIsTold() {
        append("one", "two");
        Notes notes = new Notes();
        List<ReceivedMail> both = folder.messages().toList();
        try (FaultProxy proxy = FaultProxy.to(port());
                Mailbox through = Mailbox.builder(server(proxy.port()))
                        .reconnect(Backoff.exponential(Duration.ofMillis(5), Duration.ofMillis(50)))
                        .build();
                Watch watch = through.folder(folder.name()).watch(notes)) {
            assertThat(notes.told.take()).isEqualTo("connected");
            proxy.refuse().dropAll();
            folder.delete(both.subList(0, 1));
            folder.mark(both.subList(1, 2), Flag.SEEN);
            append("three");
            proxy.admit();

            assertThat(List.of(notes.told.take(), notes.told.take(), notes.told.take(), notes.told.take()))
                    .containsExactly(
                            "removed " + both.get(0).id(),
                            "flags " + both.get(1).id() + " [\\Seen]",
                            "new three",
                            "connected");
            assertThat(watch.failure()).isEmpty();
        }
        notes.told.assertNothingMore();
    }

    @Test
    void aFolderThatIsMadeAnewIsToldAsReset() {
        append("one");
        Notes notes = new Notes();
        try (FaultProxy proxy = FaultProxy.to(port());
                Mailbox through = Mailbox.builder(server(proxy.port()))
                        .reconnect(Backoff.exponential(Duration.ofMillis(5), Duration.ofMillis(50)))
                        .idleRenewal(Duration.ofSeconds(1))
                        .build();
                Watch watch = through.folder(folder.name()).watch(notes)) {
            assertThat(notes.told.take()).isEqualTo("connected");
            proxy.refuse().dropAll();
            long before = folder.status().uidValidity();
            Await.until("another UIDVALIDITY", () -> {
                folder.remove();
                folder.create();
                return folder.status().uidValidity() != before;
            });
            append("other");
            proxy.admit();

            assertThat(notes.told.take()).isEqualTo("reset");
            assertThat(notes.told.take()).isEqualTo("connected");
            append("newer");
            assertThat(notes.told.take()).isEqualTo("new newer");
            assertThat(watch.failure()).isEmpty();
        }
    }

    @Test
    void aListenerThatThrowsEndsTheWatchAndKeepsItsMail() throws InterruptedException {
        Mailbox own =
                Mailbox.builder(server(0)).idleRenewal(Duration.ofSeconds(1)).build();
        Watch watch = own.folder(folder.name()).watch(mail -> {
            throw new IllegalStateException("no room");
        });
        try (own) {
            Await.until("connected", () -> !watch.watermark().equals(Watermark.NOW));
            append("kept");
            watch.awaitEnd();
            assertThat(watch.failure()).hasValueSatisfying(e -> assertThat(e).hasMessage("no room"));
        }
        Recorder<String> told = new Recorder<>();
        try (Watch again = folder.watch(mail -> told.accept(mail.subject()), watch.watermark())) {
            assertThat(told.take()).isEqualTo("kept");
            assertThat(again.failure()).isEmpty();
        }
    }

    /**
     * A thousand cuts while ten thousand mails arrive, some minutes, with Dovecot: {@code mvn -q -Psoak -pl core test}. In
     * short, both by far fewer, whenever the tests run. Mails arrive all the time in which the connection is cut.
     */
    @Test
    void noMailIsMissedOrToldTwiceHoweverOftenTheConnectionIsCut() throws InterruptedException {
        int cuts = Integer.getInteger("packetboat.watch.cuts", 15);
        int mails = Integer.getInteger("packetboat.watch.mails", 150);
        long seed = System.nanoTime();
        Arrivals arrivals = new Arrivals();
        Semaphore due = new Semaphore(0);
        try (FaultProxy proxy = FaultProxy.to(port());
                Mailbox through = Mailbox.builder(server(proxy.port()))
                        .reconnect(Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(20)))
                        .idleRenewal(Duration.ofSeconds(1)) // for servers that forget what came before IDLE
                        .build();
                Watch watch = through.folder(folder.name()).watch(arrivals)) {
            Await.until("connected", () -> !watch.watermark().equals(Watermark.NOW));
            Thread cutter = new Thread(() -> cut(proxy, cuts, mails, due, new Random(seed)), "cutter");
            cutter.start();
            for (int i = 0; i < mails; i++) {
                assertThat(due.tryAcquire(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                        .as("the cutter cuts, seed " + seed)
                        .isTrue();
                append("m" + i);
            }
            cutter.join();
            arrivals.await("all told, seed " + seed, mails);
            append("last");
            arrivals.await("the last told, seed " + seed, mails + 1);
            assertThat(watch.failure()).isEmpty();
        }
        List<String> expected =
                IntStream.range(0, mails).mapToObj(i -> "m" + i).collect(Collectors.toCollection(ArrayList::new));
        expected.add("last");
        assertThat(arrivals.told.all()).as("seed " + seed).isEqualTo(expected);
        assertThat(arrivals.interruptions.get()).isGreaterThanOrEqualTo(cuts / 2);
        if (cuts > 100) {
            System.out.printf(
                    "%d mails, %d cuts, %d of them noticed: none missed, none told twice%n",
                    mails, cuts, arrivals.interruptions.get());
        }
    }

    private static final class Arrivals implements MailboxListener {
        final Recorder<String> told = new Recorder<>();
        final AtomicInteger interruptions = new AtomicInteger();
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void onNew(ReceivedMail mail) {
            told.accept(mail.subject());
            count.incrementAndGet();
        }

        @Override
        public void onInterrupted(MailboxException reason, Duration retryIn) {
            interruptions.incrementAndGet();
        }

        void await(String what, int mails) {
            Await.until(what, () -> count.get() >= mails);
        }
    }

    /** Cuts at once, or in the middle of what comes next, or a while after; with each cut, its share of mails is due. */
    private static void cut(FaultProxy proxy, int cuts, int mails, Semaphore due, Random random) {
        for (int i = 0; i < cuts; i++) {
            due.release((int) ((i + 1L) * mails / cuts - (long) i * mails / cuts));
            int connections = proxy.connections();
            if (random.nextBoolean()) {
                proxy.cutAfter(random.nextInt(4000));
            }
            Await.until("the watch connects", () -> proxy.openConnections() > 0 || proxy.connections() > connections);
            if (random.nextBoolean()) {
                LockSupport.parkNanos(random.nextInt(20_000_000)); // anywhere in what it does
            }
            proxy.clear();
            proxy.dropAll();
        }
    }
}
