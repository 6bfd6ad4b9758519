package io.github.packetboat.message;

import java.io.IOException;
import java.io.Serial;

/** Something could not be finished since its connection closed. */
public final class ConnectionClosedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient CloseReason reason;

    ConnectionClosedException(CloseReason reason) {
        super(reason.toString(), reason.cause());
        this.reason = reason;
    }

    /** Why the connection closed. */
    public CloseReason reason() {
        return reason;
    }
}
