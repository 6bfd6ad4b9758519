package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import java.io.Serial;

/** A request that a server does not grant, and the status that says so. */
final class HttpException extends CodecException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String what;
    private final String header;

    HttpException(int status, String message) {
        this(status, message, "");
    }

    /** With a header line for the answer, its end included. */
    HttpException(int status, String message, String header) {
        super(message + " (answered with " + status + ")");
        this.status = status;
        this.what = message;
        this.header = header;
    }

    int status() {
        return status;
    }

    /** What is wrong, for a client, which answers nothing. */
    String what() {
        return what;
    }

    String header() {
        return header;
    }
}
