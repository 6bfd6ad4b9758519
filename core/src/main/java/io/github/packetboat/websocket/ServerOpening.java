package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.codec.Handshake;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The accepting side (RFC 6455 §4.2): checks the request, then answers it, refuses it, or shows a page. */
final class ServerOpening implements Opening {
    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;
    /**
     * They made the handshake, or are about the body and the age of an answer that there is not: half of what a browser sends,
     * which an idle connection would keep.
     */
    private static final Set<String> CONSUMED = Set.of(
            "connection",
            "upgrade",
            "sec-websocket-key",
            "sec-websocket-version",
            "sec-websocket-extensions",
            "accept-encoding",
            "cache-control",
            "pragma");

    private final ServerRules rules;
    private final HttpHead.Reader reader = new HttpHead.Reader();
    private boolean secure;
    private boolean headOnly;
    private String answer = "";
    private byte[] body = {};

    ServerOpening(ServerRules rules) {
        this.rules = rules;
    }

    @Override
    public void begin(Conversation.Line line, FrameBuffer out) {
        secure = line.secure();
    }

    @Override
    public @Nullable Outcome decode(ByteBuffer in) throws CodecException {
        HttpHead head = reader.read(in);
        if (head == null) {
            return null;
        }
        headOnly = head.start().get(0).equals("HEAD");
        Request request = Request.of(head);
        rules.hosts().check(request.host());
        String target = request.target();
        String path = target.indexOf('?') < 0 ? target : target.substring(0, target.indexOf('?'));
        // an upgrade to something else, as the h2c that HTTP clients ask for, may be ignored (RFC 9110 §7.8)
        boolean upgrades = Http.hasElement(head.all("upgrade"), "websocket");
        Page page = upgrades ? null : rules.pages().find(path);
        if (page != null) {
            return show(page, request.method(), path);
        }
        String own = rules.own(path);
        if (own == null) {
            throw new HttpException(404, "there is no " + path);
        }
        String key = checkUpgrade(head, request.method());
        Origins.check(head, request.host(), secure, rules.origins());
        return upgrade(head, target.equals(own) ? own : target, key);
    }

    private Outcome show(Page page, String method, String path) {
        answer = page.head(200);
        body = page.bytes();
        return new Outcome(null, null, "answered " + method + " " + path + " with 200");
    }

    /** The requirements of RFC 6455 §4.2.1. Returns the key. */
    private static String checkUpgrade(HttpHead head, String method) throws HttpException {
        if (!method.equals("GET")) {
            throw new HttpException(405, "method " + method + " instead of GET", "Allow: GET\r\n");
        }
        if (!Http.hasElement(head.all("upgrade"), "websocket")) {
            throw new HttpException(426, "no upgrade to websocket is asked for", "Upgrade: websocket\r\n");
        }
        if (!Http.hasElement(head.all("connection"), "upgrade")) {
            throw new HttpException(400, "the Connection header does not name the upgrade");
        }
        if (!VERSION.equals(head.only("sec-websocket-version"))) {
            throw new HttpException(426, "another version than 13", "Sec-WebSocket-Version: " + VERSION + "\r\n");
        }
        String key = head.only("sec-websocket-key");
        if (key == null || !isKey(key)) {
            throw new HttpException(
                    400, "Sec-WebSocket-Key is missing, there more than once, or no 16 bytes in Base64");
        }
        return key;
    }

    private static boolean isKey(String key) {
        try {
            return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Outcome upgrade(HttpHead head, String target, String key) throws HttpException {
        String subprotocol = subprotocol(Http.elements(head.all("sec-websocket-protocol")));
        Map<String, List<String>> headers = new HashMap<>(head.headers());
        headers.keySet().removeAll(CONSUMED);
        Handshake handshake = new Handshake(target, headers, subprotocol);
        int verdict = rules.admission().applyAsInt(handshake);
        if (verdict != 101) {
            checkVerdict(verdict);
            throw new HttpException(verdict, "the application does not admit it");
        }
        List<Extension> offers = Extension.parse(head.all("sec-websocket-extensions"));
        if (offers == null) {
            throw new HttpException(400, "Sec-WebSocket-Extensions is malformed");
        }
        StringBuilder text = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n")
                .append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
                .append(Opening.accept(key))
                .append("\r\n");
        if (subprotocol != null) {
            text.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
        }
        Deflate deflate = null;
        for (Extension offer : rules.deflates() ? offers : List.<Extension>of()) {
            deflate = offer.accept();
            if (deflate != null) {
                text.append("Sec-WebSocket-Extensions: ")
                        .append(Extension.answer(deflate, offer))
                        .append("\r\n");
                break;
            }
        }
        answer = text.append("\r\n").toString();
        return new Outcome(handshake, deflate, "");
    }

    private static void checkVerdict(int verdict) {
        if (verdict < 400 || verdict > 599) {
            throw new IllegalStateException(
                    "admit(…) said " + verdict + ", which is neither 101 nor a status from 400 to 599");
        }
    }

    private @Nullable String subprotocol(List<String> offered) {
        for (String ours : rules.subprotocols()) {
            if (offered.contains(ours)) {
                return ours;
            }
        }
        return null;
    }

    @Override
    public void answer(FrameBuffer out) {
        put(answer, body, out);
        answer = "";
        body = new byte[0];
    }

    @Override
    public void refuse(@Nullable Throwable failure, FrameBuffer out) {
        int status = 503;
        String header = "";
        if (failure instanceof HttpException refusal) {
            status = refusal.status();
            header = refusal.header();
        } else if (failure != null) {
            status = 500;
        }
        Page page = Page.text(status + " " + Http.reason(status) + "\n").with(header);
        put(page.head(status), page.bytes(), out);
    }

    /** The answer to a HEAD is what that to a GET would be, but without the body (RFC 9110 §9.3.2). */
    private void put(String head, byte[] content, FrameBuffer out) {
        Opening.put(head, out);
        if (!headOnly) {
            out.put(ByteBuffer.wrap(content));
        }
    }
}
