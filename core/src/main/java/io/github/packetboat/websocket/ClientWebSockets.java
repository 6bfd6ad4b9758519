package io.github.packetboat.websocket;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecFactory;
import java.util.List;
import java.util.Set;

/**
 * A client's WebSocket, from {@link WebSockets#textClient} and its like. Immutable and thread-safe; each method returns a
 * changed copy.
 *
 * <p>A server that answers with anything but 101, a redirect included, makes the connection fail; the reason says what it
 * answered.
 *
 * @param <M> the type of message
 */
public final class ClientWebSockets<M> implements CodecFactory<M> {
    private static final Set<String> OWN = Set.of(
            "host",
            "upgrade",
            "connection",
            "sec-websocket-key",
            "sec-websocket-version",
            "sec-websocket-protocol",
            "sec-websocket-extensions",
            "content-length",
            "transfer-encoding");

    private final Kind<M> kind;
    private final Sizes sizes;
    private final Writers<M> writers;
    private final ClientRules rules;

    private ClientWebSockets(Kind<M> kind, Sizes sizes, ClientRules rules) {
        this.kind = kind;
        this.sizes = sizes;
        this.writers = new Writers<>(kind, true, sizes);
        this.rules = rules;
    }

    static <M> ClientWebSockets<M> to(String target, Kind<M> kind) {
        return new ClientWebSockets<>(
                kind, Sizes.DEFAULT, new ClientRules(WebSockets.checkTarget("target", target), List.of(), "", false));
    }

    /**
     * The subprotocols that are offered, best first. The connection fails if the server chooses another one; it may choose
     * none. None unless set.
     *
     * @throws IllegalArgumentException if one is no token
     */
    public ClientWebSockets<M> subprotocols(String... names) {
        return with(new ClientRules(rules.target(), tokens(names), rules.headers(), rules.deflates()));
    }

    /**
     * Sends a header with the request, such as {@code Authorization}, {@code Cookie} or {@code Origin}; its value appears in
     * no text of this library.
     *
     * @throws IllegalArgumentException if the name is no token, or one that the handshake itself sets, or the value has
     *     characters that no header may have
     */
    public ClientWebSockets<M> header(String name, String value) {
        if (OWN.contains(Http.lower(name))) {
            throw new IllegalArgumentException("the handshake itself sets the header " + name);
        }
        return with(new ClientRules(
                rules.target(), rules.subprotocols(), rules.headers() + headerLine(name, value), rules.deflates()));
    }

    /**
     * Offers to compress messages of 64 bytes or more (permessage-deflate, RFC 7692); off unless set.
     *
     * <p>What the server sends is expanded in any case. What is sent is not compressed in a client that reconnects and
     * retains, nor with {@code Overflow.DROP_OLDEST}: it may have to wait for another connection, whose server may agree on
     * less.
     */
    public ClientWebSockets<M> deflate() {
        return with(new ClientRules(rules.target(), rules.subprotocols(), rules.headers(), true));
    }

    /** How large a frame may be that comes in, and into frames of what size messages are cut that go out; 64 KiB unless set. */
    public ClientWebSockets<M> maxFrameBytes(int bytes) {
        return new ClientWebSockets<>(kind, sizes.frame(bytes), rules);
    }

    /** How large a message may be in either direction, expanded if it was compressed; 256 KiB unless set. */
    public ClientWebSockets<M> maxMessageBytes(int bytes) {
        return new ClientWebSockets<>(kind, sizes.message(bytes), rules);
    }

    /** In how many frames a message may come; 1,024 unless set. */
    public ClientWebSockets<M> maxFragments(int fragments) {
        return new ClientWebSockets<>(kind, sizes.fragments(fragments), rules);
    }

    private ClientWebSockets<M> with(ClientRules changed) {
        return new ClientWebSockets<>(kind, sizes, changed);
    }

    static List<String> tokens(String... names) {
        for (String name : names) {
            if (!Http.isToken(name)) {
                throw new IllegalArgumentException("subprotocol \"" + name + "\" is no token");
            }
        }
        return List.of(names);
    }

    static String headerLine(String name, String value) {
        if (!Http.isToken(name) || !Http.isValue(value)) {
            throw new IllegalArgumentException("header " + (Http.isToken(name) ? name : "name")
                    + " has characters that it may not have, such as CR or LF");
        }
        return name + ": " + value + "\r\n";
    }

    /** @throws IllegalArgumentException if a frame may be larger than a message; names both limits */
    @Override
    public Codec<M> create() {
        sizes.check();
        return new WebSocketConversation<>(writers, new ClientOpening(rules));
    }

    @Override
    public String toString() {
        return "webSocketClient(" + rules.target() + ")";
    }
}
