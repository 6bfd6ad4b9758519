package io.github.packetboat.message;

import java.net.SocketAddress;

/** The server or client that a connection belongs to. Called on the connection's loop. */
interface ConnectionOwner<M> {
    /** The connection is about to be open: its listener is told next. */
    void opened(SocketConnection<M> connection);

    /** The connection is closed, and its listener, if it ever opened, has been told or is about to be. */
    void closed(SocketConnection<M> connection, CloseReason reason, boolean wasOpen);

    /** Whether a peer that a proxy announces is welcome. */
    default boolean admits(SocketAddress peer) {
        return true;
    }

    /** Whether what was accepted and not sent is kept for the next connection. */
    default boolean keepsUnsent() {
        return false;
    }
}
