package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.datagram.DatagramEndpoint;
import io.github.packetboat.datagram.DatagramListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Hears where servers are. */
final class DiscoveryClient implements DatagramListener<String> {
    /** A datagram may be lost, so one asks, and announces, more than once. */
    private static final int TRIES = 10;

    private static final int WAIT_MILLIS = 500;

    private final BlockingQueue<InetSocketAddress> found = new LinkedBlockingQueue<>();

    private DiscoveryClient() {}

    /**
     * Asks everybody.
     *
     * @param at in which network; null for all that this machine is in
     */
    static InetSocketAddress ask(int questionPort, NetworkInterface at) throws IOException, InterruptedException {
        DiscoveryClient client = new DiscoveryClient();
        try (DatagramEndpoint<String> endpoint = client.open(at)) {
            return client.await(() -> endpoint.broadcast(DiscoverableServer.QUESTION, questionPort));
        }
    }

    /** Waits to be told. */
    static InetSocketAddress listen(DiscoverableServer server, NetworkInterface at)
            throws IOException, InterruptedException {
        DiscoveryClient client = new DiscoveryClient();
        try (DatagramEndpoint<String> endpoint = client.open(at)) {
            endpoint.join(DiscoverableServer.group());
            return client.await(() -> server.announce(endpoint.port()));
        }
    }

    private DatagramEndpoint<String> open(NetworkInterface at) throws IOException {
        var builder = DatagramEndpoint.builder(Codecs.utf8()).listener(this);
        return (at == null ? builder : builder.networkInterface(at)).bind(0);
    }

    private interface Step {
        void run() throws IOException;
    }

    private InetSocketAddress await(Step step) throws IOException, InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            step.run();
            InetSocketAddress server = found.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            if (server != null) {
                return server;
            }
        }
        throw new IOException("no server was heard of in " + TRIES * WAIT_MILLIS / 1000 + " s");
    }

    /** Anybody may send anything: what is no announcement is ignored. */
    @Override
    public void onMessage(InetSocketAddress sender, String text) {
        if (text.startsWith(DiscoverableServer.ANSWER)) {
            String port = text.substring(DiscoverableServer.ANSWER.length());
            if (port.matches("[1-9]\\d{0,4}") && Integer.parseInt(port) < 65536) {
                found.add(new InetSocketAddress(sender.getAddress(), Integer.parseInt(port)));
            }
        }
    }
}
