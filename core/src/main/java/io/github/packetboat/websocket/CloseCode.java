package io.github.packetboat.websocket;

/**
 * Why a WebSocket was closed, as a number (RFC 6455 §7.4, and the registry it opened). Your own are 4000 to 4999.
 *
 * <pre>{@code
 * connection.close(CloseCode.NORMAL, "see you");
 * }</pre>
 */
public final class CloseCode {
    /** All that was to be said has been said. */
    public static final int NORMAL = 1000;
    /** The server goes down, or the page is left. */
    public static final int GOING_AWAY = 1001;
    /** The peer broke the protocol. */
    public static final int PROTOCOL_ERROR = 1002;
    /** Text came where only binary is taken, or the other way round. */
    public static final int UNSUPPORTED_DATA = 1003;
    /** The peer closed without a code. Never sent. */
    public static final int NO_CODE = 1005;
    /** Text that is not UTF-8, or a message that makes no sense. */
    public static final int INVALID_DATA = 1007;
    /** The peer does what is not allowed. */
    public static final int POLICY_VIOLATION = 1008;
    /** A frame or message over the limit. */
    public static final int TOO_LARGE = 1009;
    /** This side failed. */
    public static final int INTERNAL_ERROR = 1011;

    private static final int REGISTERED_FROM = 3000;
    private static final int PRIVATE_TO = 4999;

    private CloseCode() {}

    /** Whether {@code code} may be in a close frame (RFC 6455 §7.4.1 and 7.4.2). */
    static boolean mayBeSent(int code) {
        return switch (code) {
            case 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014 -> true;
            default -> code >= REGISTERED_FROM && code <= PRIVATE_TO;
        };
    }
}
