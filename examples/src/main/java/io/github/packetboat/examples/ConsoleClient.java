package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageClient;
import io.github.packetboat.message.MessageListener;

/**
 * A client to type into: sends each line, prints what comes, and ends on {@code exit}, at the end of input, or when the
 * server goes. It talks to any server that speaks UTF-8 text: greeting-server, chat-server, or {@code nc -l 10050}.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="console-client"                  # localhost 10050
 * mvn -q compile exec:java -Dexec.args="console-client HOST PORT"
 * </pre>
 */
public final class ConsoleClient implements MessageListener<String> {
    private ConsoleClient() {}

    /** Runs until either side ends. */
    public static void main(String[] args) throws Exception {
        String host = args.length > 0 ? args[0] : "localhost";
        int port = args.length > 1 ? Integer.parseInt(args[1]) : GreetingServer.PORT;
        try (MessageClient<String> client = MessageClient.builder(Codecs.chunks())
                .listener(new ConsoleClient())
                .connect(host, port)) {
            // A daemon, since nothing wakes a thread that waits for the keyboard when the server goes first.
            Thread typing = new Thread(() -> sendWhatIsTyped(client), "typing");
            typing.setDaemon(true);
            typing.start();
            client.awaitClosed();
        }
    }

    private static void sendWhatIsTyped(MessageClient<String> client) {
        try (client) {
            Typed.lines(line -> client.send(line + "\n"));
        }
    }

    @Override
    public void onOpen(Connection<String> connection) {
        System.out.println("connected to " + Printable.address(connection.remoteAddress())
                + "; each line you type is sent, exit ends");
    }

    @Override
    public void onMessage(Connection<String> connection, String chunk) {
        chunk.lines().map(Printable::line).forEach(System.out::println);
    }

    @Override
    public void onClose(Connection<String> connection, CloseReason reason) {
        System.out.println(
                reason.kind() == CloseReason.Kind.LOCAL_CLOSE ? "bye" : "the connection is closed: " + reason.detail());
    }
}
