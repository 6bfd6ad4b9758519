package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that hang, lie, flood or talk nonsense: a clear error in bounded time and memory. */
@Timeout(60)
final class HostileServerTest {
    private static final long MAX_ALLOCATED = 400L * 1024 * 1024;
    private static final Duration SHORT = Duration.ofMillis(700);

    static Stream<HostileCase> imap() {
        List<HostileCase> all = new ArrayList<>();
        String hi = "* OK hi\r\n";
        all.add(new HostileCase("says nothing", "", Map.of(), Kind.CONNECTION, "within"));
        all.add(new HostileCase("says goodbye", "* BYE full\r\n", Map.of(), Kind.CONNECTION, "BYE full"));
        all.add(new HostileCase(
                "is no IMAP server", "220 smtp.example ESMTP\r\n", Map.of(), Kind.CONNECTION, "220 smtp"));
        all.add(new HostileCase(
                "has a greeting without end", "* OK " + "x".repeat(200_000), Map.of(), Kind.CONNECTION, "longer than"));
        all.add(new HostileCase(
                "hangs at the first command",
                hi,
                Map.of("CAPABILITY", Reply.say("")),
                Kind.CONNECTION,
                "no complete answer"));
        all.add(new HostileCase(
                "hangs at select", hi, Map.of("SELECT", Reply.say("* 3 EX")), Kind.CONNECTION, "no complete answer"));
        all.add(new HostileCase(
                "drips",
                hi,
                Map.of("SELECT", Reply.drip("* OK still here\r\n", 100)),
                Kind.CONNECTION,
                "no complete answer"));
        all.add(new HostileCase(
                "drips bytes", hi, Map.of("SELECT", Reply.drip("x", 100)), Kind.CONNECTION, "no complete answer"));
        all.add(new HostileCase("goes away", hi, Map.of("SELECT", RawPeer::close), Kind.CONNECTION, "select INBOX"));
        all.add(new HostileCase("resets", hi, Map.of("UID SEARCH", RawPeer::reset), Kind.CONNECTION, "search INBOX"));
        all.add(new HostileCase(
                "says goodbye in between",
                hi,
                Map.of("UID SEARCH", Reply.say("* BYE restart\r\n").andThen(RawPeer::close)),
                Kind.CONNECTION,
                "restart"));
        all.add(new HostileCase(
                "refuses",
                hi,
                Map.of("SELECT", Reply.say("# NO \u001b[31m no such box\r\n")),
                Kind.REFUSED,
                "no such box"));
        all.add(new HostileCase(
                "does not understand",
                hi,
                Map.of("UID SEARCH", Reply.say("# BAD what\r\n")),
                Kind.REFUSED,
                "BAD what"));
        all.add(new HostileCase(
                "has a line of 10 MB",
                hi,
                Map.of("SELECT", Reply.flood("x", 10_000_000)),
                Kind.PROTOCOL,
                "longer than 1048576 bytes"));
        all.add(new HostileCase(
                "has a tagged line of 10 MB",
                hi,
                Map.of("SELECT", Reply.say("# OK ").andThen(Reply.flood("x", 10_000_000))),
                Kind.PROTOCOL,
                "longer than 1048576 bytes"));
        all.add(new HostileCase(
                "floods with lines",
                hi,
                Map.of("SELECT", Reply.flood("* OK x\r\n", 1L << 30)),
                Kind.PROTOCOL,
                "larger than expected"));
        all.add(new HostileCase(
                "floods a search",
                hi,
                Map.of("UID SEARCH", Reply.say("* SEARCH").andThen(Reply.flood(" 123456", 1L << 30))),
                Kind.PROTOCOL,
                "longer than"));
        all.add(new HostileCase(
                "announces 2 GB",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH (UID 1 BODY[] {2147483647}\r\n")),
                Kind.PROTOCOL,
                "literal of 2147483647 bytes"));
        all.add(new HostileCase(
                "announces more than a long",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n")),
                Kind.PROTOCOL,
                "literal of"));
        all.add(new HostileCase(
                "sends less than announced",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH (UID 1 BODY[] {100}\r\nabc")),
                Kind.CONNECTION,
                "no complete answer"));
        all.add(new HostileCase(
                "sends less and goes",
                hi,
                Map.of(
                        "UID FETCH",
                        Reply.say("* 1 FETCH (UID 1 BODY[] {100}\r\nabc").andThen(RawPeer::close)),
                Kind.CONNECTION,
                "broke"));
        all.add(new HostileCase(
                "does not close brackets",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH (UID 1 FLAGS (\\Seen\r\n# OK done\r\n")),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new HostileCase(
                "sends a fetch of nothing",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH\r\n# OK done\r\n")),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new HostileCase(
                "sends unknown items",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH (UID 1 X-EVIL ((())))\r\n# OK done\r\n")),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new HostileCase(
                "has a date that is none",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH (UID 1 INTERNALDATE \"no date\")\r\n# OK done\r\n")),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new HostileCase(
                "nests deeper than a stack",
                hi,
                Map.of("UID FETCH", Reply.say("* 1 FETCH (BODYSTRUCTURE " + "(".repeat(900_000) + "\r\n# OK done\r\n")),
                Kind.PROTOCOL,
                "cannot be used"));
        return all.stream();
    }

    private static Mailbox plain(MailServer.Builder server, int port) {
        return plain(server, port, SHORT);
    }

    private static Mailbox plain(MailServer.Builder server, int port, Duration silence) {
        return Mailbox.builder(server.port(port).tls(MailServer.Tls.NONE).build())
                .connectTimeout(silence)
                .readTimeout(silence)
                .commandTimeout(silence.multipliedBy(4))
                .maxMailBytes(1_000_000)
                .build();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @ParameterizedTest
    @MethodSource("imap")
    void isSaidInBoundedTimeAndMemory(HostileCase each) {
        try (RawServer server = RawServer.serving(ImapScript.answering(each.greeting(), each.answers()));
                Mailbox mailbox = plain(MailServer.imap("127.0.0.1"), server.port(), each.silence())) {
            long before = allocated();
            long start = System.nanoTime();

            MailboxException e = catchThrowableOfType(
                    MailboxException.class, () -> mailbox.inbox().messages().forEach(ReceivedMail::raw));

            assertThat(e).as("it failed").isNotNull();
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(each.kind());
            assertThat(e).hasMessageContaining(each.said()).hasMessageContaining("127.0.0.1:" + server.port());
            assertThat(e.getMessage()).hasSizeLessThan(700).doesNotContain("\u001b");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
            assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
        }
    }

    @Test
    void whoGivesMoreThanTheSizeSaidIsStoppedAtTheLimit() {
        String head = "* 1 FETCH (UID 1 RFC822.SIZE 10 FLAGS () BODY[HEADER.FIELDS (X)] {2}\r\n\r\n)\r\n";
        String piece = "* 1 FETCH (UID 1 BODY[]<0> {1048576}\r\n" + "x".repeat(1 << 20) + ")\r\n";
        Consumer<RawPeer> fetch = peer -> {
            Reply.trySend(peer, served++ == 0 ? head : piece);
            Reply.trySend(peer, Reply.tag() + " OK\r\n");
        };
        served = 0;
        try (RawServer server = RawServer.serving(ImapScript.answering("* OK\r\n", Map.of("UID FETCH", fetch)));
                Mailbox mailbox = plain(MailServer.imap("127.0.0.1"), server.port())) {
            ReceivedMail mail = mailbox.inbox().messages().findFirst().orElseThrow();

            assertThat(catchThrowableOfType(MailboxException.class, mail::raw).kind())
                    .isEqualTo(Kind.TOO_LARGE);
        }
    }

    private static volatile int served;

    @Test
    void absurdCountsAndUidsCostNothing() {
        Map<String, Consumer<RawPeer>> answers = Map.of(
                "SELECT",
                peer -> Reply.trySend(
                        peer,
                        "* 4294967295 EXISTS\r\n* OK [UIDVALIDITY 9999999999999999999] x\r\n" + Reply.tag()
                                + " OK\r\n"),
                "UID SEARCH",
                peer -> Reply.trySend(
                        peer, "* SEARCH 4294967295 1 1 99999999999999999999 3\r\n" + Reply.tag() + " OK\r\n"));
        try (RawServer server = RawServer.serving(ImapScript.answering("* OK\r\n", answers));
                Mailbox mailbox = plain(MailServer.imap("127.0.0.1"), server.port())) {
            assertThat(mailbox.inbox().messages()).isEmpty();
        }
    }

    /** Answers the first commands, and reads nothing more. */
    private static Script deaf(CountDownLatch over, boolean tls) {
        Map<String, Consumer<RawPeer>> answers = Map.of("SELECT", peer -> {
            Reply.trySend(peer, ImapScript.usual("SELECT").replace("#", Reply.tag()));
            try {
                over.await(50, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return peer -> {
            RawPeer at = tls ? peer.acceptTls(Certificates.server("localhost").context()) : peer;
            ImapScript.play(at, "* OK\r\n", answers, line -> {});
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatStopsReadingIsGivenUp(boolean tls) {
        CountDownLatch over = new CountDownLatch(1);
        Query more = Query.text("x".repeat(32 * 1024 * 1024)); // than all buffers on the way hold
        try (RawServer server = RawServer.serving(deaf(over, tls))) {
            MailServer at =
                    Green.own(MailServer.imap("localhost"), server.port()).build();
            try (Mailbox mailbox = tls
                    ? Mailbox.builder(at).readTimeout(SHORT).build()
                    : plain(MailServer.imap("127.0.0.1"), server.port())) {
                long start = System.nanoTime();

                MailboxException e = catchThrowableOfType(
                        MailboxException.class, () -> mailbox.inbox().search(more));

                assertThat(e.kind()).isEqualTo(Kind.CONNECTION);
                assertThat(e).hasMessageContaining("search INBOX").hasMessageContaining("has taken nothing");
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
                assertThat(Thread.interrupted()).as("interrupted").isFalse();
            } finally {
                over.countDown();
            }
        }
    }

    @Test
    void aShortPieceIsNotTheEndOfAMail() throws IOException {
        String text = "Subject: x\r\n\r\n" + "0123456789".repeat(50);
        Script script = ImapScript.of(new AtomicInteger(), (connection, command) -> {
            if (command.startsWith("UID SEARCH")) {
                return "* SEARCH 1\r\n# OK done\r\n";
            }
            if (!command.startsWith("UID FETCH")) {
                return null;
            }
            if (command.contains("HEADER.FIELDS")) {
                return "* 1 FETCH (UID 1 RFC822.SIZE " + text.length()
                        + " FLAGS () BODY[HEADER.FIELDS (X)] {2}\r\n\r\n)\r\n# OK done\r\n";
            }
            int from = Integer.parseInt(command.replaceAll(".*<(\\d+)\\..*", "$1"));
            String piece = text.substring(from, Math.min(text.length(), from + 100));
            return "* 1 FETCH (UID 1 BODY[]<" + from + "> {" + piece.length() + "}\r\n" + piece + ")\r\n# OK done\r\n";
        });
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = plain(MailServer.imap("127.0.0.1"), server.port())) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            mailbox.inbox().messages().findFirst().orElseThrow().transferTo(out);
            assertThat(out).hasToString(text);
        }
    }
}
