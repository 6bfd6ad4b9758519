package io.github.packetboat.message;

/**
 * Whether the connections of a server begin with a PROXY protocol header (version 1 or 2), in which a load balancer
 * such as HAProxy tells the address of the client that it relays. With a header, {@code remoteAddress()} is the
 * client's.
 *
 * <p>Whoever can reach the port can write such a header and claim any address. Let only your proxies reach it.
 */
public enum ProxyProtocol {
    /** A header is not looked for; one that comes is read as the first message. The default. */
    OFF,

    /**
     * A header is read if there is one. Anybody can then claim any address, so use it only while a proxy is being
     * introduced. Nothing is known until the first bytes are there, so such a connection opens only with them: this
     * does not suit a protocol in which the server speaks first and the client waits for it.
     */
    OPTIONAL,

    /**
     * Each connection must begin with a header; one that does not is closed with {@link
     * CloseReason.Kind#PROTOCOL_ERROR}.
     */
    REQUIRED
}
