/**
 * WebSocket (RFC 6455), with permessage-deflate (RFC 7692), as codecs.
 *
 * <pre>{@code
 * MessageListener<String> listener = (connection, text) -> everyone.broadcast(connection.id() + ": " + text);
 *
 * var server = MessageServer.builder(Codecs.lines()).listener(listener).bind(10051);        // nc, and anything else
 * server.bind(8080, WebSockets.text("/chat").page("/", () -> page));                        // browsers, in the same room
 *
 * var client = MessageClient.builder(WebSockets.textClient("/chat")).listener(listener).connect("localhost", 8080);
 * client.send("hello");
 * client.connection().close(CloseCode.NORMAL, "see you");
 * }</pre>
 *
 * <p>Pings are sent and answered by themselves (see {@code heartbeat} of the builders), a peer that is lost is noticed, and
 * close codes of either side are in {@code CloseReason.code()}. What a browser's page may do is up to
 * {@link io.github.packetboat.websocket.ServerWebSockets#origins}: only pages of the same host may connect unless more are
 * named.
 */
@NullMarked
package io.github.packetboat.websocket;

import org.jspecify.annotations.NullMarked;
