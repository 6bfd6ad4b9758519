package io.github.packetboat.examples.bench;

import java.net.InetSocketAddress;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/** WebSocket on Java-WebSocket, one worker thread. */
public final class JavaWebSocketServer extends WebSocketServer {
    private final WebScenario scenario;

    private JavaWebSocketServer(int port, WebScenario scenario) {
        super(new InetSocketAddress("127.0.0.1", port), 1);
        this.scenario = scenario;
        setTcpNoDelay(true);
        setMaxPendingConnections(ServerContract.BACKLOG);
    }

    public static void main(String[] args) {
        new JavaWebSocketServer(Integer.parseInt(args[0]), WebScenario.valueOf(args[1])).start();
    }

    @Override
    public void onStart() {
        ServerContract.ready();
    }

    @Override
    public void onMessage(WebSocket connection, String text) {
        if (scenario == WebScenario.ECHO) {
            connection.send(text);
        } else {
            broadcast(text);
        }
    }

    @Override
    public void onOpen(WebSocket connection, ClientHandshake handshake) {}

    @Override
    public void onClose(WebSocket connection, int code, String reason, boolean remote) {}

    @Override
    public void onError(WebSocket connection, Exception failure) {
        failure.printStackTrace();
    }
}
