package io.github.packetboat.message;

import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.codec.Handshake;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Leads the {@link Conversation} of one connection whose codec holds one: says for it what it wants said, and tells the
 * connection's life how far it is. Loop thread only, where nothing else is said.
 */
final class Dialogue<M> {
    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final Outbound<M> outbound;
    private final Conversation<M> conversation;
    private volatile @Nullable Handshake handshake;
    private volatile CodecFactory<M> encoding;
    private Conversation.@Nullable Ending ending;
    private int code;
    private String text = "";
    private boolean saidFarewell;
    private boolean deaf;

    Dialogue(SocketConnection<M> connection, Lifecycle<M> life, Outbound<M> outbound, Conversation<M> conversation) {
        this.connection = connection;
        this.life = life;
        this.outbound = outbound;
        this.conversation = conversation;
        this.encoding = connection.endpoint().codec();
    }

    /** The transport is there. */
    void begin() {
        Endpoint<M> endpoint = connection.endpoint();
        Endpoint.HostAndPort to = endpoint.host();
        boolean secure = endpoint.tls() != null;
        Conversation.Line line = to == null
                ? new Conversation.Line(null, 0, secure)
                : new Conversation.Line(to.host(), to.port(), secure);
        say(out -> conversation.begin(line, out));
    }

    /** Says what there is to say after something was decoded, and moves the connection on. */
    void attend() {
        if (!conversation.hasNews()) {
            return;
        }
        say(conversation::reply);
        Conversation.Phase phase = conversation.phase();
        if (phase == Conversation.Phase.OPEN && handshake == null) {
            encoding = conversation.encoding();
            handshake = conversation.handshake();
            if (life.state() == Lifecycle.State.GREETING) {
                life.open();
            }
        } else if (phase == Conversation.Phase.OVER) {
            life.beginClose(over());
        }
    }

    /** No more messages come: the peer has said goodbye, or only wanted an answer. */
    private CloseReason over() {
        CloseReason.Kind kind =
                life.state() == Lifecycle.State.GREETING ? CloseReason.Kind.LOCAL_CLOSE : CloseReason.Kind.PEER_CLOSED;
        return connection.reason(kind, conversation.farewell(), null);
    }

    /**
     * Sends what {@code words} puts, which is no message, after what the loop has sent. Not bounded by a limit: it is an
     * answer, and nothing is read while much is queued.
     */
    private void say(Consumer<FrameBuffer> words) {
        if (outbound.drain().isClosed()) {
            return;
        }
        FrameBuffer said = FrameBuffer.allocate(512);
        said.begin(said.bytes(), true);
        words.accept(said);
        if (said.length() > 0) {
            outbound.say(said.bytes().flip(), said.borrowed());
        }
    }

    /** Asks the peer for a sign of life. */
    void ping() {
        if (!life.refusesSends()) {
            say(conversation::ping);
        }
    }

    /** How the conversation is to end; the first to say so decides. */
    void endBy(Conversation.Ending how, int withCode, String withText) {
        if (ending == null) {
            ending = how;
            code = withCode;
            text = withText;
        }
    }

    /** Everything else is written: says the last words. Returns false if they have been said before. */
    boolean sayFarewell(CloseReason why) {
        if (saidFarewell) {
            return false;
        }
        saidFarewell = true;
        endBy(endingFor(why.kind()), 0, "");
        Conversation.Ending how = ending;
        if (how != null) {
            say(out -> conversation.close(how, code, text, out));
        }
        return true;
    }

    private static Conversation.Ending endingFor(CloseReason.Kind kind) {
        return switch (kind) {
            case PROTOCOL_ERROR, HANDSHAKE_FAILED, TRUNCATED_FRAME -> Conversation.Ending.PEER_FAILED;
            case LISTENER_FAILED -> Conversation.Ending.SELF_FAILED;
            case DRAINING, IDLE_TIMEOUT, REFUSED -> Conversation.Ending.GOING_AWAY;
            default -> Conversation.Ending.DONE;
        };
    }

    /** Whether the peer's own farewell is still worth waiting for. */
    boolean awaitsFarewell() {
        return handshake != null
                && !deaf
                && ending != Conversation.Ending.PEER_FAILED
                && conversation.phase() != Conversation.Phase.OVER;
    }

    /** What the peer says cannot be understood any more. */
    void stopListening() {
        deaf = true;
    }

    /** Whether the connection can be closed with {@code code}. Thread-safe. */
    boolean mayCloseWith(int code) {
        return conversation.mayCloseWith(code);
    }

    /** See {@link CloseReason#code()}. */
    int closeCode() {
        return conversation.closeCode();
    }

    /** What both sides agreed on, once they have. Thread-safe. */
    @Nullable
    Handshake handshake() {
        return handshake;
    }

    /** What messages for this connection are encoded by, elsewhere than here. Thread-safe. */
    CodecFactory<M> encoding() {
        return encoding;
    }
}
