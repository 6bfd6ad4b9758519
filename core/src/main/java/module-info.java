/** Messages over TCP (and, as the library grows, WebSocket, UDP and mail) on plain {@code java.nio}. */
module io.github.packetboat {
    requires static org.jspecify;
    requires jdk.net;
    // Static: neither sockets nor composing and sending mail need it, and who excludes the jar still has a module.
    requires static jakarta.mail;
    // IMAP and POP3, for the mailbox.
    requires static org.eclipse.angus.mail;

    exports io.github.packetboat;
    exports io.github.packetboat.codec;
    exports io.github.packetboat.datagram;
    exports io.github.packetboat.mail;
    exports io.github.packetboat.mailbox;
    exports io.github.packetboat.message;
    exports io.github.packetboat.websocket;
}
