package io.github.packetboat.mailbox;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.message.TlsOptions;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Identity;

/** GreenMail with IMAP and POP3 over TLS, and a user {@code alice}. One thread at a time. */
final class Green implements AutoCloseable {
    static final String USER = "alice@test.local";
    static final String PASSWORD = "s3cret-of-alice";

    private final GreenMail server;

    private Green(GreenMail server) {
        this.server = server;
    }

    static Green start() {
        Identity identity = Certificates.server("localhost", "127.0.0.1");
        System.setProperty(
                "greenmail.tls.keystore.file", identity.keyStoreFile().toString());
        System.setProperty("greenmail.tls.keystore.password", Identity.PASSWORD);
        System.setProperty("greenmail.tls.key.password", Identity.PASSWORD);
        GreenMail server = new GreenMail(new ServerSetup[] {setup("imaps"), setup("pop3s")});
        server.start();
        server.setUser(USER, USER, PASSWORD);
        return new Green(server);
    }

    private static ServerSetup setup(String protocol) {
        ServerSetup setup = new ServerSetup(0, "127.0.0.1", protocol);
        setup.setServerStartupTimeout(20_000);
        return setup;
    }

    static TlsOptions trust() {
        return TlsOptions.builder().trust(Certificates.root().certificate()).build();
    }

    int imapPort() {
        return server.getImaps().getPort();
    }

    int pop3Port() {
        return server.getPop3s().getPort();
    }

    MailServer imap() {
        return imapAt(imapPort());
    }

    static MailServer imapAt(int port) {
        return MailServer.imap("127.0.0.1")
                .port(port)
                .tls(MailServer.Tls.IMPLICIT)
                .tlsOptions(trust())
                .credentials(Credentials.password(USER, PASSWORD))
                .build();
    }

    MailServer pop3() {
        return MailServer.pop3("127.0.0.1")
                .port(pop3Port())
                .tls(MailServer.Tls.IMPLICIT)
                .tlsOptions(trust())
                .credentials(Credentials.password(USER, PASSWORD))
                .build();
    }

    /** A server of a test's own, with our certificate for localhost, where alice logs in with {@code s3cret}. */
    static MailServer.Builder own(MailServer.Builder server, int port) {
        return server.port(port)
                .tls(MailServer.Tls.IMPLICIT)
                .tlsOptions(trust())
                .credentials(Credentials.password("alice", "s3cret"));
    }

    @Override
    public void close() {
        server.stop();
    }
}
