package io.github.packetboat.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.net.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MailServerTest {
    private static final String SECRET = "s3cr3t-Wort";

    @ParameterizedTest
    @CsvSource({
        "smtps://mail.example.com,              SMTP, 465, IMPLICIT",
        "smtp://mail.example.com,               SMTP, 587, STARTTLS_REQUIRED",
        "smtp://mail.example.com?tls=if-offered,SMTP, 587, STARTTLS_IF_OFFERED",
        "smtp://mail.example.com:1025?tls=none, SMTP, 1025, NONE",
        "imaps://mail.example.com,              IMAP, 993, IMPLICIT",
        "imap://mail.example.com,               IMAP, 143, STARTTLS_REQUIRED",
        "pop3s://mail.example.com,              POP3, 995, IMPLICIT",
        "POP3://mail.example.com:1110,          POP3, 1110, STARTTLS_REQUIRED"
    })
    void theSchemeSaysProtocolPortAndTls(String uri, MailServer.Protocol protocol, int port, MailServer.Tls tls) {
        MailServer server = MailServer.of(uri);

        assertThat(server.host()).isEqualTo("mail.example.com");
        assertThat(server.protocol()).isEqualTo(protocol);
        assertThat(server.port()).isEqualTo(port);
        assertThat(server.tls()).isEqualTo(tls);
        assertThat(server.credentials()).isEmpty();
    }

    @Test
    void userAndPasswordOfAUriAreDecoded() {
        Credentials both = MailServer.of("smtps://me%40example.com:p%3A+%C3%A9@host")
                .credentials()
                .orElseThrow();
        Credentials apart =
                MailServer.of("smtps://me@host", SECRET).credentials().orElseThrow();

        assertThat(both.user()).isEqualTo("me@example.com");
        assertThat(both.secret()).isEqualTo("p:+é".toCharArray());
        assertThat(apart.user()).isEqualTo("me");
        assertThat(apart.secret()).isEqualTo(SECRET.toCharArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://host",
                "smtps://me:s3cr3t-Wort@",
                "smtps://me@host",
                "smtps://me:s3cr3t-Wort@host?tls=none",
                "smtp://me:s3cr3t-Wort@host?tls=none",
                "smtp://me:s3cr3t-Wort@host?tls=perhaps",
                "smtps://me:s3cr3t-Wort%0D%0A@host",
                "smtps://me:s3cr3t-Wort @host",
                "smtps://me:s3cr3t-Wort@host:70000",
                "smtps://me\r\n@host",
                "host"
            })
    void aBadUriIsRefusedAndItsPasswordIsNotShown(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailServer.of(uri))
                .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain(SECRET));
    }

    @Test
    void noTextShowsASecret() {
        MailServer server = MailServer.smtp("host")
                .credentials(Credentials.password("me", SECRET))
                .proxy(new Proxy(Proxy.Type.SOCKS, InetSocketAddress.createUnresolved("proxy", 1080)))
                .proxyCredentials(Credentials.password("me", SECRET))
                .build();

        assertThat(server.toString() + Credentials.token("me", () -> SECRET))
                .contains("me", "***", "proxy")
                .doesNotContain(SECRET);
    }

    @Test
    void tlsIsRequiredUnlessTheCallerSaysOtherwise() {
        assertThat(MailServer.smtp("host").build().tls()).isEqualTo(MailServer.Tls.IMPLICIT);
        assertThat(MailServer.smtp("host").port(587).build().tls()).isEqualTo(MailServer.Tls.STARTTLS_REQUIRED);
        assertThat(MailServer.smtp("host").port(465).build().tls()).isEqualTo(MailServer.Tls.IMPLICIT);
        assertThat(MailServer.imap("host")
                        .tls(MailServer.Tls.STARTTLS_REQUIRED)
                        .build()
                        .port())
                .isEqualTo(143);
    }

    @Test
    void credentialsInClearAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailServer.smtp("host")
                        .tls(MailServer.Tls.NONE)
                        .credentials(Credentials.password("me", SECRET))
                        .build())
                .withMessageContaining("credentials")
                .withMessageContaining("tls=NONE");
    }

    @Test
    void aHostInAnotherScriptBecomesAscii() {
        assertThat(MailServer.smtp("bücher.example").build().host()).isEqualTo("xn--bcher-kva.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\r\nRSET", "a\u0000", "\u760A"})
    void aHostThatCouldForgeACommandIsRefusedOrMadeAscii(String host) {
        if (host.equals("\u760A")) {
            assertThat(MailServer.smtp(host).build().host()).startsWith("xn--");
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MailServer.smtp("host").localName(host))
                    .withMessageContaining("localName");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MailServer.smtp(host))
                    .withMessageContaining("host");
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.packetboat.mail.MailProvider#all")
    void everyProviderHasServersWithTls(MailProvider provider) {
        Credentials me = Credentials.password("me", SECRET);

        assertThat(provider.smtp(me).tls()).isIn(MailServer.Tls.IMPLICIT, MailServer.Tls.STARTTLS_REQUIRED);
        assertThat(MailProvider.of(provider.name())).isSameAs(provider);
        provider.domains()
                .forEach(domain ->
                        assertThat(MailProvider.ofAddress("me@" + domain)).containsSame(provider));
        provider.imap(me).ifPresent(imap -> assertThat(imap.port()).isEqualTo(993));
        provider.pop3(me).ifPresent(pop3 -> assertThat(pop3.port()).isEqualTo(995));
    }

    @Test
    void aPresetIsAServerForSending() {
        MailServer server = MailServer.preset("126", "me@126.com", SECRET);

        assertThat(server.host()).isEqualTo("smtp.126.com");
        assertThat(server.port()).isEqualTo(465);
        assertThat(server.credentials().orElseThrow().user()).isEqualTo("me@126.com");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailServer.preset("1260", "me", SECRET))
                .withMessageContaining("126, 163");
    }

    @Test
    void aSecretWithALineEndIsRefusedWithoutShowingIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Credentials.password("me", SECRET + "\n"))
                .withMessageContaining("password")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Credentials.password("me\r", SECRET))
                .withMessageContaining("user");
    }
}
