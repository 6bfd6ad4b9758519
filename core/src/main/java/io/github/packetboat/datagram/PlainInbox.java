package io.github.packetboat.datagram;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Straight to the listener. Loop thread only. */
final class PlainInbox<M> implements Inbox<M> {
    private final DatagramListener<M> listener;
    private final Delivery delivery;

    PlainInbox(DatagramListener<M> listener, Delivery delivery) {
        this.listener = listener;
        this.delivery = delivery;
    }

    @Override
    public void message(InetSocketAddress sender, M message, int bytes) {
        if (!delivery.isOnLoop()) {
            delivery.call("onMessage", () -> listener.onMessage(sender, message));
            return;
        }
        try { // as delivery.call does, but without an object for each datagram
            listener.onMessage(sender, message);
        } catch (Throwable failure) {
            delivery.failed("onMessage", failure);
        }
    }

    @Override
    public void heard(InetSocketAddress sender, int bytes) {}

    @Override
    public void error(@Nullable InetSocketAddress peer, IOException failure) {
        delivery.callIfRoom("onError", () -> listener.onError(peer, failure));
    }

    @Override
    public void closed() {}
}
