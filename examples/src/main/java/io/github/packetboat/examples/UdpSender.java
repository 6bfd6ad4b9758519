package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.datagram.DatagramEndpoint;
import io.github.packetboat.datagram.DatagramListener;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Sends each line that is typed as a datagram, and ends on {@code exit}.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="udp-sender"                # localhost 10050
 * mvn -q compile exec:java -Dexec.args="udp-sender HOST PORT"      # to udp-receiver, or to: nc -u -l PORT
 * </pre>
 */
public final class UdpSender implements DatagramListener<String> {
    private UdpSender() {}

    /** Sends until nothing is typed any more. */
    public static void main(String[] args) throws Exception {
        String host = args.length > 0 ? args[0] : "localhost";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : UdpReceiver.PORT;
        // connected: so it hears, from the kernel, that nobody listens there
        try (var endpoint = DatagramEndpoint.builder(Codecs.utf8())
                .listener(new UdpSender())
                .connect(host, port)) {
            System.out.println(
                    "each line you type goes to " + Printable.address(endpoint.remoteAddress()) + "; exit ends");
            Typed.lines(line -> {
                endpoint.send(line + "\n");
                return true;
            });
        }
        System.out.println("bye");
    }

    /** Somebody answers. */
    @Override
    public void onMessage(InetSocketAddress sender, String text) {
        UdpReceiver.print(sender, text);
    }

    @Override
    public void onError(InetSocketAddress peer, IOException failure) {
        System.out.println("(nobody hears you at " + Printable.address(peer) + ": "
                + failure.getClass().getSimpleName() + ")");
    }
}
