package io.github.packetboat.internal.smtp;

import io.github.packetboat.codec.CodecException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Asks a proxy for a way to the server: SOCKS 5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC 9110 §9.3.6). The proxy looks up
 * the name. One exchange; loop thread only, but for {@link #begin}.
 *
 * <pre>
 *   SOCKS: METHOD ──▶ LOGIN (if wanted) ──▶ CONNECT ──▶ DONE          HTTP: CONNECT ──▶ DONE
 * </pre>
 */
final class ProxyHandshake {
    private static final int SOCKS_VERSION = 5;
    private static final int NO_LOGIN = 0;
    private static final int PASSWORD_LOGIN = 2;
    private static final int LOGIN_VERSION = 1;
    private static final int CONNECT = 1;
    private static final int NAME = 3;
    private static final int IPV4 = 1;
    private static final int IPV6 = 4;
    private static final int GENERAL_FAILURE = 1;
    private static final int NETWORK_UNREACHABLE = 3;
    private static final int TTL_EXPIRED = 6;
    private static final int MAX_LOGIN_BYTES = 255;
    private static final int MAX_HTTP_BYTES = 8 * 1024;
    private static final int MAX_SHOWN_CHARS = 100;
    private static final byte[] END_OF_HEADERS = {'\r', '\n', '\r', '\n'};

    private enum Step {
        METHOD,
        LOGIN,
        SOCKS_CONNECT,
        HTTP_CONNECT,
        DONE
    }

    private final String host;
    private final int port;
    private final @Nullable Login login;
    private byte[] loginRequest = new byte[0];
    private boolean unreachable;
    private Step step;

    ProxyHandshake(boolean socks, String host, int port, @Nullable Login login) {
        this.host = host;
        this.port = port;
        this.login = login;
        this.step = socks ? Step.METHOD : Step.HTTP_CONNECT;
    }

    boolean isDone() {
        return step == Step.DONE;
    }

    /** Whether the proxy said that it does not reach the server, which it may do later. */
    boolean isUnreachable() {
        return unreachable;
    }

    /**
     * What this side says first. On a worker, since the password may have to be fetched, before anything is read.
     *
     * @throws IllegalArgumentException if the login does not fit into SOCKS
     */
    byte[] begin() {
        if (step == Step.METHOD) {
            if (login == null) {
                return new byte[] {SOCKS_VERSION, 1, NO_LOGIN};
            }
            loginRequest = socksLogin(login);
            return new byte[] {SOCKS_VERSION, 2, NO_LOGIN, PASSWORD_LOGIN};
        }
        String target = (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
        StringBuilder request = new StringBuilder("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n");
        if (login != null) {
            byte[] pair = pair(login.user() + ":", secret(login));
            request.append("Proxy-Authorization: Basic ")
                    .append(Base64.getEncoder().encodeToString(pair))
                    .append("\r\n");
        }
        return request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads what the proxy says.
     *
     * @return what to say next, empty if it is done; or null if more bytes are needed
     * @throws CodecException if the proxy refuses or talks nonsense
     */
    byte @Nullable [] read(ByteBuffer in) throws CodecException {
        return switch (step) {
            case METHOD -> method(in);
            case LOGIN -> loggedIn(in);
            case SOCKS_CONNECT -> socksConnected(in);
            case HTTP_CONNECT -> httpConnected(in);
            case DONE -> new byte[0];
        };
    }

    private byte @Nullable [] method(ByteBuffer in) throws CodecException {
        if (in.remaining() < 2) {
            return null;
        }
        int version = in.get();
        int method = in.get() & 0xFF;
        if (version != SOCKS_VERSION) {
            throw new CodecException("the proxy does not speak SOCKS 5: it began with byte " + version);
        }
        if (method == PASSWORD_LOGIN && loginRequest.length > 0) {
            step = Step.LOGIN;
            return loginRequest;
        }
        if (method != NO_LOGIN) {
            throw new CodecException(
                    "the proxy wants a login" + (login == null ? ", and none is set" : " of another kind"));
        }
        return socksConnect();
    }

    /** RFC 1929 §2. */
    private static byte[] socksLogin(Login login) {
        byte[] user = login.user().getBytes(StandardCharsets.UTF_8);
        byte[] secret = secret(login);
        checkLength("user", user);
        checkLength("password", secret);
        return ByteBuffer.allocate(3 + user.length + secret.length)
                .put((byte) LOGIN_VERSION)
                .put((byte) user.length)
                .put(user)
                .put((byte) secret.length)
                .put(secret)
                .array();
    }

    private static void checkLength(String what, byte[] bytes) {
        if (bytes.length == 0 || bytes.length > MAX_LOGIN_BYTES) {
            throw new IllegalArgumentException(
                    "the proxy's " + what + " has " + bytes.length + " bytes, and SOCKS takes 1 to " + MAX_LOGIN_BYTES);
        }
    }

    private byte @Nullable [] loggedIn(ByteBuffer in) throws CodecException {
        if (in.remaining() < 2) {
            return null;
        }
        in.get();
        int status = in.get();
        if (status != 0) {
            throw new CodecException("the proxy refuses the login, status " + (status & 0xFF));
        }
        return socksConnect();
    }

    private byte[] socksConnect() {
        step = Step.SOCKS_CONNECT;
        byte[] name = host.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(7 + name.length)
                .put(new byte[] {SOCKS_VERSION, CONNECT, 0, NAME, (byte) name.length})
                .put(name)
                .putShort((short) port)
                .array();
    }

    private byte @Nullable [] socksConnected(ByteBuffer in) throws CodecException {
        int start = in.position();
        if (in.remaining() < 5) {
            return null;
        }
        int status = in.get(start + 1) & 0xFF;
        if (status != 0) {
            unreachable = status == GENERAL_FAILURE || status >= NETWORK_UNREACHABLE && status <= TTL_EXPIRED;
            throw new CodecException("the proxy cannot connect to " + host + ":" + port + ": SOCKS status " + status);
        }
        int address = switch (in.get(start + 3)) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            case NAME -> 1 + (in.get(start + 4) & 0xFF);
            default -> throw new CodecException("the proxy's answer has an address of an unknown type");
        };
        int length = 4 + address + 2;
        if (in.remaining() < length) {
            return null;
        }
        in.position(start + length);
        step = Step.DONE;
        return new byte[0];
    }

    private byte @Nullable [] httpConnected(ByteBuffer in) throws CodecException {
        int start = in.position();
        for (int end = start + END_OF_HEADERS.length; end <= in.limit(); end++) {
            if (in.slice(end - END_OF_HEADERS.length, END_OF_HEADERS.length).equals(ByteBuffer.wrap(END_OF_HEADERS))) {
                byte[] head = new byte[end - start];
                in.get(head);
                String status = new String(head, StandardCharsets.ISO_8859_1).split("\r\n", 2)[0];
                if (!status.matches("HTTP/1\\.[01] 2\\d\\d( .*)?")) {
                    unreachable = status.matches("HTTP/1\\.[01] 5\\d\\d( .*)?");
                    String shown = status.replaceAll("[^ -~]", "?");
                    throw new CodecException("the proxy refuses to connect to " + host + ":" + port + ": "
                            + shown.substring(0, Math.min(shown.length(), MAX_SHOWN_CHARS)));
                }
                step = Step.DONE;
                return new byte[0];
            }
        }
        if (in.remaining() > MAX_HTTP_BYTES) {
            throw new CodecException("the proxy's answer of more than " + MAX_HTTP_BYTES + " bytes has no end");
        }
        return null;
    }

    private static byte[] secret(Login login) {
        char[] chars = login.secret().get();
        byte[] bytes = new String(chars).getBytes(StandardCharsets.UTF_8);
        Arrays.fill(chars, '\0');
        return bytes;
    }

    private static byte[] pair(String user, byte[] secret) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(name.length + secret.length)
                .put(name)
                .put(secret)
                .array();
    }
}
