package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.Backoff;
import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Recorder;
import io.github.packetboat.testkit.Script;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trouble with a server that passes, and what must not be lost or believed meanwhile. */
@Timeout(60)
final class HostileWatchTest {
    /** An answer that ends the connection instead. */
    private static final String CUT = "cut";

    private static final String CAPABILITIES = "* CAPABILITY IMAP4rev1 IDLE UIDPLUS\r\n";

    /** {@code answer}: the number of the connection and the command, to what is said; # is the tag, and null is usual. */
    private static Script imap(AtomicInteger connections, BiFunction<Integer, String, String> answer) {
        return peer -> {
            int connection = connections.incrementAndGet();
            if (CUT.equals(answer.apply(connection, "CONNECT"))) {
                peer.reset();
                return;
            }
            play(peer, connection, answer);
        };
    }

    private static void play(RawPeer peer, int connection, BiFunction<Integer, String, String> answer) {
        try {
            peer.send("* OK hi\r\n");
            String idle = "";
            while (true) {
                String line = peer.readLine();
                boolean done = line.equals("DONE");
                String tag = done ? idle : line.substring(0, line.indexOf(' '));
                String command = done ? "DONE" : line.substring(tag.length() + 1);
                idle = command.equals("IDLE") ? tag : idle;
                String said = answer.apply(connection, command);
                if (CUT.equals(said)) {
                    peer.close();
                    return;
                }
                peer.send((said == null ? usual(command) : said).replace("#", tag));
                if (said != null && said.startsWith("* BYE")) {
                    peer.close();
                    return;
                }
            }
        } catch (AssertionError | RuntimeException e) {
            // the client has hung up
        }
    }

    private static String usual(String command) {
        if (command.equals("IDLE")) {
            return "+ idling\r\n";
        }
        String untagged = "";
        if (command.startsWith("CAPABILITY")) {
            untagged = CAPABILITIES;
        } else if (command.startsWith("SELECT")) {
            untagged = "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n";
        } else if (command.startsWith("UID SEARCH")) {
            untagged = "* SEARCH 1 2 3\r\n";
        } else if (command.startsWith("UID FETCH")) {
            untagged = "* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 FLAGS ())\r\n* 3 FETCH (UID 3 FLAGS ())\r\n";
        }
        return untagged + "# OK done\r\n";
    }

    private static Mailbox mailbox(MailServer server) {
        return Mailbox.builder(server)
                .connectTimeout(Duration.ofSeconds(5))
                .readTimeout(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(100))
                .reconnect(Backoff.exponential(Duration.ofMillis(20), Duration.ofMillis(50)))
                .build();
    }

    private static Mailbox plain(int port) {
        return mailbox(
                MailServer.imap("127.0.0.1").port(port).tls(MailServer.Tls.NONE).build());
    }

    private static MailServer withLogin(MailServer.Builder server, int port) {
        return server.port(port)
                .tls(MailServer.Tls.IMPLICIT)
                .tlsOptions(Green.trust())
                .credentials(Credentials.password("alice", "s3cret"))
                .build();
    }

    /** Writes down what a watch tells, but for the pauses. */
    private static class Notes implements MailboxListener {
        final Recorder<String> told = new Recorder<>();
        final Recorder<MailboxException> interruptions = new Recorder<>();

        @Override
        public void onNew(ReceivedMail mail) {
            told.accept("new " + mail.id());
        }

        @Override
        public void onRemoved(String id) {
            told.accept("removed " + id);
        }

        @Override
        public void onFlagsChanged(String id, Set<Flag> flags) {
            told.accept("flags " + id + " " + flags);
        }

        @Override
        public void onInterrupted(MailboxException reason, Duration retryIn) {
            interruptions.accept(reason);
        }

        @Override
        public void onConnected() {
            told.accept("connected");
        }
    }

