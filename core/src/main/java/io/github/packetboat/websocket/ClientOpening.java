package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.codec.Handshake;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connecting side (RFC 6455 §4.1): asks, and checks that it was a WebSocket server that answered. */
final class ClientOpening implements Opening {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 16;

    private final ClientRules rules;
    private final HttpHead.Reader reader = new HttpHead.Reader();
    private String expectedAccept = "";

    ClientOpening(ClientRules rules) {
        this.rules = rules;
    }

    @Override
    public void begin(Conversation.Line line, FrameBuffer out) {
        byte[] random = new byte[KEY_BYTES];
        RANDOM.nextBytes(random);
        String key = Base64.getEncoder().encodeToString(random);
        expectedAccept = Opening.accept(key);
        StringBuilder request = new StringBuilder("GET ")
                .append(rules.target())
                .append(" HTTP/1.1\r\nHost: ")
                .append(host(line))
                .append(
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .append(key)
                .append("\r\n");
        if (!rules.subprotocols().isEmpty()) {
            request.append("Sec-WebSocket-Protocol: ")
                    .append(String.join(", ", rules.subprotocols()))
                    .append("\r\n");
        }
        if (rules.deflates()) {
            request.append("Sec-WebSocket-Extensions: ").append(Extension.OFFER).append("\r\n");
        }
        Opening.put(request.append(rules.headers()).append("\r\n").toString(), out);
    }

    /** The port is left out where it is the scheme's own (RFC 9110 §7.2). */
    private static String host(Conversation.Line line) {
        String name = line.host() == null ? "localhost" : line.host();
        String host = name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
        boolean own = line.port() == 0 || line.port() == (line.secure() ? 443 : 80);
        return own ? host : host + ":" + line.port();
    }

    @Override
    public @Nullable Outcome decode(ByteBuffer in) throws CodecException {
        HttpHead head;
        try {
            head = reader.read(in);
        } catch (HttpException e) {
            throw new CodecException("the server does not answer with proper HTTP: " + e.what(), e);
        }
        if (head == null) {
            return null;
        }
        checkStatus(head);
        if (!Http.hasElement(head.all("upgrade"), "websocket") || !Http.hasElement(head.all("connection"), "upgrade")) {
            throw refused("does not upgrade to websocket");
        }
        if (!expectedAccept.equals(head.only("sec-websocket-accept"))) {
            throw refused("did not read the key: Sec-WebSocket-Accept is wrong");
        }
        String subprotocol = subprotocol(head.all("sec-websocket-protocol"));
        Deflate deflate = deflate(Extension.parse(head.all("sec-websocket-extensions")));
        return new Outcome(new Handshake(rules.target(), head.headers(), subprotocol), deflate, "");
    }

    private static void checkStatus(HttpHead head) throws CodecException {
        String status = head.start().get(1);
        if (!head.start().get(0).equals("HTTP/1.1")) {
            throw refused("speaks " + head.start().get(0) + " instead of HTTP/1.1");
        }
        if (!status.equals("101")) {
            String where = head.only("location");
            throw refused("answered " + status + " " + head.start().get(2)
                    + (where == null ? "" : ", which is not followed, to " + where));
        }
    }

    private @Nullable String subprotocol(List<String> chosen) throws CodecException {
        if (chosen.isEmpty()) {
            return null;
        }
        if (chosen.size() > 1 || !rules.subprotocols().contains(chosen.get(0))) {
            throw refused("chose subprotocol " + chosen + ", and " + rules.subprotocols() + " was offered");
        }
        return chosen.get(0);
    }

    private @Nullable Deflate deflate(@Nullable List<Extension> chosen) throws CodecException {
        if (chosen != null && chosen.isEmpty()) {
            return null;
        }
        if (!rules.deflates()
                || chosen == null
                || chosen.size() > 1
                || !chosen.get(0).isGoodAnswer()) {
            throw refused("chose extensions that were not offered: " + chosen);
        }
        return new Deflate(Deflate.MAX_WINDOW_BITS);
    }

    private static CodecException refused(String what) {
        return new CodecException("the server " + what);
    }

    @Override
    public void answer(FrameBuffer out) {}

    @Override
    public void refuse(@Nullable Throwable failure, FrameBuffer out) {}
}
