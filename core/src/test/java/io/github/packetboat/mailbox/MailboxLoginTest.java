package io.github.packetboat.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.MailboxException.Kind;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Identity;
import io.github.packetboat.testkit.RawPeer;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody who should not gets a password or token: TLS, certificates, mechanisms. */
final class MailboxLoginTest {
    private static final Duration SHORT = Duration.ofMillis(700);

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
                ImapScript.answering("* OK\r\n", Map.of()),
                "the server refuses STARTTLS",
                ImapScript.answering(
                        "* OK\r\n",
                        Map.of(
                                "STARTTLS",
                                peer -> Reply.trySend(peer, Reply.tag() + " NO\r\n"),
                                "CAPABILITY",
                                capability())),
                "bytes came in clear",
                ImapScript.answering(
                        "* OK\r\n",
                        Map.of(
                                "STARTTLS",
                                peer -> Reply.trySend(peer, Reply.tag() + " OK\r\n* OK [CAPABILITY X]\r\n"),
                                "CAPABILITY",
                                capability())));
        servers.forEach((said, script) -> {
            try (RawServer server = RawServer.serving(script)) {
                MailboxException e = refused(imap(server.port(), MailServer.Tls.STARTTLS_IF_OFFERED));
                assertThat(e).hasMessageContaining(said);
                assertThat(e.kind()).isEqualTo(Kind.TLS);
            }
        });
        try (RawServer server = RawServer.serving(ImapScript.answering("* PREAUTH welcome\r\n", Map.of()))) {
            assertThat(refused(imap(server.port(), MailServer.Tls.STARTTLS_REQUIRED)))
                    .hasMessageContaining("PREAUTH");
        }
    }

    private static Consumer<RawPeer> capability() {
        return peer -> Reply.trySend(peer, "* CAPABILITY IMAP4rev1 STARTTLS\r\n" + Reply.tag() + " OK\r\n");
    }

    @Test
    void certificatesOfOthersAreRefused() {
        Map<String, Identity> identities = Map.of(
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
                MailboxException e = refused(imap(server.port(), MailServer.Tls.IMPLICIT));
                assertThat(e).hasMessageContaining(said);
                assertThat(e.kind()).isEqualTo(Kind.TLS);
            }
        });
    }

    @Test
    void noTlsWhereItIsWantedIsSaid() {
        try (RawServer server = RawServer.serving(ImapScript.answering("* OK clear text here\r\n", Map.of()))) {
            MailboxException e = refused(imap(server.port(), MailServer.Tls.IMPLICIT));
            assertThat(e).hasMessageContaining("does not speak TLS");
        }
    }

    @Test
    void aServerThatQuotesThePasswordIsNotQuoted() {
        Script script = peer -> {
            RawPeer tls = peer.acceptTls(Certificates.server("localhost").context());
            ImapScript.answering(
                            "* OK\r\n",
                            Map.of(
                                    "LOGIN",
                                    quoted -> Reply.trySend(quoted, Reply.tag() + " NO bad password s3cret\r\n")))
                    .play(tls);
        };
        try (RawServer server = RawServer.serving(script)) {
            MailboxException e = refused(imap(server.port(), MailServer.Tls.IMPLICIT));
            assertThat(e.kind()).isEqualTo(Kind.LOGIN);
            assertThat(e).hasMessageContaining("bad password ***").hasMessageNotContaining("s3cret");
        }
    }

    private static MailServer imap(int port, MailServer.Tls tls) {
        return Green.own(MailServer.imap("localhost"), port).tls(tls).build();
    }

    /** Logs in twice, with a new token each time. */
    private static void logInTwice(MailServer.Builder server, int port) {
        int[] tokens = {0};
        MailServer at = Green.own(server, port)
                .credentials(Credentials.token("alice", () -> "token-" + ++tokens[0]))
                .build();
        assertThat(at.toString()).doesNotContain("token-");
        for (int i = 1; i <= 2; i++) {
            try (Mailbox mailbox =
                    Mailbox.builder(at).readTimeout(Duration.ofSeconds(5)).build()) {
                assertThat(mailbox.inbox().status().messages()).isPositive();
            }
        }
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static String xoauth2(int token) {
        return "user=alice\1auth=Bearer token-" + token + "\1\1";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTokenIsAskedForAtEachLoginAndSentAsXoauth2(boolean initialResponse) {
        List<String> heard = new CopyOnWriteArrayList<>();
        String capabilities = "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2" + (initialResponse ? " SASL-IR" : "");
        Map<String, Consumer<RawPeer>> answers = Map.of(
                "CAPABILITY",
                Reply.say(capabilities + "\r\n# OK\r\n"),
                "STATUS",
                Reply.say("* STATUS INBOX (MESSAGES 3 UNSEEN 0 UIDNEXT 4 UIDVALIDITY 7)\r\n# OK\r\n"),
                "AUTHENTICATE XOAUTH2",
                peer -> {
                    String tag = Reply.tag();
                    if (!initialResponse) {
                        peer.send("+ \r\n");
                        heard.add(decoded(peer.readLine()));
                    }
                    Reply.trySend(peer, tag + " OK\r\n");
                });
        Script script = peer -> ImapScript.play(
                peer.acceptTls(Certificates.server("localhost").context()), "* OK\r\n", answers, line -> {
                    if (line.contains("XOAUTH2 ")) {
                        heard.add(decoded(line.substring(line.lastIndexOf(' ') + 1)));
                    }
                });
        try (RawServer server = RawServer.serving(script)) {
            logInTwice(MailServer.imap("localhost"), server.port());
        }
        assertThat(heard).containsExactly(xoauth2(1), xoauth2(2));
    }

    private static Script pop3(String capabilities, List<String> heard, String answer) {
        return Pop3Script.answering(
                "+OK hi\r\n",
                Map.of(
                        "CAPA",
                        Reply.say("+OK\r\nUIDL\r\nTOP\r\nUSER\r\n" + capabilities + ".\r\n"),
                        "AUTH",
                        peer -> {
                            peer.send("+ \r\n"); // for what is not in the line of the command
                            heard.add(decoded(peer.readLine()));
                            peer.send(answer);
                            if (answer.startsWith("+ ")) {
                                peer.readLine(); // to which the answer is none, or anything
                                peer.send("-ERR [AUTH] t0ken has expired\r\n");
                            }
                        },
                        "USER",
                        peer -> {
                            heard.add("USER");
                            peer.send("-ERR\r\n");
                        }));
    }

    @Test
    void overPop3ATokenIsSentAsXoauth2AndNotAsAPassword() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (RawServer server = RawServer.serving(pop3("SASL PLAIN XOAUTH2\r\n", heard, "+OK\r\n"))) {
            logInTwice(MailServer.pop3("localhost"), server.port());
        }
        assertThat(heard).containsExactly(xoauth2(1), xoauth2(2));
    }

    @Test
    void overPop3ATokenThatIsRefusedIsSaidWithoutIt() {
        List<String> heard = new CopyOnWriteArrayList<>();
        String challenge = "+ "
                + Base64.getEncoder().encodeToString("{\"status\":\"400\"}".getBytes(StandardCharsets.UTF_8)) + "\r\n";
        try (RawServer server = RawServer.serving(pop3("SASL XOAUTH2\r\n", heard, challenge))) {
            MailboxException e = refused(token(server.port()));
            assertThat(e.kind()).isEqualTo(Kind.LOGIN);
            assertThat(e).hasMessageContaining("with a token").hasMessageContaining("has expired");
            assertThat(e).hasMessageNotContaining("t0ken");
        }
        assertThat(heard).containsExactly("user=alice\1auth=Bearer t0ken\1\1");
    }

    @Test
    void overPop3NobodyGetsATokenWhoDoesNotOfferXoauth2() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (RawServer server = RawServer.serving(pop3("SASL PLAIN LOGIN\r\n", heard, "+OK\r\n"))) {
            MailboxException e = refused(token(server.port()));
            assertThat(e.kind()).isEqualTo(Kind.LOGIN);
            assertThat(e).hasMessageContaining("does not offer XOAUTH2");
        }
        assertThat(heard).isEmpty();
    }

    private static MailServer token(int port) {
        return Green.own(MailServer.pop3("localhost"), port)
                .credentials(Credentials.token("alice", () -> "t0ken"))
                .build();
    }
}
