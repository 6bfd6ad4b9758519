package io.github.packetboat.datagram;

import io.github.packetboat.testkit.Recorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Records what a listener is told, in order: messages, "error: ...", "closed". */
final class DatagramSeen implements DatagramListener<String> {
    final Recorder<String> events = new Recorder<>();
    final Recorder<InetSocketAddress> senders = new Recorder<>();

    @Override
    public void onMessage(InetSocketAddress sender, String message) {
        senders.accept(sender);
        events.accept(message);
    }

    @Override
    public void onError(@Nullable InetSocketAddress peer, IOException failure) {
        events.accept("error: " + failure.getClass().getSimpleName() + ", " + peer + ", " + failure.getMessage());
    }

    @Override
    public void onClose() {
        events.accept("closed");
    }
}
