package io.github.packetboat.mail;

import io.github.packetboat.testkit.ForeignServer;

/** OpenSMTPD, which offers no PIPELINING, and does not take what comes before its turn. */
final class OpenSmtpdTest extends ForeignServerContract {
    OpenSmtpdTest() {
        super(ForeignServer.Kind.OPENSMTPD);
    }
}
