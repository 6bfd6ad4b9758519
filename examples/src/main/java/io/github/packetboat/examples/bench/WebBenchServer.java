package io.github.packetboat.examples.bench;

import io.github.packetboat.message.Connection;
import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageListener;
import io.github.packetboat.message.MessageServer;
import io.github.packetboat.message.SocketOptions;
import io.github.packetboat.websocket.WebSockets;
import java.net.InetSocketAddress;

/** The server of this library that {@link WebSocketBench} drives: text on one event loop, echoed or sent to everybody. */
public final class WebBenchServer {
    private static final int BACKLOG = 4096;

    private WebBenchServer() {}

    public static void main(String[] args) throws Exception {
        WebScenario scenario = WebScenario.valueOf(args[1]);
        try (MessageServer<String> server = MessageServer.builder(WebSockets.text("/chat"))
                .listener(scenario == WebScenario.ECHO ? Connection::send : toEverybody())
                .limits(Limits.builder().maxConnections(19_000).build())
                .socketOptions(SocketOptions.builder().backlog(BACKLOG).build())
                .eventLoops(1)
                .bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])))) {
            Everybody.server = server;
            ServerContract.ready();
            server.awaitClosed();
        }
    }

    private static MessageListener<String> toEverybody() {
        return (connection, text) -> Everybody.server.everyone().broadcast(text);
    }

    /** The server, which its own listener needs. */
    private static final class Everybody {
        private static volatile MessageServer<String> server;
    }
}
