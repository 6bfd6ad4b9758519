package io.github.packetboat.examples;

import io.github.packetboat.codec.Codecs;
import io.github.packetboat.message.CloseReason;
import io.github.packetboat.message.Connection;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.SocketOptions;

/**
 * A server for peers that do not frame their messages: it greets each client, prints what they send, and notices when they
 * leave.
 *
 * <pre>
 * mvn -q compile exec:java -Dexec.args="greeting-server"           # port 10050; or: greeting-server PORT
 * mvn -q compile exec:java -Dexec.args="console-client"            # in another window; or: nc localhost 10050
 * </pre>
 */
public final class GreetingServer implements MessageListener<String> {
    /** Where the server listens unless told otherwise. */
    static final int PORT = 10050;

    private static final int BACKLOG = 32;

    private GreetingServer() {}

    /** Serves until the process is ended. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : PORT;
        try (MessageServer<String> server = MessageServer.builder(Codecs.chunks())
                .listener(new GreetingServer())
                .socketOptions(SocketOptions.builder().backlog(BACKLOG).build())
                .bind(port)) {
            System.out.println("listening at port " + server.port() + " of all addresses; end with Ctrl-C");
            server.awaitClosed();
        }
    }

    @Override
    public void onOpen(Connection<String> connection) {
        connection.send("Server Say Hello To U\n");
    }

    /** A chunk is whatever has arrived: mostly one line that somebody typed, but it may be several, or a part of one. */
    @Override
    public void onMessage(Connection<String> connection, String chunk) {
        String address = Printable.address(connection.remoteAddress());
        chunk.lines().forEach(line -> System.out.println(address + ": " + Printable.line(line)));
    }

    @Override
    public void onClose(Connection<String> connection, CloseReason reason) {
        System.out.println(Printable.address(connection.remoteAddress()) + " has left: " + reason.detail());
    }
}
