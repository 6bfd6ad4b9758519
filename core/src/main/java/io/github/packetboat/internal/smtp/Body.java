package io.github.packetboat.internal.smtp;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a mail, headers and all, which can be read as often as it takes to send them. Thread-safe. Lines may end as
 * they like: they go out with CRLF.
 */
public interface Body {

    /** A body in memory, which must not change any more. */
    static Body of(byte[] bytes) {
        return new Body() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public byte[] bytes() {
                return bytes;
            }

            @Override
            public InputStream open() {
                return new java.io.ByteArrayInputStream(bytes);
            }
        };
    }

    /** How many bytes it has, or -1 if that is not known before they are read. */
    long length();

    /** All of it, where it is in memory anyway; else null. Not changed by the caller. */
    default byte @Nullable [] bytes() {
        return null;
    }

    /** The bytes from the first one on; may block, as may the stream. The caller closes it. */
    InputStream open() throws IOException;
}