    @Test
    void anEmptyFolderIsWatched() {
        Notes notes = new Notes();
        try (RawServer server = RawServer.serving(imap(new AtomicInteger(), (connection, command) -> {
                    if (command.startsWith("SELECT")) {
                        return "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n# OK done\r\n";
                    }
                    return command.startsWith("UID SEARCH") ? "* SEARCH\r\n# OK done\r\n" : null;
                }));
                Mailbox mailbox = plain(server.port());
                Watch watch = mailbox.inbox().watch(notes)) {
            assertThat(notes.told.take()).isEqualTo("connected");
            assertThat(watch.failure()).isEmpty();
        }
    }

    @Test
    void whatWasHeardBeforeACutIsToldAfterIt() {
        Notes notes = new Notes();
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(imap(connections, (connection, command) -> {
                    if (connection == 1) {
                        return command.equals("IDLE")
                                ? "+ idling\r\n* 1 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
                                : command.equals("DONE") ? CUT : null;
                    }
                    if (command.startsWith("UID FETCH")) {
                        return "* 1 FETCH (UID 2 FLAGS (\\Seen))\r\n* 2 FETCH (UID 3 FLAGS ())\r\n# OK done\r\n";
                    }
                    return command.startsWith("UID SEARCH") ? "* SEARCH 2 3\r\n# OK done\r\n" : null;
                }));
                Mailbox mailbox = plain(server.port());
                Watch watch = mailbox.inbox().watch(notes)) {
            assertThat(notes.told.await(4))
                    .containsExactly("connected", "removed 7-1", "flags 7-2 " + Set.of(Flag.SEEN), "connected");
            assertThat(watch.failure()).isEmpty();
        }
    }

    @Test
    void whatGoesDuringTheLookAfterACutIsNotTakenForAnother() {
        Notes notes = new Notes();
        AtomicInteger connections = new AtomicInteger();
        AtomicInteger searches = new AtomicInteger();
        // Mail 1 goes while there is no connection, and mail 3, which is the second then, during the search.
        try (RawServer server = RawServer.serving(imap(connections, (connection, command) -> {
                    if (connection == 1) {
                        return command.equals("IDLE") ? CUT : null;
                    }
                    if (command.startsWith("UID SEARCH")) {
                        return searches.incrementAndGet() == 1
                                ? "* SEARCH 2 3\r\n* 2 EXPUNGE\r\n# OK done\r\n"
                                : "* SEARCH 2\r\n# OK done\r\n";
                    }
                    return command.startsWith("UID FETCH") ? "* 1 FETCH (UID 2 FLAGS ())\r\n# OK done\r\n" : null;
                }));
                Mailbox mailbox = plain(server.port());
                Watch watch = mailbox.inbox().watch(notes)) {
            assertThat(notes.told.await(4)).containsExactly("connected", "removed 7-1", "removed 7-3", "connected");
            assertThat(watch.failure()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT:# NO [SERVERBUG] try again\r\n",
                "SELECT:# BAD not now\r\n",
                "UID SEARCH:# NO busy\r\n",
                "UID FETCH:# NO busy\r\n",
                "NOOP:# BAD busy\r\n",
                "CONNECT:cut"
            })
    void troubleThatPassesDoesNotEndAWatch(String trouble) {
        String at = trouble.substring(0, trouble.indexOf(':'));
        String said = trouble.substring(at.length() + 1);
        Notes notes = new Notes();
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(imap(connections, (connection, command) -> {
                    if (command.equals("IDLE")) {
                        return "+ idling\r\n* OK awake\r\n";
                    }
                    if (command.equals("DONE")) {
                        return "# OK done\r\n";
                    }
                    return connection <= 4 && command.startsWith(at) ? said : null;
                }));
                Mailbox mailbox = plain(server.port());
                Watch watch = mailbox.inbox().watch(notes)) {
            notes.interruptions.await(4);
            assertThat(notes.told.take()).isEqualTo("connected");
            assertThat(watch.failure()).isEmpty();
        }
    }

    @Test
    void aFolderThatIsNotThereEndsAWatch() throws InterruptedException {
        try (RawServer server = RawServer.serving(imap(
                        new AtomicInteger(),
                        (connection, command) ->
                                command.startsWith("SELECT") ? "# NO [NONEXISTENT] no such box\r\n" : null));
                Mailbox mailbox = plain(server.port());
                Watch watch = mailbox.inbox().watch(new Notes())) {
            watch.awaitEnd();
            assertThat(watch.failure())
                    .hasValueSatisfying(
                            e -> assertThat(((MailboxException) e).kind()).isEqualTo(Kind.GONE));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# NO [UNAVAILABLE] later\r\n",
                "# NO [LIMIT] too many connections\r\n",
                "# NO [INUSE] locked\r\n",
                "* BYE s3cret cannot be looked up now\r\n",
                CUT
            })
    void aLoginThatFailsForNowIsTriedAgain(String said) {
        Notes notes = new Notes();
        AtomicInteger connections = new AtomicInteger();
        Script script = peer -> {
            RawPeer tls = peer.acceptTls(Certificates.server("localhost").context());
            play(
                    tls,
                    connections.incrementAndGet(),
                    (connection, command) -> connection <= 4 && command.startsWith("LOGIN") ? said : null);
        };
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = mailbox(withLogin(MailServer.imap("localhost"), server.port()));
                Watch watch = mailbox.inbox().watch(notes)) {
            assertThat(notes.interruptions.await(4)).allSatisfy(e -> {
                assertThat(e.kind()).isEqualTo(Kind.CONNECTION);
                assertThat(e).hasMessageNotContaining("s3cret");
            });
            assertThat(notes.told.take()).isEqualTo("connected");
            assertThat(watch.failure()).isEmpty();
        }
    }

    @Test
    void wrongCredentialsEndAWatchAtTheThirdTime() throws InterruptedException {
        AtomicInteger connections = new AtomicInteger();
        Script script = peer -> {
            RawPeer tls = peer.acceptTls(Certificates.server("localhost").context());
            play(
                    tls,
                    connections.incrementAndGet(),
                    (connection, command) -> command.startsWith("LOGIN") ? "# NO [AUTHENTICATIONFAILED] no\r\n" : null);
        };
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = mailbox(withLogin(MailServer.imap("localhost"), server.port()));
                Watch watch = mailbox.inbox().watch(new Notes())) {
            watch.awaitEnd();
            assertThat(watch.failure())
                    .hasValueSatisfying(
                            e -> assertThat(((MailboxException) e).kind()).isEqualTo(Kind.LOGIN));
        }
        assertThat(connections).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatBreaksInTheHandshakeIsNoFailureOfTls(boolean reset) {
        Script script = peer -> {
            peer.readExactly(20);
            if (reset) {
                peer.reset();
            } else {
                peer.close();
            }
        };
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = mailbox(withLogin(MailServer.imap("localhost"), server.port()))) {
            MailboxException e = catchThrowableOfType(MailboxException.class, mailbox.inbox()::status);
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.CONNECTION);
        }
    }

    @Test
    void aHandshakeThatDripsEndsInTime() {
        Script script = peer -> {
            try {
                peer.readExactly(20);
                peer.send(new byte[] {22, 3, 3, 63, 0});
                for (int i = 0; i < 150; i++) {
                    peer.send(new byte[] {2});
                    java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                }
            } catch (AssertionError | RuntimeException e) {
                // it has hung up
            }
        };
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = Mailbox.builder(withLogin(MailServer.imap("localhost"), server.port()))
                        .connectTimeout(Duration.ofMillis(700))
                        .build()) {
            long start = System.nanoTime();
            MailboxException e = catchThrowableOfType(MailboxException.class, mailbox.inbox()::status);
            assertThat(e.kind()).isEqualTo(Kind.CONNECTION);
            assertThat(e).hasMessageContaining("no greeting or TLS handshake within");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void aShortPieceIsNotTheEndOfAMail() throws IOException {
        String text = "Subject: x\r\n\r\n" + "0123456789".repeat(50);
        Script script = imap(new AtomicInteger(), (connection, command) -> {
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
                Mailbox mailbox = plain(server.port())) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            mailbox.inbox().messages().findFirst().orElseThrow().transferTo(out);
            assertThat(out).hasToString(text);
        }
    }

    /** A maildrop that lets in one at a time (RFC 1939 §4); {@code answers} instead of what is usual. */
    private static Script pop3(AtomicInteger mails, Map<String, String> answers) {
        AtomicBoolean locked = new AtomicBoolean();
        return plain -> {
            RawPeer peer = plain.acceptTls(Certificates.server("localhost").context());
            boolean mine = false;
            try {
                peer.send("+OK hi\r\n");
                String command = "";
                while (!command.equals("QUIT")) {
                    String line = peer.readLine();
                    command = line.split(" ")[0];
                    if (command.equals("PASS")) {
                        mine = locked.compareAndSet(false, true);
                        peer.send(mine ? "+OK\r\n" : "-ERR [IN-USE] locked\r\n");
                    } else {
                        if (command.equals("QUIT") && mine) {
                            locked.set(false);
                            mine = false;
                        }
                        String said = answers.get(line);
                        peer.send(said == null ? usual(command, mails.get()) : said);
                    }
                }
            } catch (AssertionError | RuntimeException e) {
                // the client has hung up
            } finally {
                if (mine) {
                    locked.set(false);
                }
            }
        };
    }

    private static String usual(String command, int mails) {
        return switch (command) {
            case "CAPA" -> "+OK\r\nUIDL\r\nTOP\r\nUSER\r\n.\r\n";
            case "STAT" -> "+OK " + mails + " 100\r\n";
            case "UIDL" -> list(mails, "id");
            case "LIST" -> list(mails, "10");
            case "TOP", "RETR" -> "+OK\r\nSubject: x\r\n\r\n.\r\n";
            default -> "+OK\r\n";
        };
    }

    private static String list(int mails, String what) {
        return IntStream.rangeClosed(1, mails)
                .mapToObj(i -> i + " " + what + i + "\r\n")
                .collect(Collectors.joining("", "+OK\r\n", ".\r\n"));
    }

    @Test
    void theListenerMayUseAMailboxThatLetsInOneAtATime() {
        AtomicInteger mails = new AtomicInteger();
        Notes notes = new Notes() {
            @Override
            public void onNew(ReceivedMail mail) {
                told.accept(mail.id() + " of " + mail.raw().length);
            }
        };
        try (RawServer server = RawServer.serving(pop3(mails, Map.of()));
                Mailbox mailbox = mailbox(withLogin(MailServer.pop3("localhost"), server.port()));
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
        Notes notes = new Notes();
        try (RawServer server = RawServer.serving(pop3(mails, Map.of()));
                Mailbox mailbox = mailbox(withLogin(MailServer.pop3("localhost"), server.port()))) {
            Mailbox other = mailbox(withLogin(MailServer.pop3("localhost"), server.port()));
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
        try (RawServer server = RawServer.serving(pop3(new AtomicInteger(2), Map.of(parts[0], parts[1] + "\r\n")))) {
            Mailbox mailbox = mailbox(withLogin(MailServer.pop3("localhost"), server.port()));
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
    void aFileNameAsLongAsAHeaderCostsLittle() {
        String name = "x".repeat(4_000_000);
        assertThat(SafeName.of(name + ".pdf", "?")).isEqualTo("x".repeat(196) + ".pdf");
        assertThat(SafeName.of("𝄞".repeat(1_000_000), "?")).isEqualTo("𝄞".repeat(50));
    }

    @Test
    void anAddressAsLongAsAHeaderCostsLittle() {
        String local = "x".repeat(4_000_000);
        List<ReceivedAddress> found = AddressField.parse(
                "\"a > b\" <" + local + "@b.example> c, <\">\"@d>",
                java.nio.charset.StandardCharsets.UTF_8,
                new Defects());
        assertThat(found).first().satisfies(address -> {
            assertThat(address.address()).isEqualTo(local + "@b.example");
            assertThat(address.name()).isEqualTo("a > b  c");
        });
    }
}
