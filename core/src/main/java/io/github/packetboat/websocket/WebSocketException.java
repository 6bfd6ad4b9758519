package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import java.io.Serial;

/** The peer broke a rule of RFC 6455, and which close code says so. */
final class WebSocketException extends CodecException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int closeCode;

    WebSocketException(int closeCode, String message) {
        super(message + " (close code " + closeCode + ")");
        this.closeCode = closeCode;
    }

    int closeCode() {
        return closeCode;
    }
}
