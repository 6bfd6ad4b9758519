package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.Await;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A list asks for its next window while the present one is looked at, and nobody notices but by its speed. */
final class ImapListingTest {
    private static final int MAILS = 3 * ImapFetch.WINDOW - 300;

    private final List<String> heard = new CopyOnWriteArrayList<>();

    /** A folder of that many mails; {@code other} first says what else is answered, or null. */
    private Script folder(BiFunction<Integer, String, String> other) {
        return ImapScript.of(new AtomicInteger(), (connection, command) -> {
            heard.add(command);
            String said = other.apply(connection, command);
            if (said != null) {
                return said;
            }
            if (command.startsWith("UID SEARCH")) {
                return IntStream.rangeClosed(1, MAILS)
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" ", "* SEARCH ", "\r\n# OK done\r\n"));
            }
            return command.startsWith("UID FETCH") ? mails(command.split(" ")[2]) : null;
        });
    }

    private static String mails(String set) {
        String[] ends = set.split(":");
        return LongStream.rangeClosed(Long.parseLong(ends[0]), Long.parseLong(ends[1]))
                .mapToObj(uid -> "* " + uid + " FETCH (UID " + uid
                        + " FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {15}\r\nSubject: m" + (10000 + uid) + ")\r\n")
                .collect(Collectors.joining("", "", "# OK done\r\n"));
    }

    private static Mailbox mailbox(RawServer server) {
        return Mailbox.of(MailServer.imap("127.0.0.1")
                .port(server.port())
                .tls(MailServer.Tls.NONE)
                .build());
    }

    private List<String> fetches() {
        return heard.stream()
                .filter(command -> command.startsWith("UID FETCH"))
                .map(command -> command.split(" ")[2])
                .toList();
    }

    private static List<ReceivedMail> take(Iterator<ReceivedMail> mails, int count) {
        List<ReceivedMail> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(mails.next());
        }
        return taken;
    }

    private static void assertFrom(int first, List<ReceivedMail> mails) {
        assertThat(mails)
                .extracting(ReceivedMail::subject)
                .containsExactlyElementsOf(IntStream.range(first, first + mails.size())
                        .mapToObj(i -> "m" + (10000 + i))
                        .toList());
    }

    @Test
    void allComeInOrderWithOneQuestionForEachWindow() {
        try (RawServer server = RawServer.serving(folder((connection, command) -> null));
                Mailbox mailbox = mailbox(server)) {
            List<ReceivedMail> all = mailbox.inbox().messages().toList();
            assertThat(all).hasSize(MAILS);
            assertFrom(1, all);
            assertThat(fetches()).containsExactly("1:500", "501:1000", "1001:1200");
        }
    }

    @Test
    void theNewestComeFirst() {
        try (RawServer server = RawServer.serving(folder((connection, command) -> null));
                Mailbox mailbox = mailbox(server)) {
            List<ReceivedMail> newest =
                    new ArrayList<>(mailbox.inbox().newest(1100).toList());
            assertThat(fetches()).containsExactly("701:1200", "201:700", "101:200");
            Collections.reverse(newest);
            assertThat(newest).hasSize(1100);
            assertFrom(101, newest);
        }
    }

    @Test
    void whoReadsOnlyTheFirstWindowGetsNoMore() {
        try (RawServer server = RawServer.serving(folder((connection, command) -> null));
                Mailbox mailbox = mailbox(server)) {
            assertThat(mailbox.inbox().messages().limit(ImapFetch.WINDOW)).hasSize(ImapFetch.WINDOW);
            mailbox.inbox().expunge(); // the server has heard all before that
            assertThat(fetches()).containsExactly("1:500");
        }
    }

    @Test
    void theNextWindowIsAskedForBeforeThePresentOneIsLookedAt() {
        try (RawServer server = RawServer.serving(folder((connection, command) -> null));
                Mailbox mailbox = mailbox(server)) {
            Iterator<ReceivedMail> mails = mailbox.inbox().messages().iterator();
            take(mails, ImapFetch.WINDOW + 1);
            Await.until("the third was asked for", () -> fetches().contains("1001:1200"));
        }
    }

    @Test
    void otherCallsInBetweenDisturbNothing() {
        try (RawServer server = RawServer.serving(folder((connection, command) -> command.startsWith("STATUS")
                        ? "* STATUS INBOX (MESSAGES 9 UNSEEN 0 UIDNEXT 4 UIDVALIDITY 7)\r\n# OK done\r\n"
                        : null));
                Mailbox mailbox = mailbox(server)) {
            Iterator<ReceivedMail> mails = mailbox.inbox().messages().iterator();
            assertFrom(1, take(mails, ImapFetch.WINDOW + 1));
            assertThat(mailbox.inbox().status().messages()).isEqualTo(9);
            assertFrom(1, mailbox.folder("Other").messages().limit(10).toList());
            assertFrom(ImapFetch.WINDOW + 2, take(mails, MAILS - ImapFetch.WINDOW - 1));
            assertThat(mails.hasNext()).isFalse();
            assertThat(fetches()).containsExactly("1:500", "501:1000", "1001:1200", "1:500");
        }
    }

    @Test
    void whatBreaksMeanwhileIsToldToWhomItConcerns() {
        try (RawServer server = RawServer.serving(folder((connection, command) ->
                        connection == 1 && command.startsWith("UID FETCH 1001") ? ImapScript.CUT : null));
                Mailbox mailbox = mailbox(server)) {
            Iterator<ReceivedMail> mails = mailbox.inbox().messages().iterator();
            assertFrom(1, take(mails, 2 * ImapFetch.WINDOW));
            MailboxException e = catchThrowableOfType(MailboxException.class, mails::next);
            assertThat(e.kind()).isEqualTo(Kind.CONNECTION);
            assertThat(e).hasMessageContaining("list INBOX");

            Iterator<ReceivedMail> again = mailbox.inbox().messages().iterator();
            assertFrom(1, take(again, MAILS));
        }
    }

    @Test
    void aListGoesOnAfterACallThatFoundTheConnectionBroken() {
        try (RawServer server = RawServer.serving(folder((connection, command) ->
                        connection == 1 && command.startsWith("UID FETCH 1001") ? ImapScript.CUT : null));
                Mailbox mailbox = mailbox(server)) {
            Iterator<ReceivedMail> mails = mailbox.inbox().messages().iterator();
            assertFrom(1, take(mails, ImapFetch.WINDOW + 1));
            assertThat(catchThrowableOfType(MailboxException.class, mailbox.inbox()::expunge)
                            .kind())
                    .isEqualTo(Kind.CONNECTION);
            assertFrom(ImapFetch.WINDOW + 2, take(mails, MAILS - ImapFetch.WINDOW - 1));
        }
    }

    @Test
    void aRefusalFailsTheListAndNoOtherCall() {
        try (RawServer server = RawServer.serving(folder(
                        (connection, command) -> command.startsWith("UID FETCH 1001") ? "# NO busy\r\n" : null));
                Mailbox mailbox = mailbox(server)) {
            Iterator<ReceivedMail> mails = mailbox.inbox().messages().iterator();
            take(mails, ImapFetch.WINDOW + 1);
            mailbox.inbox().expunge();
            take(mails, ImapFetch.WINDOW - 1);
            MailboxException e = catchThrowableOfType(MailboxException.class, mails::next);
            assertThat(e.kind()).isEqualTo(Kind.REFUSED);
            assertThat(e).hasMessageContaining("NO busy");
        }
    }

    @Test
    void newUidsEndAList() {
        try (RawServer server = RawServer.serving(folder((connection, command) -> {
                    if (connection == 1) {
                        return command.equals("EXPUNGE") ? ImapScript.CUT : null;
                    }
                    return command.startsWith("SELECT") ? "* OK [UIDVALIDITY 8] x\r\n# OK done\r\n" : null;
                }));
                Mailbox mailbox = mailbox(server)) {
            Iterator<ReceivedMail> mails = mailbox.inbox().messages().iterator();
            take(mails, ImapFetch.WINDOW);
            catchThrowableOfType(MailboxException.class, mailbox.inbox()::expunge);
            MailboxException e = catchThrowableOfType(MailboxException.class, mails::next);
            assertThat(e.kind()).isEqualTo(Kind.GONE);
            assertThat(e).hasMessageContaining("UIDVALIDITY 8 instead of 7");
        }
    }
}
