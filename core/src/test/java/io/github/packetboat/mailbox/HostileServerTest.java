package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that hang, lie, flood or talk nonsense: a clear error in bounded time and memory. */
@Timeout(60)
final class HostileServerTest {
    private static final long MAX_ALLOCATED = 400L * 1024 * 1024;
    private static final Duration SHORT = Duration.ofMillis(700);

    /** What the server does, and what must be said of it. {@code answers}: command to what is said; {@code #} is the tag. */
    record Case(String name, String greeting, Map<String, Consumer<RawPeer>> answers, Kind kind, String said) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Consumer<RawPeer> say(String text) {
        return peer -> trySend(peer, text);
    }

    /** Who is refused may hang up while it is being talked to. */
    private static void trySend(RawPeer peer, String text) {
        try {
            peer.send(text.contains("#") ? text.replace("#", TAG.get()) : text);
        } catch (AssertionError | RuntimeException e) {
            // it did
        }
    }

    private static Consumer<RawPeer> flood(String piece, long bytes) {
        String block = piece.repeat(Math.max(1, 65536 / piece.length()));
        return peer -> {
            try {
                for (long sent = 0; sent < bytes; sent += block.length()) {
                    peer.send(block);
                }
            } catch (AssertionError | RuntimeException e) {
                // it has hung up
            }
        };
    }

    private static Consumer<RawPeer> drip(String piece, int times) {
        return peer -> {
            try {
                for (int i = 0; i < times; i++) {
                    peer.send(piece);
                    java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                }
            } catch (AssertionError | RuntimeException e) {
                // it has hung up
            }
        };
    }

    private static final String SELECTED = "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 9] x\r\n";
    private static final String OK = "# OK done\r\n";

