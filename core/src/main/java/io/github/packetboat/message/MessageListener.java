package io.github.packetboat.message;

/**
 * What an application does with its connections' messages. A lambda does for {@link #onMessage}; a class may override the
 * rest.
 *
 * <p><b>Order.</b> The calls of one connection never overlap: {@link #onOpen} is the first, {@link #onClose} the last, and
 * both come exactly once; a connection that never opened has neither. Calls of different connections may overlap, so a
 * listener that serves several and keeps state of its own must be thread-safe.
 *
 * <p><b>Thread.</b> Calls come on the connection's event loop, which must not be blocked, or on the executor given to the
 * builder, where they may block. An exception thrown from any of them closes that connection with
 * {@link CloseReason.Kind#LISTENER_FAILED} and is logged once; no other connection notices.
 *
 * @param <M> the type of message
 */
@FunctionalInterface
public interface MessageListener<M> {

    /**
     * A message has come.
     *
     * @param message belongs to the listener, except where the codec's messages are views: these are valid until this
     *     method returns
     */
    void onMessage(Connection<M> connection, M message) throws Exception;

    /** The connection is open (TLS included): messages may be sent, and will come. */
    default void onOpen(Connection<M> connection) throws Exception {}

    /** The queue has drained to the low water mark after {@link Connection#isWritable()} was false. */
    default void onWritable(Connection<M> connection) throws Exception {}

    /** The connection is gone; nothing is called after this. */
    default void onClose(Connection<M> connection, CloseReason reason) throws Exception {}
}
