package io.github.packetboat.internal.smtp;

import java.nio.ByteBuffer;

/** What goes through an SMTP connection: replies come in, bytes go out. */
sealed interface Wire permits Reply, Wire.Bytes, Wire.ToProxy {

    /** Bytes as they are to be on the wire; the codec leaves position and limit alone. */
    record Bytes(ByteBuffer bytes) implements Wire {}

    /** A proxy said something, and this is to be said to it; nothing once the way to the server is free. */
    record ToProxy(byte[] bytes) implements Wire {}
}
