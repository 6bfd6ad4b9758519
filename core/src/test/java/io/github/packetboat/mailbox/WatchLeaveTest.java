package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.mail.MailServer;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Recorder;
import io.github.packetboat.testkit.Script;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a watch that is closed takes leave of its server. */
@Timeout(60)
final class WatchLeaveTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Recorder<String> heard = new Recorder<>();
    private final Recorder<String> told = new Recorder<>();
    private final AtomicInteger mails = new AtomicInteger(1);

    /** A server that says what is usual, and to DONE only if it {@code answersDone}. */
    private Script imap(boolean answersDone) {
        return peer -> {
            try {
                peer.send("* OK hi\r\n");
                String idle = "";
                while (true) {
                    String line = peer.readLine();
                    boolean done = line.equals("DONE");
                    String tag = done ? idle : line.substring(0, line.indexOf(' '));
                    String command = done ? line : line.substring(tag.length() + 1);
                    heard.accept(command);
                    if (command.equals("IDLE")) {
                        idle = tag;
                        peer.send("+ idling\r\n");
                    } else if (!done || answersDone) {
                        answer(peer, tag, command);
                    }
                }
            } catch (AssertionError | RuntimeException e) {
                heard.accept("(gone)");
            }
        };
    }

    private void answer(RawPeer peer, String tag, String command) {
        if (command.startsWith("CAPABILITY")) {
            peer.send("* CAPABILITY IMAP4rev1 IDLE\r\n");
        } else if (command.startsWith("SELECT")) {
            peer.send("* " + mails + " EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT " + (mails.get() + 1)
                    + "] x\r\n");
        } else if (command.startsWith("UID SEARCH")) {
            peer.send("* SEARCH 1 2 3\r\n");
        } else if (command.startsWith("UID FETCH 2")) {
            peer.send("* 2 FETCH (UID 2 FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {2}\r\n\r\n)\r\n"
                    + "* 3 FETCH (UID 3 FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {2}\r\n\r\n)\r\n");
        } else if (command.startsWith("UID FETCH") || command.startsWith("FETCH")) {
            peer.send("* 1 FETCH (UID 1 FLAGS ())\r\n");
        } else if (command.startsWith("LOGOUT")) {
            peer.send("* BYE see you\r\n");
        }
        peer.send(tag + " OK done\r\n");
    }

    private static Mailbox mailbox(RawServer server) {
        return Mailbox.builder(MailServer.imap("127.0.0.1")
                        .port(server.port())
                        .tls(MailServer.Tls.NONE)
                        .build())
                .readTimeout(PATIENCE)
                .build();
    }

    @Test
    void whoWaitsSaysDoneAndGoodbye() {
        mails.set(3);
        try (RawServer server = RawServer.serving(imap(true));
                Mailbox mailbox = mailbox(server)) {
            try (Watch watch = mailbox.inbox().watch(mail -> told.accept(mail.id()))) {
                Await.until("IDLE", () -> heard.all().contains("IDLE"));
                assertThat(watch.failure()).isEmpty();
            }
            Await.until("the end", () -> heard.all().contains("(gone)"));
            assertThat(heard.all()).endsWith("IDLE", "DONE", "LOGOUT", "(gone)");
        }
    }

    @Test
    void whomTheServerDoesNotLetGoGoes() {
        mails.set(3);
        try (RawServer server = RawServer.serving(imap(false));
                Mailbox mailbox = mailbox(server)) {
            long start;
            try (Watch watch = mailbox.inbox().watch(mail -> told.accept(mail.id()))) {
                Await.until("IDLE", () -> heard.all().contains("IDLE"));
                assertThat(watch.failure()).isEmpty();
                start = System.nanoTime();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE.dividedBy(2));
            Await.until("the end", () -> heard.all().contains("(gone)"));
            assertThat(heard.all()).endsWith("IDLE", "DONE", "(gone)");
        }
    }

    @Test
    void nothingIsToldAfterTheCallThatIsUnderWay() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        try (RawServer server = RawServer.serving(imap(true));
                Mailbox mailbox = mailbox(server)) {
            Watch watch = mailbox.inbox()
                    .watch(
                            mail -> {
                                told.accept(mail.id());
                                awaitUninterrupted(closing);
                            },
                            Watermark.parse("imap:7:1"));
            assertThat(told.take()).isEqualTo("7-2");
            Thread closer = new Thread(watch::close);
            closer.start();
            while (closer.getState() != Thread.State.TIMED_WAITING && closer.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            closing.countDown();
            closer.join();
            told.assertNothingMore();
            assertThat(watch.watermark()).hasToString("imap:7:2");
            Await.until("the end", () -> heard.all().contains("(gone)"));
            assertThat(heard.all()).endsWith("LOGOUT", "(gone)");
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
