package io.github.packetboat.codec;

import org.jspecify.annotations.Nullable;

/**
 * A codec that also speaks for itself: with an opening handshake before the first message, with answers of its own between
 * messages, and with a word of farewell. WebSocket is one.
 *
 * <pre>
 *              begin()            decode(): the handshake is done
 *   OPENING ───────────▶ OPENING ─────────────────────────────────▶ OPEN
 *                           │                                         │ decode(): the peer said goodbye
 *                           └──────── nothing to open for ────────────┴──────────────────────────────▶ OVER
 * </pre>
 *
 * <p>{@link #decode} consumes whatever belongs to the conversation and returns null for it; it also returns, with what follows
 * left unread, as soon as {@link #hasNews}. Whoever runs the codec then calls {@link #reply} and looks at {@link #phase}
 * before it decodes on, so that answers leave in the order of what they answer. Until the phase is {@link Phase#OPEN} no
 * message is decoded and none may be encoded; after {@link #close} none may be encoded, and whatever still comes in is
 * decoded only for the peer's own farewell.
 *
 * <p>Other instances of the same {@link CodecFactory} cannot know what the handshake settled, so messages that are encoded
 * elsewhere than on the connection are encoded by codecs of {@link #encoding}.
 *
 * @param <M> the type of message
 */
public interface Conversation<M> extends Codec<M> {

    /** How far a conversation is. */
    enum Phase {
        /** The handshake is not done. */
        OPENING,
        /** Messages come and go. */
        OPEN,
        /** The peer has said that it is done, or there was nothing to open for: no more messages come. */
        OVER
    }

    /** Why this side ends a conversation. */
    enum Ending {
        /** It has said what it had to say. */
        DONE,
        /** It goes away, and the peer may want to talk to somebody else. */
        GOING_AWAY,
        /** {@link #decode} threw: the peer broke a rule that the codec knows. */
        PEER_FAILED,
        /** The peer breaks no rule of the codec, but goes beyond what it is granted here, as by taking nothing for too long. */
        PEER_MISBEHAVED,
        /** Something failed on this side. */
        SELF_FAILED
    }

    /**
     * What the conversation goes over.
     *
     * @param host the name a client connected to, without its port; null on a server
     * @param port the port a client connected to; 0 if there is none
     * @param secure whether TLS is below
     */
    record Line(@Nullable String host, int port, boolean secure) {}

    /** Whether this is the conversation of the side that connects; else that of the side that accepts. */
    boolean isClient();

    /** The connection is there: appends what this side says first, if anything. Called once, before all that follows. */
    void begin(Line line, FrameBuffer out);

    /** How far the conversation is. */
    Phase phase();

    /** Whether there is something for {@link #reply} to say, or the phase has changed since that was called. */
    boolean hasNews();

    /** Appends what this side answers to what was decoded since the last call, maybe nothing. */
    void reply(FrameBuffer out);

    /** What both sides agreed on; null while the phase is {@link Phase#OPENING}, or if it was never {@link Phase#OPEN}. */
    @Nullable
    Handshake handshake();

    /**
     * The factory of codecs that encode as this one does. Factories that are equal, of different connections, make the same
     * bytes of the same message. Valid from {@link Phase#OPEN} on.
     */
    CodecFactory<M> encoding();

    /** How many bytes of a message that is not complete are kept in here, rather than left unread. */
    default int heldBytes() {
        return 0;
    }

    /** Appends what shows the peer that this side is alive and makes it answer. Only while the phase is {@link Phase#OPEN}. */
    void ping(FrameBuffer out);

    /**
     * Appends this side's last words, an answer to the peer's if it has said its own; maybe nothing. Called once at most, in
     * any phase, and nothing is sent after that.
     *
     * @param code what the application wants to say as a number, or 0 if it leaves that to {@code ending}
     * @param text what it wants to say in words; empty if nothing
     */
    void close(Ending ending, int code, String text, FrameBuffer out);

    /** Whether {@link #close} can say {@code code}. Thread-safe. */
    boolean mayCloseWith(int code);

    /** The number with which the peer ended the conversation, else that with which this side did; 0 if neither has. */
    int closeCode();

    /** Why the phase is {@link Phase#OVER}, as a sentence; empty in the other phases. What the peer said is in there as it came. */
    String farewell();
}
