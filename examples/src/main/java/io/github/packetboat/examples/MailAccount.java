package io.github.packetboat.examples;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.github.packetboat.mail.Attachment;
import io.github.packetboat.mail.Credentials;
import io.github.packetboat.mail.Mail;
import io.github.packetboat.mail.MailServer;
import io.github.packetboat.mailbox.Mailbox;
import io.github.packetboat.message.TlsOptions;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;

/**
 * The account whose mail the examples read: the one that the environment names, or one on a server within this JVM, over TLS
 * with a certificate made on the spot.
 *
 * <pre>
 * export IMAP_URI=imaps://me%40126.com:CODE@imap.126.com
 * </pre>
 */
final class MailAccount implements AutoCloseable {
    private static final String USER = "alice@example.com";
    private static final String PASSWORD = "secret-of-alice";

    private static X509Certificate certificate; // guarded by the class

    private final MailServer imap;
    private final MailServer pop3;
    private final GreenMail own;

    private MailAccount(MailServer imap, MailServer pop3, GreenMail own) {
        this.imap = imap;
        this.pop3 = pop3;
        this.own = own;
    }

    /** The account of the environment if there is one, else one of its own with {@code mails} mails. */
    static MailAccount open(int mails) throws Exception {
        String uri = System.getenv("IMAP_URI");
        return uri == null ? own(mails) : new MailAccount(MailServer.of(uri), null, null);
    }

    /** One of its own: some examples change things. */
    static MailAccount own(int mails) throws Exception {
        GreenMail server = new GreenMail(
                new ServerSetup[] {new ServerSetup(0, "localhost", "imaps"), new ServerSetup(0, "localhost", "pop3s")});
        TlsOptions trust = start(server);
        server.setUser(USER, USER, PASSWORD);
        MailAccount account = new MailAccount(
                with(MailServer.imap("localhost"), server.getImaps().getPort(), trust),
                with(MailServer.pop3("localhost"), server.getPop3s().getPort(), trust),
                server);
        account.receive(1, mails);
        return account;
    }

    /** Starts it and returns what trusts it. The JDK keeps the first certificate for all servers of this JVM: so do we. */
    private static synchronized TlsOptions start(GreenMail server) throws Exception {
        if (certificate != null) {
            server.start();
        } else {
            try (Keytool keytool = new Keytool()) {
                Keytool.Identity identity = keytool.identity("localhost", "dns:localhost");
                System.setProperty(
                        "greenmail.tls.keystore.file", identity.file().toString());
                System.setProperty("greenmail.tls.keystore.password", new String(identity.password()));
                System.setProperty("greenmail.tls.key.password", new String(identity.password()));
                server.start();
                certificate = identity.certificate();
            }
        }
        return TlsOptions.builder().trust(certificate).build();
    }

    private static MailServer with(MailServer.Builder builder, int port, TlsOptions trust) {
        return builder.port(port)
                .tls(MailServer.Tls.IMPLICIT)
                .tlsOptions(trust)
                .credentials(Credentials.password(USER, PASSWORD))
                .build();
    }

    MailServer imap() {
        return imap;
    }

    MailServer pop3() {
        return pop3;
    }

    /** Whether it is the server within this JVM, to which mails can be given. */
    boolean isOwn() {
        return own != null;
    }

    /** Mails with these numbers arrive. */
    void receive(int first, int last) {
        try (Mailbox mailbox = Mailbox.of(imap)) {
            for (int i = first; i <= last; i++) {
                mailbox.inbox()
                        .append(Mail.builder()
                                .from(USER, "飞翔的代码")
                                .to(USER)
                                .subject("测试邮件 " + i)
                                .text("你好，这是第 " + i + " 封。")
                                .attach(Attachment.of("报告.txt", "附件".getBytes(StandardCharsets.UTF_8)))
                                .build());
            }
        }
    }

    @Override
    public void close() {
        if (own != null) {
            own.stop();
        }
    }
}
