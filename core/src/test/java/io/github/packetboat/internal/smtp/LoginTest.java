package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import io.github.packetboat.testkit.Transcript;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** STARTTLS and AUTH: nothing secret in clear, nothing believed that came in clear. */
final class LoginTest {
    private static final String SECRET = "s3cr3t-Wort";
    private static final Login PASSWORD = new Login("me", false, SECRET::toCharArray);
    private static final Login TOKEN = new Login("me@x", true, SECRET::toCharArray);
    private static final String MAIL = """
            C: MAIL FROM:<a@x>
            S: 250 fine
            C: RCPT TO:<b@y>
            S: 250 fine
            C: DATA
            S: 354 go on
            C: x
            C: .
            S: 250 queued
            C: QUIT
            S: 221 bye
            """;

    private static Script play(String dialogue, Transcript.Mode mode) {
        return Transcript.of(dialogue).server(mode);
    }

    private static Script play(String dialogue) {
        return play(dialogue, Transcript.Mode.WHOLE);
    }

    private static Script tls() {
        return peer ->
                peer.acceptTls(Certificates.server("localhost", "127.0.0.1").context());
    }

    private static String hello(String... capabilities) {
        StringBuilder text = new StringBuilder("C: EHLO client.example\nS: 250-mx\n");
        for (String capability : capabilities) {
            text.append("S: 250-").append(capability).append('\n');
        }
        return text.append("S: 250 HELP\n").toString();
    }