    static Stream<Case> imap() {
        List<Case> all = new ArrayList<>();
        String hi = "* OK hi\r\n";
        all.add(new Case("says nothing", "", Map.of(), Kind.CONNECTION, "within"));
        all.add(new Case("says goodbye", "* BYE full\r\n", Map.of(), Kind.CONNECTION, "BYE full"));
        all.add(new Case("is no IMAP server", "220 smtp.example ESMTP\r\n", Map.of(), Kind.CONNECTION, "220 smtp"));
        all.add(new Case(
                "has a greeting without end", "* OK " + "x".repeat(200_000), Map.of(), Kind.CONNECTION, "longer than"));
        all.add(new Case(
                "hangs at the first command",
                hi,
                Map.of("CAPABILITY", say("")),
                Kind.CONNECTION,
                "no complete answer"));
        all.add(new Case(
                "hangs at select", hi, Map.of("SELECT", say("* 3 EX")), Kind.CONNECTION, "no complete answer"));
        all.add(new Case(
                "drips",
                hi,
                Map.of("SELECT", drip("* OK still here\r\n", 100)),
                Kind.CONNECTION,
                "no complete answer"));
        all.add(new Case("drips bytes", hi, Map.of("SELECT", drip("x", 100)), Kind.CONNECTION, "no complete answer"));
        all.add(new Case("goes away", hi, Map.of("SELECT", RawPeer::close), Kind.CONNECTION, "select INBOX"));
        all.add(new Case("resets", hi, Map.of("UID SEARCH", RawPeer::reset), Kind.CONNECTION, "search INBOX"));
        all.add(new Case(
                "says goodbye in between",
                hi,
                Map.of("UID SEARCH", say("* BYE restart\r\n").andThen(RawPeer::close)),
                Kind.CONNECTION,
                "restart"));
        all.add(new Case(
                "refuses", hi, Map.of("SELECT", say("# NO \u001b[31m no such box\r\n")), Kind.REFUSED, "no such box"));
        all.add(new Case(
                "does not understand", hi, Map.of("UID SEARCH", say("# BAD what\r\n")), Kind.REFUSED, "BAD what"));
        all.add(new Case(
                "has a line of 10 MB",
                hi,
                Map.of("SELECT", flood("x", 10_000_000)),
                Kind.PROTOCOL,
                "longer than 1048576 bytes"));
        all.add(new Case(
                "has a tagged line of 10 MB",
                hi,
                Map.of("SELECT", say("# OK ").andThen(flood("x", 10_000_000))),
                Kind.PROTOCOL,
                "longer than 1048576 bytes"));
        all.add(new Case(
                "floods with lines",
                hi,
                Map.of("SELECT", flood("* OK x\r\n", 1L << 30)),
                Kind.PROTOCOL,
                "larger than expected"));
        all.add(new Case(
                "floods a search",
                hi,
                Map.of("UID SEARCH", say("* SEARCH").andThen(flood(" 123456", 1L << 30))),
                Kind.PROTOCOL,
                "longer than"));
        all.add(new Case(
                "announces 2 GB",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (UID 1 BODY[] {2147483647}\r\n")),
                Kind.PROTOCOL,
                "literal of 2147483647 bytes"));
        all.add(new Case(
                "announces more than a long",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n")),
                Kind.PROTOCOL,
                "literal of"));
        all.add(new Case(
                "sends less than announced",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (UID 1 BODY[] {100}\r\nabc")),
                Kind.CONNECTION,
                "no complete answer"));
        all.add(new Case(
                "sends less and goes",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (UID 1 BODY[] {100}\r\nabc").andThen(RawPeer::close)),
                Kind.CONNECTION,
                "broke"));
        all.add(new Case(
                "does not close brackets",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (UID 1 FLAGS (\\Seen\r\n" + OK)),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new Case(
                "sends a fetch of nothing",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH\r\n" + OK)),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new Case(
                "sends unknown items",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (UID 1 X-EVIL ((())))\r\n" + OK)),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new Case(
                "has a date that is none",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (UID 1 INTERNALDATE \"no date\")\r\n" + OK)),
                Kind.PROTOCOL,
                "cannot be used"));
        all.add(new Case(
                "nests deeper than a stack",
                hi,
                Map.of("UID FETCH", say("* 1 FETCH (BODYSTRUCTURE " + "(".repeat(900_000) + "\r\n" + OK)),
                Kind.PROTOCOL,
                "cannot be used"));
        return all.stream();
    }

    /** Answers as a server would, but where {@code answers} says otherwise. */
    private static Script imap(String greeting, Map<String, Consumer<RawPeer>> answers) {
        return peer -> {
            peer.send(greeting);
            try {
                while (true) {
                    String line = peer.readLine();
                    String tag = line.substring(0, line.indexOf(' '));
                    String command = line.substring(tag.length() + 1);
                    boolean answered = false;
                    for (Map.Entry<String, Consumer<RawPeer>> each : answers.entrySet()) {
                        if (command.startsWith(each.getKey())) {
                            each.getValue().accept(tagging(peer, tag));
                            answered = true;
                        }
                    }
                    if (!answered) {
                        peer.send(normal(command) + tag + " OK done\r\n");
                    }
                }
            } catch (AssertionError | RuntimeException e) {
                // the client has hung up, as it should
            }
        };
    }

    private static String normal(String command) {
        if (command.startsWith("CAPABILITY")) {
            return "* CAPABILITY IMAP4rev1 IDLE UIDPLUS\r\n";
        }
        if (command.startsWith("SELECT")) {
            return SELECTED;
        }
        return command.startsWith("UID SEARCH") ? "* SEARCH 1 2 3\r\n" : "";
    }

    private static final ThreadLocal<String> TAG = new ThreadLocal<>();

    /** The tag is known only now: {@link #say} puts it where a {@code #} is. */
    private static RawPeer tagging(RawPeer peer, String tag) {
        TAG.set(tag);
        return peer;
    }

    private static Mailbox plain(MailServer.Builder server, int port) {
        return Mailbox.builder(server.port(port).tls(MailServer.Tls.NONE).build())
                .connectTimeout(SHORT)
                .readTimeout(SHORT)
                .commandTimeout(Duration.ofSeconds(3))
                .maxMailBytes(1_000_000)
                .build();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @ParameterizedTest
    @MethodSource("imap")
    void isSaidInBoundedTimeAndMemory(Case each) {
        try (RawServer server = RawServer.serving(imap(each.greeting(), each.answers()));
                Mailbox mailbox = plain(MailServer.imap("127.0.0.1"), server.port())) {
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
            trySend(peer, served++ == 0 ? head : piece);
            trySend(peer, TAG.get() + " OK\r\n");
        };
        served = 0;
        try (RawServer server = RawServer.serving(imap("* OK\r\n", Map.of("UID FETCH", fetch)));
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
                peer -> trySend(
                        peer,
                        "* 4294967295 EXISTS\r\n* OK [UIDVALIDITY 9999999999999999999] x\r\n" + TAG.get() + " OK\r\n"),
                "UID SEARCH",
                peer -> trySend(peer, "* SEARCH 4294967295 1 1 99999999999999999999 3\r\n" + TAG.get() + " OK\r\n"));
        try (RawServer server = RawServer.serving(imap("* OK\r\n", answers));
                Mailbox mailbox = plain(MailServer.imap("127.0.0.1"), server.port())) {
            assertThat(mailbox.inbox().messages()).isEmpty();
        }
    }

    private static MailServer withLogin(MailServer.Builder server, int port, MailServer.Tls tls) {
        return server.port(port)
                .tls(tls)
                .tlsOptions(Green.trust())
                .credentials(Credentials.password("alice", "s3cret"))
                .build();
    }

    private static MailboxException refused(MailServer server) {
        try (Mailbox mailbox =
                Mailbox.builder(server).connectTimeout(SHORT).readTimeout(SHORT).build()) {
            return catchThrowableOfType(MailboxException.class, mailbox.inbox()::status);
        }
    }

    @Test
    void startTlsThatIsStrippedRefusedOrInjectedSendsNoPassword() {
        Map<String, Script> servers = Map.of(
                "nobody logs in in clear",
                imap("* OK\r\n", Map.of()),
                "the server refuses STARTTLS",
                imap(
                        "* OK\r\n",
                        Map.of("STARTTLS", peer -> trySend(peer, TAG.get() + " NO\r\n"), "CAPABILITY", capability())),
                "bytes came in clear",
                imap(
                        "* OK\r\n",
                        Map.of(
                                "STARTTLS",
                                peer -> trySend(peer, TAG.get() + " OK\r\n* OK [CAPABILITY X]\r\n"),
                                "CAPABILITY",
                                capability())));
        servers.forEach((said, script) -> {
            try (RawServer server = RawServer.serving(script)) {
                MailboxException e = refused(
                        withLogin(MailServer.imap("localhost"), server.port(), MailServer.Tls.STARTTLS_IF_OFFERED));
                assertThat(e).hasMessageContaining(said);
                assertThat(e.kind()).isEqualTo(Kind.TLS);
            }
        });
        try (RawServer server = RawServer.serving(imap("* PREAUTH welcome\r\n", Map.of()))) {
            assertThat(refused(
                            withLogin(MailServer.imap("localhost"), server.port(), MailServer.Tls.STARTTLS_REQUIRED)))
                    .hasMessageContaining("PREAUTH");
        }
    }

    private static Consumer<RawPeer> capability() {
        return peer -> trySend(peer, "* CAPABILITY IMAP4rev1 STARTTLS\r\n" + TAG.get() + " OK\r\n");
    }

    @Test
    void certificatesOfOthersAreRefused() {
        Map<String, io.github.packetboat.testkit.Identity> identities = Map.of(
                "is for other.example, not for localhost", Certificates.server("other.example"),
                "has no subject alternative name", Certificates.commonNameOnly("localhost"),
                "expired", Certificates.expired("localhost"),
                "unknown CA", Certificates.unknownAuthority("localhost"));
        identities.forEach((said, identity) -> {
            try (RawServer server = RawServer.serving(peer -> {
                try {
                    peer.acceptTls(identity.context());
                } catch (AssertionError | RuntimeException e) {
                    // it is refused
                }
            })) {
                MailboxException e =
                        refused(withLogin(MailServer.imap("localhost"), server.port(), MailServer.Tls.IMPLICIT));
                assertThat(e).hasMessageContaining(said);
                assertThat(e.kind()).isEqualTo(Kind.TLS);
            }
        });
    }

    @Test
    void noTlsWhereItIsWantedIsSaid() {
        try (RawServer server = RawServer.serving(imap("* OK clear text here\r\n", Map.of()))) {
            MailboxException e =
                    refused(withLogin(MailServer.imap("localhost"), server.port(), MailServer.Tls.IMPLICIT));
            assertThat(e).hasMessageContaining("does not speak TLS");
        }
    }

    @Test
    void aServerThatQuotesThePasswordIsNotQuoted() {
        Script script = peer -> {
            RawPeer tls = peer.acceptTls(Certificates.server("localhost").context());
            imap("* OK\r\n", Map.of("LOGIN", quoted -> trySend(quoted, TAG.get() + " NO bad password s3cret\r\n")))
                    .play(tls);
        };
        try (RawServer server = RawServer.serving(script)) {
            MailboxException e =
                    refused(withLogin(MailServer.imap("localhost"), server.port(), MailServer.Tls.IMPLICIT));
            assertThat(e.kind()).isEqualTo(Kind.LOGIN);
            assertThat(e).hasMessageContaining("bad password ***").hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void aTokenIsAskedForAtEachLoginAndSentAsXoauth2() {
        List<String> heard = new ArrayList<>();
        Script script = peer -> {
            RawPeer tls = peer.acceptTls(Certificates.server("localhost").context());
            imap(
                            "* OK\r\n",
                            Map.of(
                                    "CAPABILITY",
                                    quoted -> trySend(
                                            quoted, "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + TAG.get() + " OK\r\n"),
                                    "AUTHENTICATE XOAUTH2",
                                    quoted -> {
                                        String tag = TAG.get();
                                        quoted.send("+ \r\n");
                                        String line = quoted.readLine();
                                        synchronized (heard) {
                                            heard.add(new String(java.util.Base64.getDecoder()
                                                    .decode(line)));
                                        }
                                        trySend(quoted, tag + " OK\r\n");
                                    }))
                    .play(tls);
        };
        int[] tokens = {0};
        try (RawServer server = RawServer.serving(script)) {
            MailServer at = MailServer.imap("localhost")
                    .port(server.port())
                    .tlsOptions(Green.trust())
                    .credentials(Credentials.token("alice", () -> "token-" + ++tokens[0]))
                    .tls(MailServer.Tls.IMPLICIT)
                    .build();
            assertThat(at.toString()).doesNotContain("token-");
            for (int i = 1; i <= 2; i++) {
                try (Mailbox mailbox =
                        Mailbox.builder(at).readTimeout(Duration.ofSeconds(5)).build()) {
                    mailbox.folders();
                }
            }
        }
        assertThat(heard).containsExactly("user=alice\1auth=Bearer token-1\1\1", "user=alice\1auth=Bearer token-2\1\1");
    }

    static Stream<Case> pop3() {
        String hi = "+OK hi\r\n";
        return Stream.of(
                new Case("is busy", "-ERR busy\r\n", Map.of(), Kind.CONNECTION, "busy"),
                new Case("hangs at login", hi, Map.of("PASS", say("")), Kind.CONNECTION, "no complete answer"),
                new Case("refuses", hi, Map.of("PASS", say("-ERR s3cret is wrong\r\n")), Kind.LOGIN, "*** is wrong"),
                new Case(
                        "claims 2 thousand million mails",
                        hi,
                        Map.of("STAT", say("+OK 2147483647 1\r\n")),
                        Kind.PROTOCOL,
                        "2147483647"),
                new Case("counts nonsense", hi, Map.of("STAT", say("+OK many\r\n")), Kind.PROTOCOL, "many"),
                new Case(
                        "floods UIDL",
                        hi,
                        Map.of("UIDL", say("+OK\r\n").andThen(flood("1 x\r\n", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new Case(
                        "floods a status line",
                        hi,
                        Map.of("LIST", say("+OK ").andThen(flood("x", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new Case(
                        "floods a header",
                        hi,
                        Map.of("TOP", say("+OK\r\n").andThen(flood("X: y\r\n", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new Case(
                        "floods a mail",
                        hi,
                        Map.of("RETR", say("+OK\r\n").andThen(flood("x\r\n", 1L << 30))),
                        Kind.PROTOCOL,
                        "larger than expected"),
                new Case(
                        "hangs in a mail",
                        hi,
                        Map.of("RETR", say("+OK\r\nSubject: x\r\n")),
                        Kind.CONNECTION,
                        "no complete answer"),
                new Case(
                        "goes away in a mail",
                        hi,
                        Map.of("RETR", say("+OK\r\nSubject: x\r\n").andThen(RawPeer::close)),
                        Kind.CONNECTION,
                        "fetch a mail"));
    }

    private static Script pop3(String greeting, Map<String, Consumer<RawPeer>> answers) {
        Map<String, String> normal = Map.of(
                "CAPA", "+OK\r\nUIDL\r\nTOP\r\nUSER\r\n.\r\n",
                "STAT", "+OK 1 100\r\n",
                "UIDL", "+OK\r\n1 abc\r\n.\r\n",
                "LIST", "+OK\r\n1 100\r\n.\r\n",
                "TOP", "+OK\r\nSubject: x\r\n\r\n.\r\n");
        return plain -> {
            RawPeer peer = plain.acceptTls(Certificates.server("localhost").context());
            peer.send(greeting);
            try {
                while (true) {
                    String command = peer.readLine().split(" ")[0];
                    answers.getOrDefault(command, to -> to.send(normal.getOrDefault(command, "+OK\r\n")))
                            .accept(peer);
                }
            } catch (AssertionError | RuntimeException e) {
                // the client has hung up, as it should
            }
        };
    }

    @ParameterizedTest
    @MethodSource("pop3")
    void overPop3Too(Case each) {
        try (RawServer server = RawServer.serving(pop3(each.greeting(), each.answers()));
                Mailbox mailbox = Mailbox.builder(
                                withLogin(MailServer.pop3("localhost"), server.port(), MailServer.Tls.IMPLICIT))
                        .readTimeout(SHORT)
                        .commandTimeout(Duration.ofSeconds(20))
                        .maxMailBytes(1_000_000)
                        .build()) {
            long before = allocated();

            MailboxException e = catchThrowableOfType(
                    MailboxException.class, () -> mailbox.inbox().messages().forEach(ReceivedMail::raw));

            assertThat(e).as("it failed").isNotNull();
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(each.kind());
            assertThat(e).hasMessageContaining(each.said()).hasMessageNotContaining("s3cret");
            assertThat(allocated() - before).isLessThan(2 * MAX_ALLOCATED);
        }
    }
}
