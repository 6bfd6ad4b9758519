package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.datagram.DatagramEndpoint;
import io.github.packetboat.datagram.DatagramListener;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Prints each datagram that comes as {@code address>>message}.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="udp-receiver"              # port 10050; or: udp-receiver PORT
 * mvn -q compile exec:java -Dexec.args="udp-sender"                # in another window; or: nc -u localhost 10050
 * </pre>
 */
public final class UdpReceiver implements DatagramListener<String> {
    /** Where it listens unless told otherwise. */
    static final int PORT = 10050;

    private UdpReceiver() {}

    /** Receives until the process is ended. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : PORT;
        try (var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                .listener(new UdpReceiver())
                .bind(port)) {
            System.out.println("listening at port " + endpoint.port() + " of all addresses; end with Ctrl-C");
            endpoint.awaitClosed();
        }
    }

    @Override
    public void onMessage(InetSocketAddress sender, String text) {
        print(sender, text);
    }

    @Override
    public void onError(InetSocketAddress peer, IOException failure) {
        System.out.println("(" + Printable.line(failure.getMessage()) + ")");
    }

    /** One line for each datagram: nc and udp-sender end theirs with a line feed, others may not. */
    static void print(InetSocketAddress sender, String text) {
        System.out.println(Printable.address(sender) + ">>" + Printable.line(text.stripTrailing()));
    }
}
