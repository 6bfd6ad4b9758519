package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.datagram.DatagramEndpoint;
import io.github.packetboat.datagram.DatagramListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** One who talks by datagrams in the tour, over the interface that does not leave the machine. */
final class TourDatagrams implements DatagramListener<String>, AutoCloseable {
    private static final String GROUP = "239.255.42.99";

    private final String name;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final DatagramEndpoint<String> endpoint;

    private TourDatagrams(String name, int port) throws IOException {
        this.name = name;
        this.endpoint = DatagramEndpoint.builder(Codecs.utf8())
                .listener(this)
                .networkInterface(NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()))
                .reuseAddress(true)
                .bind(port);
    }

    /** To one, to all, to a group. */
    static void tour() throws Exception {
        try (TourDatagrams dan = new TourDatagrams("dan", 0);
                TourDatagrams eve = new TourDatagrams("eve", 0)) {
            Tour.step("By UDP, without connections: Dan sends a datagram to Eve alone");
            dan.says("are you there?", dan.endpoint.send("are you there?", eve.at()));
            eve.hears("are you there?");

            int port = eve.endpoint.port();
            try (TourDatagrams fay = new TourDatagrams("fay", port)) {
                Tour.step("Fay comes to Eve's port, and Dan sends to the whole network: a broadcast");
                dan.says("hello, network", dan.endpoint.broadcast("hello, network", port) == 1);
                eve.hears("hello, network");
                fay.hears("hello, network");

                Tour.step("Fay joins a group, and Dan sends to its members only: a multicast");
                fay.endpoint.join(InetAddress.getByName(GROUP));
                dan.says("hello, group", dan.endpoint.send("hello, group", new InetSocketAddress(GROUP, port)));
                fay.hears("hello, group");
                Expect.same(2L, eve.endpoint.stats().datagramsReceived());
            }
        }
    }

    private InetSocketAddress at() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port());
    }

    @Override
    public void onMessage(InetSocketAddress sender, String text) {
        heard.add(text);
    }

    private void says(String text, boolean accepted) {
        Tour.show(name, "sends", text);
        Expect.same(true, accepted);
    }

    private void hears(String expected) throws InterruptedException {
        String text = Expect.next(heard);
        Tour.show(name, "hears", text);
        Expect.same(expected, text);
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
