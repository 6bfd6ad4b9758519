package io.github.packetboat.mail;

import io.github.packetboat.testkit.ForeignServer;

/** Python's aiosmtpd. */
final class AiosmtpdTest extends ForeignServerContract {
    AiosmtpdTest() {
        super(ForeignServer.Kind.AIOSMTPD);
    }
}
