package io.github.packetboat.examples;

import io.github.packetboat.websocket.Page;
import io.github.packetboat.websocket.ServerWebSockets;
import io.github.packetboat.websocket.WebSockets;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The chat for browsers: a page, what belongs to it, and the WebSocket that it opens. */
final class ChatPage {
    /** The page loads from, and talks to, its own server only, and no markup in a message could run. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'";

    private ChatPage() {}

    static ServerWebSockets<String> webSockets() throws IOException {
        Page html = file("chat.html", "text/html; charset=utf-8");
        Page css = file("chat.css", "text/css; charset=utf-8");
        Page script = file("chat.js", "text/javascript; charset=utf-8");
        return WebSockets.text("/chat")
                .page("/", () -> html)
                .page("/chat.css", () -> css)
                .page("/chat.js", () -> script)
                .page("/health", () -> Page.text("ok"));
    }

    private static Page file(String name, String contentType) throws IOException {
        try (InputStream in = ChatPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name + " is not beside " + ChatPage.class);
            }
            return Page.of(contentType, in.readAllBytes()).header("Content-Security-Policy", POLICY);
        }
    }
}
