package io.github.packetboat.websocket;

import org.jspecify.annotations.Nullable;

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
     * @param path begins with a slash, has no query, and is compared as it is
     * @throws IllegalArgumentException if it does not or has, is null, or has characters that no path can have
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
     * @throws IllegalArgumentException if it is null, has no slash in front, or characters that no target can have
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

    /** The path of a server: what a request asks for before its question mark. */
    static String checkPath(String path) {
        if (checkTarget("path", path).indexOf('?') >= 0) {
            throw new IllegalArgumentException(
                    "path must have no query, since requests are compared without theirs: \"" + path + "\"");
        }
        return path;
    }

    static String checkTarget(String name, String target) {
        if (!Http.isTarget(notNull(name, target))) {
            throw new IllegalArgumentException(
                    name + " must begin with a slash and be ASCII without blanks and #: \"" + target + "\"");
        }
        return target;
    }

    static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return value;
    }
}
