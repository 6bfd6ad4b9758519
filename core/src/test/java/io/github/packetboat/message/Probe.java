package io.github.packetboat.message;

import io.github.packetboat.testkit.Recorder;

/** A listener that keeps all it is told, and reacts as the test says. Thread-safe once its reactions are set. */
final class Probe<M> implements MessageListener<M> {
    interface OnConnection<M> {
        void run(Connection<M> connection) throws Exception;
    }

    interface OnMessage<M> {
        void run(Connection<M> connection, M message) throws Exception;
    }

    interface OnClose<M> {
        void run(Connection<M> connection, CloseReason reason) throws Exception;
    }

    final Recorder<Connection<M>> opened = new Recorder<>();
    final Recorder<M> messages = new Recorder<>();
    final Recorder<Connection<M>> writable = new Recorder<>();
    final Recorder<CloseReason> closed = new Recorder<>();
    /** The names of the calls, in order, over all connections. */
    final Recorder<String> calls = new Recorder<>();

    OnConnection<M> onOpen = connection -> {};
    OnMessage<M> onMessage = (connection, message) -> {};
    OnConnection<M> onWritable = connection -> {};
    OnClose<M> onClose = (connection, reason) -> {};

    @Override
    public void onOpen(Connection<M> connection) throws Exception {
        calls.accept("onOpen");
        try {
            onOpen.run(connection);
        } finally {
            opened.accept(connection);
        }
    }

    @Override
    public void onMessage(Connection<M> connection, M message) throws Exception {
        calls.accept("onMessage");
        messages.accept(message);
        onMessage.run(connection, message);
    }

    @Override
    public void onWritable(Connection<M> connection) throws Exception {
        calls.accept("onWritable");
        writable.accept(connection);
        onWritable.run(connection);
    }

    @Override
    public void onClose(Connection<M> connection, CloseReason reason) throws Exception {
        calls.accept("onClose");
        try {
            onClose.run(connection, reason);
        } finally {
            closed.accept(reason);
        }
    }
}
