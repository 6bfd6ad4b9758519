package io.github.packetboat.internal.smtp;

import java.nio.ByteBuffer;

/** What goes through an SMTP connection: replies come in, bytes go out. */
sealed interface Wire permits Reply, Wire.Bytes {

    /** Bytes as they are to be on the wire; the codec leaves position and limit alone. */
    record Bytes(ByteBuffer bytes) implements Wire {}
}
