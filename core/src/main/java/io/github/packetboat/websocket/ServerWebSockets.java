package io.github.packetboat.websocket;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Handshake;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A server's WebSockets, from {@link WebSockets#text} and its like. Immutable and thread-safe; each method returns a changed
 * copy.
 *
 * <pre>{@code
 * CodecFactory<String> chat = WebSockets.text("/chat")
 *         .origins("https://example.org")                 // besides pages from this server's own host
 *         .admit(head -> isKnown(head.header("Cookie")) ? 101 : 401)
 *         .page("/", () -> Page.of("text/html; charset=utf-8", html))
 *         .page("/health", () -> Page.text("ok"));
 * }</pre>
 *
 * <p>Whoever asks for another path gets 404, and whoever breaks the rules of the handshake 400, 403, 405, 421, 426 or 431: the
 * listener never hears of any of them. A request may have a head of 8 KiB with 64 headers, and no body. It is HTTP/1.1: HTTP/1.0,
 * which has no upgrade, gets 400, and each method but GET and HEAD, OPTIONS included, gets 405. Its target may be a whole URI,
 * whose host then counts instead of the Host header (RFC 9112 §3.2.2).
 *
 * @param <M> the type of message
 */
public final class ServerWebSockets<M> implements CodecFactory<M> {
    private final Kind<M> kind;
    private final Sizes sizes;
    private final Writers<M> writers;
    private final ServerRules rules;

    private ServerWebSockets(Kind<M> kind, Sizes sizes, ServerRules rules) {
        this.kind = kind;
        this.sizes = sizes;
        this.writers = new Writers<>(kind, false, sizes);
        this.rules = rules;
    }

    static <M> ServerWebSockets<M> at(String path, Kind<M> kind) {
        return new ServerWebSockets<>(
                kind,
                Sizes.DEFAULT,
                new ServerRules(
                        Set.of(WebSockets.checkPath(path)),
                        List.of(),
                        Hosts.ANY,
                        Origins.SAME,
                        handshake -> 101,
                        Pages.NONE,
                        false));
    }

    /**
     * At {@code path} too; {@link Handshake#path()} tells which one it was.
     *
     * @throws IllegalArgumentException as by {@link WebSockets#text}
     */
    public ServerWebSockets<M> alsoAt(String path) {
        Set<String> paths = new LinkedHashSet<>(rules.paths());
        paths.add(WebSockets.checkPath(path));
        return with(new ServerRules(
                Set.copyOf(paths),
                rules.subprotocols(),
                rules.hosts(),
                rules.origins(),
                rules.admission(),
                rules.pages(),
                rules.deflates()));
    }

    /**
     * The subprotocols this server speaks, best first: the first one that a client offers is agreed on, and none if it offers
     * none of them. None unless set.
     *
     * @throws IllegalArgumentException if one is no token
     */
    public ServerWebSockets<M> subprotocols(String... names) {
        return with(new ServerRules(
                rules.paths(),
                ClientWebSockets.tokens(names),
                rules.hosts(),
                rules.origins(),
                rules.admission(),
                rules.pages(),
                rules.deflates()));
    }

    /**
     * Answers only to these host names, to {@code localhost} and to IP addresses, whatever is asked for, pages included;
     * requests for other hosts get 421. All hosts are answered to unless set: a server cannot know its names.
     *
     * <p>For a server that is meant for its own machine or network this is what keeps the pages of the web out. Anybody can
     * let a name of his own point to {@code 127.0.0.1} once his page is loaded (DNS rebinding). To the browser that page and
     * this server are then of one origin, so nothing but the name gives it away; nobody can do that to {@code localhost} or
     * to an address. An embedded server that is reached by these alone says:
     *
     * <pre>{@code
     * MessageServer.builder(WebSockets.text("/control").hosts()).listener(listener).bind("127.0.0.1", 8080);
     * }</pre>
     *
     * @param names without ports, such as {@code "printer.lan"}; added to those of earlier calls
     * @throws IllegalArgumentException if one is null, has a port, or cannot be in a Host header
     */
    public ServerWebSockets<M> hosts(String... names) {
        return with(new ServerRules(
                rules.paths(),
                rules.subprotocols(),
                rules.hosts().and(names),
                rules.origins(),
                rules.admission(),
                rules.pages(),
                rules.deflates()));
    }

    /**
     * Whose pages may connect besides those of the host that they connect to, such as {@code "https://example.org"}. Others
     * get 403, and so does the origin {@code "null"} unless it is named here. None unless set.
     *
     * <p>A page is of the same host if the authority of its origin is that of the request, and its scheme is http or https:
     * https, if this server ends TLS itself. Without that the scheme does not matter, since a proxy in front may end TLS.
     *
     * @throws IllegalArgumentException if one is null
     */
    public ServerWebSockets<M> origins(String... origins) {
        Set<String> all = new LinkedHashSet<>(rules.origins().allowed());
        for (String origin : origins) {
            all.add(Http.lower(WebSockets.notNull("origin", origin)));
        }
        return withOrigins(new Origins(
                Set.copyOf(all), rules.origins().any(), rules.origins().required()));
    }

    /**
     * Lets pages of every origin connect, with the cookies that their visitors have here: only for a server that does not
     * rely on cookies, nor on who can reach it.
     */
    public ServerWebSockets<M> insecureAnyOrigin() {
        return withOrigins(
                new Origins(rules.origins().allowed(), true, rules.origins().required()));
    }

