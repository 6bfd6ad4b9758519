package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.datagram.DatagramEndpoint;
import io.github.packetboat.datagram.DatagramListener;
import java.net.InetSocketAddress;

/**
 * Both directions in one program: sends what is typed, prints what comes. Without a host it talks to whoever spoke last.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="udp-chat 10050"                      # waits for somebody to speak
 * mvn -q compile exec:java -Dexec.args="udp-chat 10051 localhost 10050"      # in another window; or: nc -u localhost 10050
 * </pre>
 */
public final class UdpChat implements DatagramListener<String> {
    private volatile InetSocketAddress other;

    private UdpChat() {}

    /** Talks until {@code exit} is typed. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : UdpReceiver.PORT;
        UdpChat chat = new UdpChat();
        if (args.length > 2) {
            chat.other = new InetSocketAddress(args[1], Integer.parseInt(args[2]));
        }
        try (var endpoint =
                DatagramEndpoint.builder(Codecs.utf8()).listener(chat).bind(port)) {
            System.out.println("listening at port " + endpoint.port() + " of all addresses; exit ends");
            Typed.lines(line -> chat.say(line, endpoint));
        }
        System.out.println("bye");
    }

    private boolean say(String line, DatagramEndpoint<String> endpoint) {
        InetSocketAddress to = other;
        if (to == null) {
            System.out.println("(nobody has spoken yet, and no host was named)");
        } else {
            endpoint.send(line + "\n", to);
        }
        return true;
    }

    @Override
    public void onMessage(InetSocketAddress sender, String text) {
        other = sender;
        UdpReceiver.print(sender, text);
    }
}
