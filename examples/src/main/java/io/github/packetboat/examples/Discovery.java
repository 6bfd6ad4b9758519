package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.MessageClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A client finds a TCP server of which it knows neither host nor port, in both ways there are: it asks everybody in its
 * network, by broadcast, or waits until the server says by multicast where it is. Then it connects.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="discovery"                 # both on this machine, and nothing leaves it
 * mvn -q compile exec:java -Dexec.args="discovery server"          # on one machine
 * mvn -q compile exec:java -Dexec.args="discovery client"          # on another in the same network
 * </pre>
 */
public final class Discovery {
    /** Where a server hears questions. */
    static final int PORT = 10052;

    private Discovery() {}

    /** Runs one side, or both. */
    public static void main(String[] args) throws Exception {
        switch (args.length == 0 ? "both" : args[0]) {
            case "server" -> serve();
            case "client" -> System.out.println(talkTo(DiscoveryClient.ask(PORT, null)));
            case "both" -> both();
            default ->
                throw new IllegalArgumentException("\"" + Printable.line(args[0]) + "\" is no side: server or client");
        }
    }

    private static void serve() throws Exception {
        try (DiscoverableServer server = new DiscoverableServer(PORT, null)) {
            System.out.println(
                    "listening at port " + server.port() + " of all addresses; can be found; end with Ctrl-C");
            server.awaitClosed();
        }
    }

    private static void both() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        try (DiscoverableServer server = new DiscoverableServer(0, loopback)) {
            System.out.println("server:   is somewhere on this machine");
            InetSocketAddress answered = DiscoveryClient.ask(server.questionPort(), loopback);
            System.out.println("client:   asked by broadcast, and was answered");
            System.out.println("client:   says hello, gets \"" + talkTo(answered) + "\"");
            InetSocketAddress announced = DiscoveryClient.listen(server, loopback);
            System.out.println("client:   heard it announced by multicast");
            System.out.println("client:   says hello, gets \"" + talkTo(announced) + "\"");
            Expect.same(answered, announced);
        }
    }

    private static String talkTo(InetSocketAddress server) throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (var client = MessageClient.builder(Codecs.lines())
                .listener((connection, line) -> heard.add(line))
                .connect(server)) {
            client.send("hello");
            return Expect.next(heard);
        }
    }
}