    @ParameterizedTest
    @EnumSource
    void startTlsForgetsWhatWasSaidInClear(Transcript.Mode mode) {
        try (RawServer server = RawServer.serving(
                        play(
                                "S: 220 mx\n" + hello("STARTTLS", "PIPELINING", "AUTH LOGIN")
                                        + "C: STARTTLS\nS: 220 go\n",
                                mode),
                        tls(),
                        play(hello() + MAIL, mode), // without PIPELINING: one by one
                        Script.untilEnd());
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.REQUIRED)
                        .open()) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
            assertThat(post.events).first().isEqualTo("opened with TLS");
        }
    }

    @Test
    void tlsFromTheFirstByteOn() {
        try (RawServer server = RawServer.serving(tls(), play("S: 220 mx\n" + hello() + MAIL), Script.untilEnd());
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .open()) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
        }
    }

    @Test
    void whereTlsIsRequiredNothingIsSentWithout() {
        try (RawServer server = RawServer.serving(play("S: 220 mx\n" + hello("AUTH PLAIN")), peer -> {
                    assertThat(peer.readUntilEof()).isEmpty();
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.REQUIRED)
                        .login(PASSWORD)
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.TLS);
            assertThat(outcome.failure()).hasMessageContaining("does not offer STARTTLS");
        }
    }

    @Test
    void whatComesInClearBehindTheGoAheadEndsTheConnection() {
        try (RawServer server = RawServer.serving(play("S: 220 mx\n" + hello("STARTTLS") + "C: STARTTLS\n"), peer -> {
                    peer.send("220 go\r\n250-mx\r\n250 AUTH PLAIN\r\n");
                    peer.awaitEnd();
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.REQUIRED)
                        .login(PASSWORD)
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.PROTOCOL);
        }
    }

    @Test
    void nobodyLogsInInClear() {
        try (RawServer server = RawServer.serving(play("S: 220 mx\n" + hello("AUTH PLAIN")), peer -> {
                    assertThat(peer.readUntilEof()).isEmpty();
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IF_OFFERED)
                        .login(PASSWORD)
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure()).hasMessageContaining("not encrypted");
        }
    }

    @Test
    void aCertificateForAnotherHostIsRefused() {
        try (RawServer server = RawServer.serving(peer -> {
                    try {
                        peer.acceptTls(Certificates.server("elsewhere.example").context());
                    } catch (RuntimeException refused) {
                        // as it has to be
                    }
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.TLS);
            assertThat(outcome.failure().isTemporary()).isFalse();
        }
    }

    private static Outcome logIn(Login login, String offered, String dialogue, Post[] used) {
        try (RawServer server = RawServer.serving(
                        tls(), play("S: 220 mx\n" + hello("AUTH " + offered) + dialogue), Script.untilEnd());
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(login)
                        .open()) {
            used[0] = post;
            return post.send("x\r\n", "b@y");
        }
    }

    private static String base64(String text) {
        return java.util.Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void plainGoesInOneStepAndIsMasked() {
        Post[] used = new Post[1];
        Outcome outcome = logIn(
                PASSWORD,
                "LOGIN PLAIN",
                "C: AUTH PLAIN " + base64("\0me\0" + SECRET) + "\nS: 235 welcome\n" + MAIL,
                used);

        assertThat(Post.codes(outcome)).containsExactly(250);
        assertThat(used[0].lines)
                .contains("C: AUTH PLAIN ***")
                .noneMatch(line -> line.contains(base64("\0me\0" + SECRET)));
    }

    @Test
    void loginIsTheLastResort() {
        Post[] used = new Post[1];
        Outcome outcome = logIn(
                PASSWORD,
                "LOGIN",
                "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: " + base64("me") + "\nS: 334 UGFzc3dvcmQ6\nC: " + base64(SECRET)
                        + "\nS: 235 welcome\n" + MAIL,
                used);

        assertThat(Post.codes(outcome)).containsExactly(250);
        assertThat(used[0].lines).noneMatch(line -> line.contains(base64(SECRET)));
    }

    @Test
    void aMechanismThatTheServerDoesNotKnowAfterAllIsFollowedByTheNext() {
        Outcome outcome = logIn(
                PASSWORD,
                "PLAIN LOGIN",
                "C: AUTH PLAIN " + base64("\0me\0" + SECRET) + "\nS: 504 what\n"
                        + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: " + base64("me") + "\nS: 334 UGFzc3dvcmQ6\nC: "
                        + base64(SECRET) + "\nS: 235 welcome\n" + MAIL,
                new Post[1]);

        assertThat(Post.codes(outcome)).containsExactly(250);
    }

    @Test
    void aRefusedPasswordIsNotTriedAnotherWayAndIsInNoText() {
        Outcome outcome = logIn(
                PASSWORD,
                "PLAIN LOGIN",
                "C: AUTH PLAIN " + base64("\0me\0" + SECRET) + "\nS: 535 5.7.8 no\n",
                new Post[1]);

        assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.LOGIN);
        assertThat(outcome.failure().isTemporary()).isFalse();
        assertThat(outcome.failure().toString() + outcome.failure().getCause() + PASSWORD)
                .contains("535 5.7.8")
                .doesNotContain(SECRET, base64("\0me\0" + SECRET));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tokensGoByBearerOrXoauth2(boolean bearer) {
        String response = bearer
                ? base64("n,a=me@x,\1host=127.0.0.1\1port=PORT\1auth=Bearer " + SECRET + "\1\1")
                : base64("user=me@x\1auth=Bearer " + SECRET + "\1\1");
        try (RawServer server = RawServer.serving(tls(), peer -> {
                    play("S: 220 mx\n" + hello("AUTH PLAIN XOAUTH2" + (bearer ? " OAUTHBEARER" : "")))
                            .play(peer);
                    String line = peer.readLine();
                    int port = ((java.net.InetSocketAddress) peer.localAddress()).getPort();
                    String expected = bearer
                            ? "AUTH OAUTHBEARER "
                                    + base64("n,a=me@x,\1host=127.0.0.1\1port=" + port + "\1auth=Bearer " + SECRET
                                            + "\1\1")
                            : "AUTH XOAUTH2 " + response;
                    assertThat(line).isEqualTo(expected);
                    play("S: 235 welcome\n" + MAIL).play(peer);
                    peer.awaitEnd();
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(TOKEN)
                        .open()) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @CsvSource({"XOAUTH2, ''", "OAUTHBEARER, AQ=="})
    void aRefusedTokenIsAnsweredAndItsReasonTold(String mechanism, String answer) {
        try (RawServer server = RawServer.serving(tls(), peer -> {
                    play("S: 220 mx\n" + hello("AUTH " + mechanism)).play(peer);
                    peer.readLine();
                    play("S: 334 " + base64("{\"status\":\"401\"}") + "\nC: " + answer + "\nS: 535 5.7.8 no\n")
                            .play(peer);
                    peer.awaitEnd();
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(TOKEN)
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure())
                    .hasMessageContaining("{\"status\":\"401\"}")
                    .hasMessageContaining("535");
            assertThat(outcome.failure().getMessage()).doesNotContain(SECRET);
        }
    }

    @Test
    void aTokenIsAskedForAtEveryLogin() {
        AtomicInteger asked = new AtomicInteger();
        Supplier<char[]> supplier = () -> ("token" + asked.incrementAndGet()).toCharArray();
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.serving(tls(), peer -> {
                    String response = base64("user=me@x\1auth=Bearer token" + connections.incrementAndGet() + "\1\1");
                    play("S: 220 mx\n" + hello("AUTH XOAUTH2") + "C: AUTH XOAUTH2 " + response + "\nS: 235 welcome\n"
                                    + MAIL)
                            .play(peer);
                    peer.awaitEnd();
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(new Login("me@x", true, supplier))
                        .mailsPerConnection(1)
                        .open()) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void aSupplierThatFailsFailsTheMailAndNothingElse() {
        try (RawServer server = RawServer.serving(tls(), play("S: 220 mx\n" + hello("AUTH PLAIN")), Script.untilEnd());
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(new Login("me", false, () -> {
                            throw new IllegalStateException("the vault is shut");
                        }))
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.SECRET);
            assertThat(outcome.failure()).hasMessageContaining("the vault is shut");
        }
    }

    /** The example of RFC 7677 §3. */
    @Test
    void scramAnswersAsTheExampleOfTheRfc() throws Exception {
        Scram scram = new Scram("user", "pencil".getBytes(StandardCharsets.UTF_8), "rOprNGfwEbeRWgbNEkqO");

        assertThat(scram.clientFirst()).asString().isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        byte[] response =
                scram.answer("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(response)
                .asString()
                .isEqualTo("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(scram.isVerified()).isFalse();
        assertThat(scram.answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        assertThat(scram.isVerified()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
                "r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000",
                "r=nonceX,s=!,i=4096",
                "r=nonceX,i=4096",
                "m=x,r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                "",
                "nonsense"
            })
    void scramRefusesAServerThatDoesNotPlayByTheRules(String serverFirst) {
        Scram scram = new Scram("user", "pencil".getBytes(StandardCharsets.UTF_8), "nonce");

        assertThatThrownBy(() -> scram.answer(serverFirst.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(java.security.GeneralSecurityException.class);
    }

    @Test
    void aServerThatDoesNotProveThatItKnowsThePasswordIsNotBelieved() {
        try (RawServer server = RawServer.serving(tls(), peer -> {
                    play("S: 220 mx\n" + hello("AUTH SCRAM-SHA-256 PLAIN")).play(peer);
                    assertThat(peer.readLine()).startsWith("AUTH SCRAM-SHA-256 ");
                    peer.send("235 come in\r\n");
                    peer.awaitEnd();
                });
                Post post = Post.to(server.port())
                        .security(SmtpOptions.Security.IMPLICIT)
                        .login(PASSWORD)
                        .open()) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure().kind()).isEqualTo(SmtpException.Kind.LOGIN);
            assertThat(outcome.failure()).hasMessageContaining("did not prove");
        }
    }
}
