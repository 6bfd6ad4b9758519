package io.github.packetboat.mail;

import io.github.packetboat.testkit.ForeignServer;

/** Exim, which ends connections that say something before their turn. */
final class EximTest extends ForeignServerContract {
    EximTest() {
        super(ForeignServer.Kind.EXIM);
    }
}
