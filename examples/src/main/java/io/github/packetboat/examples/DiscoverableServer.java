package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.datagram.DatagramEndpoint;
import io.github.packetboat.datagram.DatagramListener;
import io.github.packetboat.message.MessageServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;

/** A TCP server at a port that nobody knows, which answers the question where it is, and announces it. */
final class DiscoverableServer implements AutoCloseable, DatagramListener<String> {
    static final String QUESTION = "packetboat example, where are you?";
    static final String ANSWER = "packetboat example, at TCP port ";
    /** From the block that is for use within one's own organization (RFC 2365). */
    private static final String GROUP = "239.255.42.99";

    private final MessageServer<String> tcp;
    private final DatagramEndpoint<String> udp;
    private DatagramEndpoint<String> answering;

    /**
     * @param questionPort where it can be asked; 0 for one that is free
     * @param at the network to announce it in; null for the system's choice
     */
    DiscoverableServer(int questionPort, NetworkInterface at) throws IOException {
        tcp = MessageServer.builder(Codecs.lines())
                .listener((connection, line) -> connection.send("you said " + line))
                .bind(0);
        var builder = DatagramEndpoint.builder(Codecs.utf8()).listener(this).reuseAddress(true);
        if (at != null) {
            builder.networkInterface(at);
        }
        udp = builder.bind(questionPort);
    }

    int port() {
        return tcp.port();
    }

    int questionPort() {
        return udp.port();
    }

    @Override
    public void onOpen(DatagramEndpoint<String> endpoint) {
        answering = endpoint;
    }

    /** The host needs no mention: it is where the answer comes from. */
    @Override
    public void onMessage(InetSocketAddress sender, String text) {
        if (text.equals(QUESTION)) {
            answering.send(ANSWER + tcp.port(), sender);
        }
    }

    /** Tells the group's members at {@code port}. */
    void announce(int port) {
        udp.send(ANSWER + tcp.port(), new InetSocketAddress(GROUP, port));
    }

    static InetAddress group() throws IOException {
        return InetAddress.getByName(GROUP);
    }

    void awaitClosed() throws InterruptedException {
        tcp.awaitClosed();
    }

    @Override
    public void close() {
        udp.close();
        tcp.close();
    }
}
