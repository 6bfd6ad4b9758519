package io.github.packetboat.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What a server answers to a plain GET beside its WebSockets: a page, a script, or a word for a health check. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * ServerWebSockets<String> chat = WebSockets.text("/chat")
 *         .page("/", () -> page)                          // Page page = Page.of("text/html; charset=utf-8", bytes);
 *         .page("/health", () -> Page.text("ok"));
 * }</pre>
 */
public final class Page {
    static final int MAX_BYTES = 4 << 20;
    private static final Set<String> OWN = Set.of(
            "content-type",
            "content-length",
            "content-encoding",
            "content-range",
            "transfer-encoding",
            "trailer",
            "connection",
            "keep-alive",
            "upgrade");

    private final String contentType;
    private final byte[] bytes;
    private final String headers;

    private Page(String contentType, byte[] bytes, String headers) {
        this.contentType = contentType;
        this.bytes = bytes;
        this.headers = headers;
    }

    /**
     * {@code bytes}, which are copied, as {@code contentType}.
     *
     * @param contentType with its charset if it is text, such as {@code "text/html; charset=utf-8"}
     * @throws IllegalArgumentException if the type cannot be in a header, or there are more than 4 MiB
     */
    public static Page of(String contentType, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "page of " + bytes.length + " bytes is larger than " + MAX_BYTES + ": leave that to a web server");
        }
        if (contentType.isBlank() || !Http.isValue(contentType)) {
            throw new IllegalArgumentException("contentType is empty or has characters that no header may have");
        }
        return new Page(contentType, bytes.clone(), "");
    }

    /** {@code text} as plain text. */
    public static Page text(String text) {
        return of("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * With one more header, such as {@code Content-Security-Policy}.
     *
     * @throws IllegalArgumentException if the name is no token, or one that says where the answer ends or what it is, which
     *     the page itself does; or if the value has characters that no header may have
     */
    public Page header(String name, String value) {
        if (OWN.contains(Http.lower(name))) {
            throw new IllegalArgumentException("the page itself sets the header " + name);
        }
        return with(ClientWebSockets.headerLine(name, value));
    }

    /** With the header that {@code line} is, whatever it says; or as it is, if that is empty. */
    Page with(String line) {
        return new Page(contentType, bytes, headers + line);
    }

    byte[] bytes() {
        return bytes;
    }

    /** The head of the answer with {@code status}. */
    String head(int status) {
        return "HTTP/1.1 " + status + " " + Http.reason(status) + "\r\n"
                + "Content-Type: " + contentType + "\r\n"
                + "Content-Length: " + bytes.length + "\r\n"
                + "X-Content-Type-Options: nosniff\r\n"
                + "Cache-Control: no-cache\r\n"
                + "Connection: close\r\n"
                + headers
                + "\r\n";
    }
}
