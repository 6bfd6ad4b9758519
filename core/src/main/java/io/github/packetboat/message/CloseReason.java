package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection is closed: what kind of end it was, and a sentence with the value, the limit and what to do about
 * it. Immutable and thread-safe.
 *
 * <p>{@link #toString()} is made for logs:
 *
 * <pre>{@code
 * CloseReason[OVERFLOW, "8388672 bytes queued exceeds maxQueuedBytes=8388608: …", peer=/10.0.0.7:5031]
 * }</pre>
 *
 * <p>Whatever a peer has sent is in there escaped and cut, so no peer can forge or flood a log line.
 */
public final class CloseReason {
    /** Our own words around at most {@link Escaped#MAX_CHARS} of the peer's; a longer detail is cut. */
    static final int MAX_DETAIL_CHARS = 1024;

    /** The kinds of end that a connection can have. */
    public enum Kind {
        /** This side called {@code close()}, and what was queued has been handed to the kernel. */
        LOCAL_CLOSE,
        /** The peer ended the stream in order, between two messages. */
        PEER_CLOSED,
        /** This side called {@code abort()}: what was queued is lost. */
        ABORTED,
        /** The network or the peer's kernel broke the connection: a reset or any other I/O error. */
        CONNECTION_LOST,
        /** The peer sent bytes that the codec or the protocol does not allow. */
        PROTOCOL_ERROR,
        /** The peer ended the stream in the middle of a message. */
        TRUNCATED_FRAME,
        /** A message was begun and not completed within {@link Limits#frameTimeout()}. */
        FRAME_TIMEOUT,
        /** No message passed for as long as the idle timeout. */
        IDLE_TIMEOUT,
        /** Nothing at all was heard from the peer for as long as the heartbeats allow: it is dead or cut off. */
        HEARTBEAT_TIMEOUT,
        /** The peer took no byte of what was queued for {@link Limits#writeStallTimeout()}. */
        WRITE_TIMEOUT,
        /** The TLS handshake, or another exchange before the first message, failed. */
        HANDSHAKE_FAILED,
        /** The TLS handshake, or another exchange before the first message, took too long. */
        HANDSHAKE_TIMEOUT,
        /**
         * The stream ended without TLS's own end mark (close_notify): the tail may have been cut off by an attacker.
         */
        TLS_TRUNCATED,
        /** More was queued for the peer than {@link Limits#maxQueuedBytes()}. */
        OVERFLOW,
        /** The server holds as many unfinished bytes of its peers as {@link Limits#inboundBudgetBytes()} allows. */
        OVERLOADED,
        /** The listener threw; see {@link CloseReason#cause()}. */
        LISTENER_FAILED,
        /** The server did not want the connection: its address is filtered, or there are too many. */
        REFUSED,
        /** The connection never came to be. */
        CONNECT_FAILED,
        /** The server is being drained, and this connection's turn had come. */
        DRAINING
    }

    private final Kind kind;
    private final String detail;
    private final @Nullable Throwable cause;
    private final @Nullable SocketAddress peer;
    private final int code;

    private CloseReason(Kind kind, String detail, @Nullable Throwable cause, @Nullable SocketAddress peer, int code) {
        this.kind = Check.notNull("kind", kind);
        this.detail = Escaped.of(Check.notNull("detail", detail), MAX_DETAIL_CHARS);
        this.cause = cause;
        this.peer = peer;
        this.code = code;
    }

    /**
     * A reason without cause and peer, for tests of listeners.
     *
     * @param detail what happened; escaped and cut if need be
     * @throws IllegalArgumentException if an argument is null
     */
    public static CloseReason of(Kind kind, String detail) {
        return new CloseReason(kind, detail, null, null, 0);
    }

    static CloseReason of(Kind kind, String detail, @Nullable Throwable cause, @Nullable SocketAddress peer) {
        return new CloseReason(kind, detail, cause, peer, 0);
    }

    CloseReason withCode(int closeCode) {
        return new CloseReason(kind, detail, cause, peer, closeCode);
    }

    /** What kind of end it was. */
    public Kind kind() {
        return kind;
    }

    /** What happened, with the value, the limit and what to do; one line, safe to log. */
    public String detail() {
        return detail;
    }

    /**
     * The number with which the peer ended the conversation, else that with which this side did, where the codec has such:
     * WebSocket's close code (RFC 6455 §7.4), with 1005 for a peer that gave none. 0 if no number was given.
     */
    public int code() {
        return code;
    }

    /** What was thrown, or null if nothing was. Its own text is as it came, not escaped. */
    public @Nullable Throwable cause() {
        return cause;
    }

    /** The other end, or null if it is not known. */
    public @Nullable SocketAddress peer() {
        return peer;
    }

    /** One line with all but the cause; see the class comment. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("CloseReason[").append(kind);
        if (!detail.isEmpty()) {
            text.append(", \"").append(detail).append('"');
        }
        if (code != 0) {
            text.append(", code=").append(code);
        }
        if (peer != null) {
            text.append(", peer=").append(name(peer));
        }
        return text.append(']').toString();
    }

    private static String name(SocketAddress peer) {
        String name = peer.toString();
        boolean unnamed = peer instanceof UnixDomainSocketAddress && name.isEmpty();
        return unnamed ? "(unix socket)" : Escaped.of(name);
    }
}