    /** Refuses peers that say no origin, which only those that are no browsers do; they are welcome unless this is set. */
    public ServerWebSockets<M> requireOrigin() {
        return withOrigins(
                new Origins(rules.origins().allowed(), rules.origins().any(), true));
    }

    private ServerWebSockets<M> withOrigins(Origins origins) {
        return with(new ServerRules(
                rules.paths(),
                rules.subprotocols(),
                rules.hosts(),
                origins,
                rules.admission(),
                rules.pages(),
                rules.deflates()));
    }

    /**
     * Who is let in, of those that the other rules let in: the function returns 101 to accept, or the status to refuse with,
     * 400 to 599, such as 401. It runs on the event loop, must not block, and is called by several threads at once. What it
     * found out it can find out again in {@code onOpen}, from the same {@link Handshake}. That has all headers but those that
     * only make the handshake, which are {@code Connection}, {@code Upgrade}, and the key, version and extensions of WebSocket,
     * and those about an answer that there is not: {@code Accept-Encoding}, {@code Cache-Control} and {@code Pragma}.
     */
    public ServerWebSockets<M> admit(ToIntFunction<Handshake> verdict) {
        WebSockets.notNull("verdict", verdict);
        return with(new ServerRules(
                rules.paths(),
                rules.subprotocols(),
                rules.hosts(),
                rules.origins(),
                verdict,
                rules.pages(),
                rules.deflates()));
    }

    /**
     * Answers a GET or HEAD of {@code path} with a page, and closes, unless an upgrade to websocket is asked for. The supplier
     * is asked each time, on the event loop; it must not block, and what it returns should be made beforehand if it is large.
     *
     * <p>A page is for small things, of 4 MiB at most, of which what the kernel does not take at once waits in memory. A peer
     * may read it slowly: one of which the kernel takes less, in any {@code Limits.closeFlushTimeout} (5 seconds unless set), than
     * 500 bytes for each second of it, is cut off. What is larger belongs on a web server.
     *
     * @throws IllegalArgumentException as by {@link WebSockets#text}, or if {@code page} is null
     */
    public ServerWebSockets<M> page(String path, Supplier<Page> page) {
        return with(rules.pages().at(WebSockets.checkPath(path), WebSockets.notNull("page", page)));
    }

    /**
     * Answers a GET or HEAD of each path below {@code prefix} with a page, as {@link #page} does, which comes first. The
     * function is given what follows the prefix; if it returns null the answer is 404. Of several prefixes the longest counts.
     *
     * <pre>{@code
     * .pagesBelow("/mails/", number -> mails.containsKey(number) ? Page.text(mails.get(number)) : null)
     * }</pre>
     *
     * @param prefix begins and ends with a slash
     * @param pages what it is given is as the peer sent it: percent signs are not decoded, dots not resolved, and it may be
     *     empty. Look it up in what there is; never make the name of a file of it
     * @throws IllegalArgumentException as by {@link WebSockets#text}, or if there is no slash at the end, or {@code pages} is
     *     null
     */
    public ServerWebSockets<M> pagesBelow(String prefix, Function<String, @Nullable Page> pages) {
        if (!WebSockets.checkPath(prefix).endsWith("/")) {
            throw new IllegalArgumentException("prefix has no slash at its end: \"" + prefix + "\"");
        }
        return with(rules.pages().below(prefix, WebSockets.notNull("pages", pages)));
    }

    private ServerWebSockets<M> with(Pages pages) {
        return with(new ServerRules(
                rules.paths(),
                rules.subprotocols(),
                rules.hosts(),
                rules.origins(),
                rules.admission(),
                pages,
                rules.deflates()));
    }

    /**
     * Compresses messages of 64 bytes or more with clients that offer it (permessage-deflate, RFC 7692), each by itself: a
     * broadcast is compressed once, and nothing is kept between messages. Do not compress secrets together with what
     * somebody else can choose. Off unless set.
     *
     * <p>With {@code Overflow.DROP_OLDEST} nothing that is sent is compressed.
     */
    public ServerWebSockets<M> deflate() {
        return with(new ServerRules(
                rules.paths(),
                rules.subprotocols(),
                rules.hosts(),
                rules.origins(),
                rules.admission(),
                rules.pages(),
                true));
    }

    /** How large a frame may be that comes in, and into frames of what size messages are cut that go out; 64 KiB unless set. */
    public ServerWebSockets<M> maxFrameBytes(int bytes) {
        return new ServerWebSockets<>(kind, sizes.frame(bytes), rules);
    }

    /** How large a message may be in either direction, expanded if it was compressed; 256 KiB unless set. */
    public ServerWebSockets<M> maxMessageBytes(int bytes) {
        return new ServerWebSockets<>(kind, sizes.message(bytes), rules);
    }

    /** In how many frames a message may come; 1,024 unless set. */
    public ServerWebSockets<M> maxFragments(int fragments) {
        return new ServerWebSockets<>(kind, sizes.fragments(fragments), rules);
    }

    private ServerWebSockets<M> with(ServerRules changed) {
        return new ServerWebSockets<>(kind, sizes, changed);
    }

    /** @throws IllegalArgumentException if a frame may be larger than a message; names both limits */
    @Override
    public Codec<M> create() {
        sizes.check();
        return new WebSocketConversation<>(writers, new ServerOpening(rules));
    }

    @Override
    public String toString() {
        return "webSockets(" + String.join(", ", rules.paths()) + ")";
    }
}
