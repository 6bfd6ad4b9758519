package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.mail.MailServer;
import io.github.packetboat.testkit.RawServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quotas, where the server offers them, and where it does not. */
final class QuotaTest {
    private static List<Quota> asked(String capabilities, String answer, List<String> heard) {
        try (RawServer server = RawServer.serving(ImapScript.of(new AtomicInteger(), (connection, command) -> {
                    heard.add(command);
                    if (command.startsWith("CAPABILITY")) {
                        return "* CAPABILITY IMAP4rev1 " + capabilities + "\r\n# OK done\r\n";
                    }
                    return command.startsWith("GETQUOTAROOT") ? answer + "# OK done\r\n" : null;
                }));
                Mailbox mailbox = Mailbox.of(MailServer.imap("127.0.0.1")
                        .port(server.port())
                        .tls(MailServer.Tls.NONE)
                        .build())) {
            return mailbox.inbox().quota();
        }
    }

    @Test
    void everyLimitOfEveryRootIsTold() {
        List<String> heard = new CopyOnWriteArrayList<>();

        List<Quota> quotas = asked("QUOTA", """
                * QUOTAROOT INBOX "" "shared box"\r
                * QUOTA "" (STORAGE 10 512 MESSAGE 3 1000)\r
                * 4 EXISTS\r
                * QUOTA "shared box" (STORAGE 4294967296 9007199254740992)\r
                * QUOTA empty ()\r
                """, heard);

        assertThat(quotas)
                .containsExactly(
                        new Quota("", "STORAGE", 10, 512),
                        new Quota("", "MESSAGE", 3, 1000),
                        new Quota("shared box", "STORAGE", 4294967296L, 9007199254740992L));
        assertThat(heard).anyMatch(command -> command.startsWith("GETQUOTAROOT"));
    }

    @Test
    void whereNoneAreOfferedNobodyAsks() {
        List<String> heard = new CopyOnWriteArrayList<>();

        assertThat(asked("IDLE", "", heard)).isEmpty();

        assertThat(heard).noneMatch(command -> command.startsWith("GETQUOTA"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* QUOTA \"\"\r\n",
                "* QUOTA \"\" (STORAGE\r\n",
                "* QUOTA \"\" (STORAGE many 5)\r\n",
                "* QUOTA \"\" (STORAGE 5)\r\n",
                "* QUOTA \"\" STORAGE 5 6\r\n",
                "* QUOTA\r\n"
            })
    void whatIsNoQuotaIsLeftOut(String answer) {
        String good = "* QUOTA rest (MESSAGE 1 2)\r\n";
        assertThat(asked("QUOTA", answer + good, new CopyOnWriteArrayList<>()))
                .containsExactly(new Quota("rest", "MESSAGE", 1, 2));
    }
}
