package io.github.packetboat.websocket;

/**
 * WebSocket (RFC 6455) as codecs of servers and clients, so that browsers and sockets share listeners and groups.
 *
 * <p>A server's:
 *
 * <pre>{@code
 * MessageServer.builder(WebSockets.text("/chat")).listener(…).bind(8080);
 * }</pre>
 *
 * <p>A client's, for {@code ws://example.org/chat}; with {@code .tls(…)} it is {@code wss://}:
 *
 * <pre>{@code
 * MessageClient.builder(WebSockets.textClient("/chat")).listener(…).connect("example.org", 80);
 * }</pre>
 *
 * <p>Messages are text, binary or, as {@link WebSocketMessage}, either; {@code map} makes them your own type.
 */
public final class WebSockets {
    private WebSockets() {}

    /**
     * A server's WebSockets at {@code path} with text as messages. A peer that sends binary ones is closed.
     *
     * @param path begins with a slash, and is compared as it is
     * @throws IllegalArgumentException if it does not, or has characters that no path can have
     */
    public static ServerWebSockets<String> text(String path) {
        return ServerWebSockets.at(path, Kind.TEXT);
    }

    /** As {@link #text}, with binary messages. */
    public static ServerWebSockets<byte[]> binary(String path) {
        return ServerWebSockets.at(path, Kind.BINARY);
    }

    /** As {@link #text}, with messages of both kinds. */
    public static ServerWebSockets<WebSocketMessage> messages(String path) {
        return ServerWebSockets.at(path, Kind.BOTH);
    }

    /**
     * A client's WebSocket with text as messages.
     *
     * @param target the path, with a slash in front, and the query if there is one
     * @throws IllegalArgumentException if it has no slash in front, or characters that no target can have
     */
    public static ClientWebSockets<String> textClient(String target) {
        return ClientWebSockets.to(target, Kind.TEXT);
    }

    /** As {@link #textClient}, with binary messages. */
    public static ClientWebSockets<byte[]> binaryClient(String target) {
        return ClientWebSockets.to(target, Kind.BINARY);
    }

    /** As {@link #textClient}, with messages of both kinds. */
    public static ClientWebSockets<WebSocketMessage> messagesClient(String target) {
        return ClientWebSockets.to(target, Kind.BOTH);
    }

    static String checkTarget(String name, String target) {
        if (!target.startsWith("/") || !target.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '#')) {
            throw new IllegalArgumentException(
                    name + " must begin with a slash and be ASCII without blanks and #: \"" + target + "\"");
        }
        return target;
    }
}
