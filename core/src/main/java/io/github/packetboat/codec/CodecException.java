package io.github.packetboat.codec;

import java.io.IOException;
import java.io.Serial;

/** Bytes that are no valid frame, or a message that cannot be encoded. The text says the value and the limit. */
public class CodecException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** With a text that says the value and the limit or rule it broke. */
    public CodecException(String message) {
        super(message);
    }

    /** As above, after {@code cause}. */
    public CodecException(String message, Throwable cause) {
        super(message, cause);
    }
}
