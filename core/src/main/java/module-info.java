/** Messages over TCP (and, as the library grows, WebSocket, UDP and mail) on plain {@code java.nio}. */
module io.github.packetboat {
    requires static org.jspecify;
    requires jdk.net;

    exports io.github.packetboat;
    exports io.github.packetboat.codec;
    exports io.github.packetboat.mail;
    exports io.github.packetboat.message;
}
