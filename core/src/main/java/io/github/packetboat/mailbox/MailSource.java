package io.github.packetboat.mailbox;

import java.io.IOException;
import java.io.OutputStream;

/** Where the bytes of a mail come from when somebody asks for them: a folder of a server. */
interface MailSource {
    /**
     * The whole mail.
     *
     * @throws MailboxException if it is larger than the limit, gone, or the server does not answer
     */
    byte[] load(ReceivedMail mail);

    /** Writes the whole mail to {@code out} piece by piece, where the protocol can. */
    void transfer(ReceivedMail mail, OutputStream out) throws IOException;
}
