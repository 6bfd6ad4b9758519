package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.Backoff;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trouble with a server that passes, and what must not be lost or believed meanwhile. */
@Timeout(60)
final class HostileWatchTest {
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

    @Test
    void anEmptyFolderIsWatched() {
        WatchNotes notes = new WatchNotes();
        try (RawServer server = RawServer.serving(ImapScript.of(new AtomicInteger(), (connection, command) -> {
                    if (command.startsWith("SELECT")) {
                        return "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n# OK done\r\n";
                    }
                    if (command.startsWith("UID FETCH")) {
                        return "# BAD no such mail\r\n"; // as some servers say, where 1:* is nothing
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
        WatchNotes notes = new WatchNotes();
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(ImapScript.of(connections, (connection, command) -> {
                    if (connection == 1) {
                        return command.equals("IDLE")
                                ? "+ idling\r\n* 1 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
                                : command.equals("DONE") ? ImapScript.CUT : null;
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
        WatchNotes notes = new WatchNotes();
        AtomicInteger connections = new AtomicInteger();
        AtomicInteger searches = new AtomicInteger();
        // Mail 1 goes while there is no connection, and mail 3, which is the second then, during the search.
        try (RawServer server = RawServer.serving(ImapScript.of(connections, (connection, command) -> {
                    if (connection == 1) {
                        return command.equals("IDLE") ? ImapScript.CUT : null;
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
        WatchNotes notes = new WatchNotes();
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(ImapScript.of(connections, (connection, command) -> {
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
        try (RawServer server = RawServer.serving(ImapScript.of(
                        new AtomicInteger(),
                        (connection, command) ->
                                command.startsWith("SELECT") ? "# NO [NONEXISTENT] no such box\r\n" : null));
                Mailbox mailbox = plain(server.port());
                Watch watch = mailbox.inbox().watch(new WatchNotes())) {
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
                ImapScript.CUT
            })
    void aLoginThatFailsForNowIsTriedAgain(String said) {
        WatchNotes notes = new WatchNotes();
        AtomicInteger connections = new AtomicInteger();
        Script script = peer -> {
            RawPeer tls = peer.acceptTls(Certificates.server("localhost").context());
            ImapScript.play(
                    tls,
                    connections.incrementAndGet(),
                    (connection, command) -> connection <= 4 && command.startsWith("LOGIN") ? said : null);
        };
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = mailbox(
                        Green.own(MailServer.imap("localhost"), server.port()).build());
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
            ImapScript.play(
                    tls,
                    connections.incrementAndGet(),
                    (connection, command) -> command.startsWith("LOGIN") ? "# NO [AUTHENTICATIONFAILED] no\r\n" : null);
        };
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = mailbox(
                        Green.own(MailServer.imap("localhost"), server.port()).build());
                Watch watch = mailbox.inbox().watch(new WatchNotes())) {
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
            byte[] head = peer.readExactly(5);
            if (reset) {
                peer.reset();
            } else { // with nothing unread, so that it is an orderly end
                peer.readExactly((head[3] & 0xFF) << 8 | head[4] & 0xFF);
                peer.close();
            }
        };
        try (RawServer server = RawServer.serving(script);
                Mailbox mailbox = mailbox(
                        Green.own(MailServer.imap("localhost"), server.port()).build())) {
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
                Mailbox mailbox = Mailbox.builder(Green.own(MailServer.imap("localhost"), server.port())
                                .build())
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
    void whereIdleIsMissingTheFolderIsAskedFromTimeToTime() {
        WatchNotes notes = new WatchNotes();
        AtomicInteger last = new AtomicInteger(3);
        AtomicBoolean gone = new AtomicBoolean();
        List<String> heard = new CopyOnWriteArrayList<>();
        try (RawServer server = RawServer.serving(ImapScript.of(new AtomicInteger(), (connection, command) -> {
                    heard.add(command);
                    if (command.startsWith("CAPABILITY")) {
                        return "* CAPABILITY IMAP4rev1 UIDPLUS\r\n# OK done\r\n";
                    }
                    if (command.equals("NOOP") && gone.getAndSet(false)) {
                        return "* 1 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Flagged))\r\n# OK done\r\n";
                    }
                    if (command.startsWith("UID SEARCH UID")) {
                        return "* SEARCH " + last + "\r\n# OK done\r\n"; // of n:* the last is always one
                    }
                    return command.contains("HEADER.FIELDS")
                            ? "* 9 FETCH (UID " + last + " FLAGS () BODY[HEADER.FIELDS (X)] {2}\r\n\r\n)\r\n# OK\r\n"
                            : null;
                }));
                Mailbox mailbox = plain(server.port());
                Watch watch = mailbox.inbox().watch(notes)) {
            assertThat(notes.told.take()).isEqualTo("connected");
            last.set(4);
            assertThat(notes.told.take()).isEqualTo("new 7-4");
            last.set(5);
            assertThat(notes.told.take()).isEqualTo("new 7-5");
            gone.set(true);
            assertThat(notes.told.take()).isEqualTo("removed 7-1");
            assertThat(notes.told.take()).isEqualTo("flags 7-2 " + Set.of(Flag.FLAGGED));
            assertThat(heard).contains("NOOP").doesNotContain("IDLE");
            assertThat(watch.failure()).isEmpty();
            assertThat(notes.interruptions.all()).isEmpty();
        }
        notes.told.assertNothingMore();
    }
}
