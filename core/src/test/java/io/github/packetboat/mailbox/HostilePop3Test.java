package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.github.packetboat.Backoff;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** POP3 servers that hang, lie, flood or talk nonsense, or let in one at a time. */
@Timeout(60)
final class HostilePop3Test {
    private static final long MAX_ALLOCATED = 800L * 1024 * 1024;

    static Stream<HostileCase> pop3() {
        String hi = "+OK hi\r\n";
        return Stream.of(
                new HostileCase("is busy", "-ERR busy\r\n", Map.of(), Kind.CONNECTION, "busy"),
                new HostileCase(
                        "hangs at login", hi, Map.of("PASS", Reply.say("")), Kind.CONNECTION, "no complete answer"),
                new HostileCase(
                        "refuses",
                        hi,
                        Map.of("PASS", Reply.say("-ERR s3cret is wrong\r\n")),
                        Kind.LOGIN,
                        "*** is wrong"),
                new HostileCase(
                        "claims 2 thousand million mails",
                        hi,
                        Map.of("STAT", Reply.say("+OK 2147483647 1\r\n")),
                        Kind.PROTOCOL,
                        "2147483647"),
                new HostileCase(
                        "counts nonsense", hi, Map.of("STAT", Reply.say("+OK many\r\n")), Kind.PROTOCOL, "many"),
                new HostileCase(
                        "floods UIDL",
                        hi,
                        Map.of("UIDL", Reply.say("+OK\r\n").andThen(Reply.flood("1 x\r\n", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new HostileCase(
                        "floods a status line",
                        hi,
                        Map.of("LIST", Reply.say("+OK ").andThen(Reply.flood("x", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new HostileCase(
                        "floods a header",
                        hi,
                        Map.of("TOP", Reply.say("+OK\r\n").andThen(Reply.flood("X: y\r\n", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new HostileCase(
                        "floods a mail",
                        hi,
                        Map.of("RETR", Reply.say("+OK\r\n").andThen(Reply.flood("x\r\n", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new HostileCase(
                        "hangs in a mail",
                        hi,
                        Map.of("RETR", Reply.say("+OK\r\nSubject: x\r\n")),
                        Kind.CONNECTION,
                        "no complete answer"),
                new HostileCase(
                        "goes away in a mail",
                        hi,
                        Map.of("RETR", Reply.say("+OK\r\nSubject: x\r\n").andThen(RawPeer::close)),
                        Kind.CONNECTION,
                        "fetch a mail"));
    }

    @ParameterizedTest
    @MethodSource("pop3")
    void overPop3Too(HostileCase each) {
        try (RawServer server = RawServer.serving(Pop3Script.answering(each.greeting(), each.answers()));
                Mailbox mailbox = Mailbox.builder(Green.own(MailServer.pop3("localhost"), server.port())
                                .build())
                        .readTimeout(each.silence())
                        .commandTimeout(Duration.ofSeconds(50))
                        .maxMailBytes(1_000_000)
                        .build()) {
            long before = allocated();

            MailboxException e = catchThrowableOfType(
                    MailboxException.class, () -> mailbox.inbox().messages().forEach(ReceivedMail::raw));

            assertThat(e).as("it failed").isNotNull();
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(each.kind());
            assertThat(e).hasMessageContaining(each.said()).hasMessageNotContaining("s3cret");
            assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static Mailbox mailbox(int port) {
        return mailbox(port, Duration.ofMinutes(5));
    }

    private static Mailbox mailbox(int port, Duration linger) {
        return Mailbox.builder(Green.own(MailServer.pop3("localhost"), port).build())
                .connectTimeout(Duration.ofSeconds(5))
                .readTimeout(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(100))
                .pop3Linger(linger)
                .reconnect(Backoff.exponential(Duration.ofMillis(20), Duration.ofMillis(50)))
                .build();
    }

    @Test
    void theListenerMayUseAMailboxThatLetsInOneAtATime() {
        AtomicInteger mails = new AtomicInteger();
        WatchNotes notes = new WatchNotes() {
            @Override
            public void onNew(ReceivedMail mail) {
                told.accept(mail.id() + " of " + mail.raw().length);
            }
        };
        try (RawServer server = RawServer.serving(Pop3Script.oneAtATime(mails, Map.of(), deleted -> {}));
                Mailbox mailbox = mailbox(server.port());
                Watch watch = mailbox.inbox().watch(notes)) {
            assertThat(notes.told.take()).isEqualTo("connected");
            mails.set(2);
            assertThat(notes.told.await(3)).containsExactly("connected", "id1 of 14", "id2 of 14");
            mails.set(3);
            assertThat(notes.told.await(4)).last().isEqualTo("id3 of 14");
            assertThat(watch.failure()).isEmpty();
            assertThat(notes.interruptions.all()).isEmpty();
        }
    }

    @Test
    void aMaildropThatIsInUseIsTriedAgain() {
        AtomicInteger mails = new AtomicInteger(1);
        WatchNotes notes = new WatchNotes();
        try (RawServer server = RawServer.serving(Pop3Script.oneAtATime(mails, Map.of(), deleted -> {}));
                Mailbox mailbox = mailbox(server.port())) {
            Mailbox other = mailbox(server.port());
            assertThat(other.inbox().messages()).hasSize(1);
            try (Watch watch = mailbox.inbox().watch(notes)) {
                assertThat(notes.interruptions.await(4)).allMatch(e -> e.kind() == Kind.CONNECTION);
                other.close();
                assertThat(notes.told.take()).isEqualTo("connected");
                assertThat(watch.failure()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELE 1:-ERR read-only", "QUIT:-ERR some deleted messages not removed"})
    void whatTheServerDoesNotDeleteIsSaid(String refusal) {
        String[] parts = refusal.split(":");
        try (RawServer server = RawServer.serving(
                Pop3Script.oneAtATime(new AtomicInteger(2), Map.of(parts[0], parts[1] + "\r\n"), deleted -> {}))) {
            Mailbox mailbox = mailbox(server.port());
            List<ReceivedMail> all = mailbox.inbox().messages().toList();
            mailbox.inbox().delete(all);
            for (Runnable call : List.<Runnable>of(mailbox.inbox()::expunge, mailbox::close)) {
                MailboxException e = catchThrowableOfType(MailboxException.class, call::run);
                assertThat(e.kind()).isEqualTo(Kind.REFUSED);
                assertThat(e).hasMessageContaining(parts[1]);
            }
        }
    }

    @Test
    void aSessionThatRestsLetsOthersInAndDeletesNothing() {
        AtomicInteger mails = new AtomicInteger(2);
        List<String> deletions = new CopyOnWriteArrayList<>();
        try (RawServer server = RawServer.serving(Pop3Script.oneAtATime(mails, Map.of(), deletions::add))) {
            try (Mailbox resting = mailbox(server.port(), Duration.ofMillis(300))) {
                List<ReceivedMail> all = resting.inbox().messages().toList();
                resting.inbox().delete(all.subList(0, 1));

                try (Mailbox other = mailbox(server.port())) {
                    Await.until("the other is let in", () -> isLetIn(other));
                }
                assertThat(deletions).isEmpty();
                assertThat(resting.inbox().messages().map(ReceivedMail::id)).containsExactly("id2");
                assertThat(resting.inbox().message("id2")).isPresent();
            }
            assertThat(deletions).containsExactly("DELE 1"); // whether it rested when it was closed or not
        }
    }

    private static boolean isLetIn(Mailbox mailbox) {
        try {
            return mailbox.inbox().status().messages() == 2;
        } catch (MailboxException e) {
            assertThat(e).hasMessageContaining("IN-USE");
            return false;
        }
    }

    @Test
    void aSessionIsKeptForTheNextCall() {
        AtomicInteger mails = new AtomicInteger(1);
        try (RawServer server = RawServer.serving(Pop3Script.oneAtATime(mails, Map.of(), deleted -> {}));
                Mailbox first = mailbox(server.port());
                Mailbox other = mailbox(server.port())) {
            assertThat(first.inbox().status().messages()).isEqualTo(1);

            MailboxException e = catchThrowableOfType(MailboxException.class, other.inbox()::status);

            assertThat(e.kind()).isEqualTo(Kind.CONNECTION);
            assertThat(e).hasMessageContaining("IN-USE");
        }
    }
}
