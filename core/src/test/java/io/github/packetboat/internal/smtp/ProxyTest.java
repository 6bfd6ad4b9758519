package io.github.packetboat.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.RawServer;
import io.github.packetboat.testkit.Script;
import io.github.packetboat.testkit.Transcript;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server of these tests is proxy and mail server in one: what comes behind the proxy's go-ahead is the mail server. */
final class ProxyTest {
    private static final Login LOGIN = new Login("me", false, "s3cr3t"::toCharArray);
    private static final Script MAIL = Transcript.of("""
                    S: 220 mx
                    C: EHLO client.example
                    S: 250 mx
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
                    """).server(Transcript.Mode.WHOLE);

    private static Script bytes(String hex, boolean heard) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return peer -> {
            if (heard) {
                assertThat(peer.readExactly(bytes.length)).isEqualTo(bytes);
            } else {
                peer.sendSlowly(bytes);
            }
        };
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Post post(RawServer proxy, boolean socks, Login login, SmtpOptions.Security security) {
        return Post.to(2525)
                .through(socks, proxy.port(), login)
                .security(security)
                .open();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void throughSocks(boolean withLogin) {
        String target = "0e" + hex("mail.test.host") + "09dd";
        Script greeting = withLogin
                ? Script.of(
                        bytes("05 02 00 02", true),
                        bytes("05 02", false),
                        bytes("01 02" + hex("me") + "06" + hex("s3cr3t"), true),
                        bytes("01 00", false))
                : Script.of(bytes("05 01 00", true), bytes("05 00", false));
        try (RawServer proxy = RawServer.serving(
                        greeting,
                        bytes("05 01 00 03" + target, true),
                        bytes("05 00 00 01 7f000001 1234", false),
                        MAIL,
                        Script.untilEnd());
                Post post = post(proxy, true, withLogin ? LOGIN : null, SmtpOptions.Security.NONE)) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void throughHttp(boolean withLogin) {
        String login = "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString("me:s3cr3t".getBytes(StandardCharsets.US_ASCII)) + "\r\n";
        try (RawServer proxy = RawServer.serving(
                        Script.hear("CONNECT mail.test.host:2525 HTTP/1.1\r\nHost: mail.test.host:2525\r\n"
                                + (withLogin ? login : "") + "\r\n"),
                        Script.say("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"),
                        MAIL,
                        Script.untilEnd());
                Post post = post(proxy, false, withLogin ? LOGIN : null, SmtpOptions.Security.NONE)) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
        }
    }

    @Test
    void theCertificateBehindAProxyMustBeForTheServer() {
        try (RawServer proxy = RawServer.serving(
                        peer -> {
                            while (!peer.readLine().isEmpty()) {
                                continue;
                            }
                            peer.send("HTTP/1.0 200 ok\r\n\r\n");
                        },
                        peer -> peer.acceptTls(
                                Certificates.server("mail.test.host").context()),
                        MAIL,
                        Script.untilEnd());
                Post post = post(proxy, false, null, SmtpOptions.Security.IMPLICIT)) {
            assertThat(Post.codes(post.send("x\r\n", "b@y"))).containsExactly(250);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 407 login, please\r\n\r\n", "220 mx.example\r\n\r\n"})
    void aProxyThatRefusesSaysWhy(String answer) {
        try (RawServer proxy = RawServer.serving(Script.say(answer), Script.untilEnd());
                Post post = post(proxy, false, null, SmtpOptions.Security.NONE)) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_SENT);
            assertThat(outcome.failure()).hasMessageContaining(answer.strip());
        }
    }

    @Test
    void thePasswordForASocksProxyIsFetchedOffTheLoop() {
        AtomicBoolean onLoop = new AtomicBoolean(true);
        Login login = new Login("me", false, () -> {
            onLoop.set(SmtpPool.isOnLoop());
            return "s3cr3t".toCharArray();
        });
        try (RawServer proxy = RawServer.serving(
                        bytes("05 02 00 02", true),
                        bytes("05 02", false),
                        bytes("01 02" + hex("me") + "06" + hex("s3cr3t"), true),
                        bytes("01 01", false),
                        Script.untilEnd());
                Post post = post(proxy, true, login, SmtpOptions.Security.NONE)) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure()).hasMessageContaining("refuses the login");
            assertThat(outcome.failure().isTemporary()).isFalse();
            assertThat(onLoop).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"256, 1, user", "1, 256, password"})
    void aLoginThatSocksHasNoRoomForIsRefused(int user, int password, String what) {
        Login login = new Login("u".repeat(user), false, "p".repeat(password)::toCharArray);
        try (RawServer proxy = RawServer.serving(Script.untilEnd());
                Post post = post(proxy, true, login, SmtpOptions.Security.NONE)) {
            Outcome outcome = post.send("x\r\n", "b@y");

            assertThat(outcome.failure()).hasMessageContaining(what).hasMessageContaining("255");
            assertThat(outcome.failure().getMessage()).doesNotContain("pppp");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 502 bad gateway\r\n\r\n", "HTTP/1.0 503 busy\r\n\r\n"})
    void anHttpProxyThatDoesNotReachTheServerMayDoSoLater(String answer) {
        try (RawServer proxy = RawServer.serving(Script.say(answer), Script.untilEnd());
                Post post = post(proxy, false, null, SmtpOptions.Security.NONE)) {
            assertThat(post.send("x\r\n", "b@y").failure().kind()).isEqualTo(SmtpException.Kind.UNREACHABLE);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, PROTOCOL", "3, UNREACHABLE", "4, UNREACHABLE", "5, UNREACHABLE", "6, UNREACHABLE", "7, PROTOCOL"})
    void aSocksProxyThatDoesNotReachTheServerMayDoSoLater(int status, SmtpException.Kind kind) {
        try (RawServer proxy = RawServer.serving(
                        bytes("05 01 00", true),
                        bytes("05 00", false),
                        peer -> peer.readExactly(7 + "mail.test.host".length()),
                        bytes("05 0" + status + " 00 01 00000000 0000", false),
                        Script.untilEnd());
                Post post = post(proxy, true, null, SmtpOptions.Security.NONE)) {
            assertThat(post.send("x\r\n", "b@y").failure().kind()).isEqualTo(kind);
        }
    }
}
