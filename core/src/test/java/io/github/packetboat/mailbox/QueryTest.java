package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.mail.MailServer;
import io.github.packetboat.testkit.RawServer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** What a query says to an IMAP server, and that it finds the same on this side. */
final class QueryTest {
    private static final LocalDate DAY = LocalDate.of(2026, 2, 3);

    /** The command that the server gets, without its tag; literals are asked for. */
    private static String commandOf(Query query) {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (RawServer server = RawServer.serving(peer -> {
                    peer.send("* OK\r\n");
                    while (true) {
                        String line = peer.readLine();
                        String tag = line.substring(0, line.indexOf(' '));
                        while (line.endsWith("}")) {
                            peer.send("+ go on\r\n");
                            line += peer.readLine();
                        }
                        if (line.contains("UID SEARCH")) {
                            heard.add(line.substring(tag.length() + 1));
                        }
                        peer.send(line.contains("CAPABILITY") ? "* CAPABILITY IMAP4rev1\r\n" : "");
                        peer.send(tag + (line.contains("LOGOUT") ? " BAD stay\r\n" : " OK\r\n"));
                        if (line.contains("LOGOUT")) {
                            return;
                        }
                    }
                });
                Mailbox mailbox = Mailbox.of(MailServer.imap("127.0.0.1")
                        .port(server.port())
                        .tls(MailServer.Tls.NONE)
                        .build())) {
            assertThat(mailbox.inbox().search(query)).isEmpty();
        }
        return heard.remove();
    }

    @Test
    void whatTheServerGets() {
        assertThat(commandOf(Query.all())).isEqualTo("UID SEARCH ALL");
        assertThat(commandOf(Query.from("a \"b\" \\c"))).isEqualTo("UID SEARCH FROM \"a \\\"b\\\" \\\\c\"");
        assertThat(commandOf(Query.header("X-Spam", ""))).isEqualTo("UID SEARCH HEADER \"X-Spam\" \"\"");
        assertThat(commandOf(Query.since(DAY).and(Query.before(DAY.plusDays(30)))))
                .isEqualTo("UID SEARCH SINCE 3-Feb-2026 BEFORE 5-Mar-2026");
        assertThat(commandOf(Query.flag(Flag.SEEN).or(Query.flag(Flag.keyword("$Work")))))
                .isEqualTo("UID SEARCH OR SEEN KEYWORD $Work");
        assertThat(commandOf(Query.not(Query.larger(5).and(Query.smaller(4294967295L)))))
                .isEqualTo("UID SEARCH NOT (LARGER 5 SMALLER 4294967295)");
    }

    @Test
    void textBeyondAsciiIsUtf8InALiteral() {
        String text = "UID SEARCH CHARSET UTF-8 SUBJECT {6}你好";

        assertThat(commandOf(Query.subject("你好"))).isEqualTo(text);
        assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(text.length());
    }

    @Test
    void theSameIsFoundOnThisSide() {
        ReceivedMail mail = ReceivedMail.parse(MalformedMails.lines(
                "Date: Tue, 3 Feb 2026 10:00:00 +0000",
                "From: Bob <bob@test.local>",
                "Subject: =?utf-8?Q?Caf=C3=A9?=",
                "X-Spam: no",
                "",
                "Hello there"));
        List<Query> finds = List.of(
                Query.all(),
                Query.from("BOB@"),
                Query.subject("café"),
                Query.body("hello"),
                Query.text("bob"),
                Query.header("x-spam", "NO"),
                Query.header("X-Spam", ""),
                Query.since(DAY),
                Query.before(DAY.plusDays(1)),
                Query.larger(10),
                Query.smaller(10_000),
                Query.not(Query.flag(Flag.SEEN)),
                Query.subject("x").or(Query.from("bob")));

        assertThat(finds).allMatch(query -> query.matches(mail));
        assertThat(finds).noneMatch(query -> Query.not(query).matches(mail));
        assertThat(Query.since(DAY.plusDays(1)).matches(mail)).isFalse();
        assertThat(Query.before(DAY).matches(mail)).isFalse();
        assertThat(Query.body("bob").matches(mail)).isFalse();
    }

    @Test
    void whatCouldForgeACommandIsRefused() {
        assertThatThrownBy(() -> Query.from("a\r\nA1 LOGOUT")).hasMessageContaining("from holds CR");
        assertThatThrownBy(() -> Query.header("X: y", "z")).hasMessageContaining("header name");
        assertThatThrownBy(() -> Flag.keyword("a) b")).hasMessageContaining("index 1");
        assertThatThrownBy(() -> Flag.ofServer("\\Bad Flag").checkedName()).hasMessageContaining("cannot be written");
        Query deep = Query.all();
        for (int i = 0; i < 49; i++) {
            deep = Query.not(deep);
        }
        Query deepest = deep;
        assertThatThrownBy(() -> Query.not(deepest)).hasMessageContaining("deeper than 50");
    }
}
