package io.github.packetboat.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every example that ends by itself checks what it shows; here it is seen to have shown it. */
class ExamplesTest {
    private static List<String> run(String... args) throws Exception {
        return Terminal.outputOf(all -> assertThat(Examples.run(all)).isZero(), args);
    }

    @Test
    void withoutANameTheTourIsTaken() throws Exception {
        assertThat(run())
                .contains(
                        "   ann    hears  Server Say Hello To U",
                        "   cho    hears  ann: hello, everybody",
                        "   cho    hears  ben, to you alone: are you leaving already?",
                        "   ann    gets   =1 ann, ben, cho",
                        "   server notes  cho has left (PEER_CLOSED)",
                        "   ben    hears  (connection closed: CONNECTION_LOST)",
                        "   ann    hears  ben: here I am again",
                        "   ben    hears  (connection closed: PEER_CLOSED)",
                        "   sink   takes  ann@example.com: see you soon",
                        "   ann    reads  cho@example.com ACCEPTED 250 2.0.0 taken as 1",
                        "   eve    hears  are you there?",
                        "   fay    hears  hello, network",
                        "   fay    hears  hello, group")
                .last()
                .asString()
                .matches("All of this has just happened, over real sockets, in \\d+ ms: 4 connections, 20 messages\\.");
    }

    @Test
    void theTourIsTheSameEachTimeButForPortAndTime() throws Exception {
        assertThat(withoutNumbers(run("tour"))).isEqualTo(withoutNumbers(run("tour")));
    }

    private static List<String> withoutNumbers(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("port \\d+|\\d+ ms", "#"))
                .toList();
    }

    @Test
    void typedMessages() throws Exception {
        assertThat(String.join("\n", run("typed-messages")))
                .contains("  gets    Filled[id=1, quantity=10, price=99.50]")
                .contains("  gets    Refused[id=2, why=the price is 99.50]")
                .contains("Could not resolve type id 'java.lang.ProcessBuilder'")
                .contains("Cannot deserialize value of type `int` from String")
                .contains("Duplicate field 'quantity'");
    }

    @Test
    void requestResponse() throws Exception {
        assertThat(run("request-response"))
                .last()
                .isEqualTo("Stats[waiting=0, answered=1001, timedOut=1, failed=0, strayReplies=1]");
    }

    @Test
    void tls() throws Exception {
        assertThat(String.join("\n", run("tls")))
                .contains("TLSv1.3", "you said: nobody else can read this")
                .contains("refuses: the server's certificate is for localhost, not for")
                .contains("refuses: the server's certificate (CN=localhost) is self-signed and not trusted");
    }

    @Test
    void mutualTls() throws Exception {
        assertThat(String.join("\n", run("mutual-tls")))
                .contains("you are CN=ann")
                .contains("it wants a certificate, and none is set here")
                .contains("it does not accept our certificate");
    }

    @Test
    void sendMail() throws Exception {
        assertThat(String.join("\n", run("send-mail")))
                .contains("me@example.com to you@example.com, another@example.com, me@example.com: =?UTF-8?B?")
                .contains("   another@example.com ACCEPTED 250 2.0.0 taken as 1")
                .endsWith("sent through 127.0.0.1, attempts: 1");
    }

    @Test
    void signUpMail() throws Exception {
        assertThat(run("sign-up-mail")).last().isEqualTo("   accepted: true");
    }

    @Test
    void newsletter() throws Exception {
        assertThat(run("newsletter", "300")).last().isEqualTo("300 accepted, 0 failed");
    }

    @Test
    void springMail() throws Exception {
        assertThat(String.join("\n", run("spring-mail", "inbox", "watch", "pop3-against-imap")))
                .contains("you@example.com: simple", "you@example.com: rich")
                .endsWith("Spring has sent 2 mails through the protocol packetboat");
    }

    @Test
    void tlsLeavesNoFileBehind() throws Exception {
        Path made;
        try (Keytool keytool = new Keytool()) {
            made = keytool.identity("x", "dns:x").file();
            assertThat(made).exists();
        }
        assertThat(made.getParent()).doesNotExist();
    }

    @Test
    void reconnect() throws Exception {
        assertThat(run("reconnect"))
                .contains("client:   retains 400 bytes", "server:   received 101 to 200")
                .last()
                .isEqualTo("all in order, 200 of them at the second server");
    }

    @Test
    void discovery() throws Exception {
        assertThat(run("discovery"))
                .containsExactly(
                        "server:   is somewhere on this machine",
                        "client:   asked by broadcast, and was answered",
                        "client:   says hello, gets \"you said hello\"",
                        "client:   heard it announced by multicast",
                        "client:   says hello, gets \"you said hello\"");
        assertThat(Terminal.outputOf(args -> assertThat(Examples.run(args)).isEqualTo(1), "discovery", "sever"))
                .containsExactly("discovery: \"sever\" is no side: server or client");
    }

    @Test
    void inbox() throws Exception {
        assertThat(String.join("\n", run("inbox")))
                .contains("new   飞翔的代码 <alice@example.com>: 测试邮件 1")
                .contains("   你好，这是第 1 封。")
                .contains("   saved 报告.txt, 6 bytes")
                .contains("unread left: 0");
    }

    @Test
    void watch() throws Exception {
        // GreenMail may print stack traces of connections that end, before a line of ours or in front of it
        assertThat(String.join("\n", run("watch")))
                .containsSubsequence("   tells  connected", "   tells  new: 测试邮件 3", "5 mails sent, 5 told, each once");
    }

    @Test
    void pop3AgainstImap() throws Exception {
        assertThat(String.join("\n", run("pop3-against-imap")))
                .contains("   POP3   says   mark mails: POP3 only fetches and deletes; flags and folders need IMAP")
                .contains("   server says  INBOX holds 1, unread ")
                .contains("   server says  INBOX holds 0, unread 0; Archive holds 1, unread 0")
                .contains("   POP3   sees   0 mails");
    }

    @Test
    void anUnknownNameListsAll() throws Exception {
        List<String> lines =
                Terminal.outputOf(args -> assertThat(Examples.run(args)).isEqualTo(2), "tuor");
        assertThat(lines).first().isEqualTo("There is no example \"tuor\", but:");
        assertThat(lines).last().isEqualTo("To run one: mvn -q compile exec:java -Dexec.args=\"NAME ARGUMENTS\"");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("  "))
                .extracting(line -> line.strip().split(" ")[0])
                .containsExactly(
                        "tour",
                        "greeting-server",
                        "console-client",
                        "chat-server",
                        "typed-messages",
                        "request-response",
                        "tls",
                        "mutual-tls",
                        "reconnect",
                        "udp-receiver",
                        "udp-sender",
                        "udp-chat",
                        "discovery",
                        "mail-sink",
                        "send-mail",
                        "sign-up-mail",
                        "newsletter",
                        "spring-mail",
                        "inbox",
                        "watch",
                        "pop3-against-imap");
    }

    @Test
    void aFailureIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = String.valueOf(taken.getLocalPort());
            assertThat(Terminal.outputOf(args -> assertThat(Examples.run(args)).isEqualTo(1), "greeting-server", port))
                    .singleElement()
                    .asString()
                    .startsWith("greeting-server: cannot listen at ")
                    .contains(port);
        }
        assertThat(Terminal.outputOf(args -> assertThat(Examples.run(args)).isEqualTo(1), "chat-server", "http"))
                .containsExactly("not a number: For input string: \"http\"; usage: chat-server [PORT [WEB_PORT]]");
    }
}
