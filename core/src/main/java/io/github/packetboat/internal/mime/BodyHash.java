package io.github.packetboat.internal.mime;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * The SHA-256 of a body in the canonical form of DKIM (RFC 6376 §3.4.3, §3.4.4), taken as the body passes: line breaks that
 * end the body do not count, and in the relaxed form neither does how much white space there is. Lines must end in CRLF. Not
 * thread-safe.
 */
final class BodyHash {
    private static final int BUFFER_BYTES = 8 * 1024;

    private final boolean relaxed;
    private final MessageDigest digest = Sha256.digest();
    private final byte[] canonical = new byte[BUFFER_BYTES];
    private int length;
    private boolean any;
    private long lineBreaks;
    private boolean space;

    BodyHash(boolean relaxed) {
        this.relaxed = relaxed;
    }

    void update(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            update(buffer, 0, n);
        }
    }

    void update(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '\r') {
                continue; // the LF behind it counts
            }
            if (b == '\n') {
                lineBreaks++;
                space = false;
            } else if (relaxed && (b == ' ' || b == '\t')) {
                space = true;
            } else {
                if (lineBreaks > 0 || space) {
                    flushWhite();
                }
                put(b);
                any = true;
            }
        }
    }

    byte[] finish() {
        // A body of nothing is a line break in the simple form, and nothing in the relaxed one.
        if (any || !relaxed) {
            put((byte) '\r');
            put((byte) '\n');
        }
        digest.update(canonical, 0, length);
        return digest.digest();
    }

    private void flushWhite() {
        for (; lineBreaks > 0; lineBreaks--) {
            put((byte) '\r');
            put((byte) '\n');
        }
        if (space) {
            put((byte) ' ');
            space = false;
        }
    }

    private void put(byte b) {
        if (length == canonical.length) {
            digest.update(canonical, 0, length);
            length = 0;
        }
        canonical[length++] = b;
    }
}
