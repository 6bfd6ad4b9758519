package io.github.packetboat.testkit;

import java.io.IOException;
import java.net.Socket;
import java.util.List;

/** One connection through a {@link FaultProxy}: two sockets and a {@link Lane} each way. Thread-safe. */
final class Link {
    private final Socket client;
    private final Socket server;
    private final FaultProxy proxy;
    private final Lane toServer;
    private final Lane toClient;

    Link(FaultProxy proxy, Socket client, Socket server) throws IOException {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        toServer = new Lane(this, client, server, proxy.clientToServer());
        toClient = new Lane(this, server, client, proxy.serverToClient());
    }

    List<Thread> start(String name) {
        proxy.clientToServer().add(toServer);
        proxy.serverToClient().add(toClient);
        List<Thread> threads = List.of(
                new Thread(toServer::readAll, name + "-from-client"),
                new Thread(toServer::writeAll, name + "-to-server"),
                new Thread(toClient::readAll, name + "-from-server"),
                new Thread(toClient::writeAll, name + "-to-client"));
        threads.forEach(thread -> {
            thread.setDaemon(true);
            thread.start();
        });
        return threads;
    }

    Lane opposite(Lane lane) {
        return lane == toServer ? toClient : toServer;
    }

    void cut(Lane lane, Direction.Cut cut) {
        switch (cut) {
            case RESET -> reset();
            case HALF_CLOSE -> lane.end();
            case CLOSE -> {
                lane.end();
                opposite(lane).end();
            }
        }
    }

    /** Resets both sides. */
    void reset() {
        close(true);
    }

    /** Closes both sides once either has sent its FIN and got one. */
    void closeIfEnded() {
        if (toServer.hasEnded() && toClient.hasEnded()) {
            close(false);
        }
    }

    private void close(boolean withReset) {
        toServer.close();
        toClient.close();
        close(client, withReset);
        close(server, withReset);
        proxy.clientToServer().remove(toServer);
        proxy.serverToClient().remove(toClient);
        proxy.remove(this);
    }

    private static void close(Socket socket, boolean withReset) {
        try (socket) {
            if (withReset && !socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // it was closed at the same time by another thread, which is what was wanted
        }
    }
}
