package io.github.packetboat.websocket;

import io.github.packetboat.message.Limits;
import io.github.packetboat.message.MessageServer;

/** The server that the Autobahn test suite talks to: an echo of both kinds, with room for its 16 MiB messages. */
public final class AutobahnServer {
    private static final int LARGEST_BYTES = 17 << 20;

    private AutobahnServer() {}

    /** Serves at the port given until the process is ended; the profile "autobahn" of core runs it. */
    public static void main(String[] args) throws Exception {
        var echo = WebSockets.messages("/")
                .deflate()
                .maxFrameBytes(LARGEST_BYTES)
                .maxMessageBytes(LARGEST_BYTES)
                .maxFragments(LARGEST_BYTES);
        Limits limits = Limits.builder()
                .maxQueuedBytes(4 * LARGEST_BYTES)
                .highWaterMarkBytes(2 * LARGEST_BYTES)
                .build();
        try (var server = MessageServer.builder(echo)
                .limits(limits)
                .listener((connection, message) -> connection.send(message))
                .bind("127.0.0.1", Integer.parseInt(args[0]))) {
            server.awaitClosed();
        }
    }
}
