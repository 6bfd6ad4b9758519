package io.github.packetboat.mailbox;

import io.github.packetboat.mail.MailServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A mailbox over IMAP with GreenMail, which runs everywhere. Of IMAP's search it knows the simple criteria. */
final class GreenMailImapTest extends ImapWatchContract {
    private static Green green;

    @BeforeAll
    static void start() {
        green = Green.start();
    }

    @AfterAll
    static void stop() {
        green.close();
    }

    @Override
    MailServer server(int port) {
        return Green.imapAt(port == 0 ? green.imapPort() : port);
    }

    @Override
    int port() {
        return green.imapPort();
    }
}
