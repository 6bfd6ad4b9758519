package io.github.packetboat.examples;

import io.github.packetboat.websocket.Page;
import io.github.packetboat.websocket.ServerWebSockets;
import io.github.packetboat.websocket.WebSockets;
import java.io.IOException;

/** The chat for browsers: a page, what belongs to it, and the WebSocket that it opens. */
final class ChatPage {
    /** The page loads from, and talks to, its own server only, and no markup in a message could run. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'";

    private ChatPage() {}

    static ServerWebSockets<String> webSockets() throws IOException {
        WebFiles files = new WebFiles(POLICY);
        return WebSockets.text("/chat")
                .page("/", files.page("chat.html", "text/html; charset=utf-8"))
                .page("/chat.css", files.page("chat.css", "text/css; charset=utf-8"))
                .page("/chat.js", files.page("chat.js", "text/javascript; charset=utf-8"))
                .page("/health", () -> Page.text("ok"));
    }
}
