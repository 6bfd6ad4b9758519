package io.github.packetboat.websocket;

import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.testkit.Recorder;
import java.util.function.BiConsumer;

/** A listener that keeps all it sees, and answers messages as the test says. Thread-safe. */
final class Heard<M> implements MessageListener<M> {
    final Recorder<Connection<M>> opened = new Recorder<>();
    final Recorder<M> messages = new Recorder<>();
    final Recorder<CloseReason> closed = new Recorder<>();
    private final BiConsumer<Connection<M>, M> reaction;

    Heard() {
        this((connection, message) -> {});
    }

    Heard(BiConsumer<Connection<M>, M> reaction) {
        this.reaction = reaction;
    }

    static <M> Heard<M> echoing() {
        return new Heard<>(Connection::send);
    }

    @Override
    public void onOpen(Connection<M> connection) {
        opened.accept(connection);
    }

    @Override
    public void onMessage(Connection<M> connection, M message) {
        messages.accept(message);
        reaction.accept(connection, message);
    }

    @Override
    public void onClose(Connection<M> connection, CloseReason reason) {
        closed.accept(reason);
    }
}
