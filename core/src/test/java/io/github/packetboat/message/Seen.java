package io.github.packetboat.message;

import io.github.packetboat.testkit.Recorder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A listener that keeps all it sees, and does with connections and messages what the test says. Thread-safe. */
final class Seen<M> implements MessageListener<M> {
    final Recorder<Connection<M>> opened = new Recorder<>();
    final Recorder<M> messages = new Recorder<>();
    final Recorder<CloseReason> closed = new Recorder<>();
    final Recorder<Connection<M>> writable = new Recorder<>();
    private Consumer<Connection<M>> onOpen = connection -> {};
    private BiConsumer<Connection<M>, M> onMessage = (connection, message) -> {};

    static <M> Seen<M> only() {
        return new Seen<>();
    }

    static <M> Seen<M> echoing() {
        return new Seen<M>().onMessage(Connection::send);
    }

    /** To be said before the listener is used. */
    Seen<M> onOpen(Consumer<Connection<M>> reaction) {
        onOpen = reaction;
        return this;
    }

    /** To be said before the listener is used. */
    Seen<M> onMessage(BiConsumer<Connection<M>, M> reaction) {
        onMessage = reaction;
        return this;
    }

    @Override
    public void onOpen(Connection<M> connection) {
        onOpen.accept(connection);
        opened.accept(connection);
    }

    @Override
    public void onMessage(Connection<M> connection, M message) {
        messages.accept(message);
        onMessage.accept(connection, message);
    }

    @Override
    public void onWritable(Connection<M> connection) {
        writable.accept(connection);
    }

    @Override
    public void onClose(Connection<M> connection, CloseReason reason) {
        closed.accept(reason);
    }
}
