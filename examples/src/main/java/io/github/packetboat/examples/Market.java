package io.github.packetboat.examples;

import static io.github.packetboat.examples.TypedMessages.PRICE;

import io.github.packetboat.examples.TypedMessages.Filled;
import io.github.packetboat.examples.TypedMessages.Message;
import io.github.packetboat.examples.TypedMessages.Order;
import io.github.packetboat.examples.TypedMessages.Refused;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The server's side of {@link TypedMessages}: a market with one price. */
final class Market implements MessageListener<Message> {
    final BlockingQueue<CloseReason> ends = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(Connection<Message> connection, Message message) {
        if (message instanceof Order order) {
            connection.send(
                    order.limit().compareTo(PRICE) >= 0
                            ? new Filled(order.id(), order.quantity(), PRICE)
                            : new Refused(order.id(), "the price is " + PRICE));
        }
    }

    @Override
    public void onClose(Connection<Message> connection, CloseReason reason) {
        ends.add(reason);
    }
}
