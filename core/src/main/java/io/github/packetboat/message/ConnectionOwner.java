package io.github.packetboat.message;

/** The server or client that a connection belongs to. Called on the connection's loop. */
interface ConnectionOwner<M> {
    /** The connection is about to be open: its listener is told next. */
    void opened(SocketConnection<M> connection);

    /** The connection is closed, and its listener, if it ever opened, has been told or is about to be. */
    void closed(SocketConnection<M> connection, CloseReason reason, boolean wasOpen);

    /** Whether what was accepted and not sent is kept for the next connection. */
    default boolean keepsUnsent() {
        return false;
    }
}
