package io.github.packetboat.mail;

import java.io.ByteArrayOutputStream;

/** Line breaks of messages that were made elsewhere. Stateless, thread-safe. */
final class Crlf {
    private Crlf() {}

    /** The same lines, each ended by CRLF, the last one too: a bare CR or LF could smuggle in another mail. */
    static byte[] only(byte[] message) {
        if (isOnly(message)) {
            return message;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.length + message.length / 32 + 2);
        int start = 0;
        for (int i = 0; i < message.length; i++) {
            if (message[i] != '\r' && message[i] != '\n') {
                continue;
            }
            out.write(message, start, i - start);
            out.write('\r');
            out.write('\n');
            i += message[i] == '\r' && i + 1 < message.length && message[i + 1] == '\n' ? 1 : 0;
            start = i + 1;
        }
        if (start < message.length) {
            out.write(message, start, message.length - start);
            out.write('\r');
            out.write('\n');
        }
        return out.toByteArray();
    }

    private static boolean isOnly(byte[] message) {
        for (int i = 0; i < message.length; i++) {
            if (message[i] == '\n' || message[i] == '\r' && (i + 1 == message.length || message[i + 1] != '\n')) {
                return false;
            }
            i += message[i] == '\r' ? 1 : 0;
        }
        return message.length >= 2 && message[message.length - 1] == '\n';
    }
}
