package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.CodecFactory;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.codec.Handshake;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One connection's WebSocket, in either role: the handshake, then frames, then the close frames. Not thread-safe. */
final class WebSocketConversation<M> implements Conversation<M>, FrameReader.Controls {
    private static final byte[] NO_PAYLOAD = {};
    private static final int CODE_BYTES = 2;

    private final Writers<M> writers;
    private FrameWriter<M> writer;
    private @Nullable Opening opening;
    private @Nullable FrameReader<M> reader;
    private @Nullable Handshake handshake;
    private Phase phase = Phase.OPENING;
    private boolean news;
    private byte @Nullable [] ping;
    private @Nullable Throwable failure;
    /** That of the peer's close frame, else that of our own; 0 before there is one. */
    private int closeCode;

    private String farewell = "";

    WebSocketConversation(Writers<M> writers, Opening opening) {
        this.writers = writers;
        this.opening = opening;
        this.writer = writers.plain();
    }

    // ------------------------------------------------------------------ the handshake

    @Override
    public boolean isClient() {
        return writers.areClients();
    }

    @Override
    public void begin(Line line, FrameBuffer out) {
        Opening first = opening;
        if (first != null) {
            first.begin(line, out);
        }
    }

    private void open(Opening first, ByteBuffer in) throws CodecException {
        Opening.Outcome outcome = first.decode(in);
        if (outcome == null) {
            return;
        }
        news = true;
        farewell = outcome.farewell();
        handshake = outcome.handshake();
        if (handshake == null) {
            phase = Phase.OVER;
            return;
        }
        Deflate deflate = outcome.deflate();
        writer = writers.that(deflate);
        reader = new FrameReader<>(writers.kind(), !isClient(), deflate != null, writers.sizes(), this);
        phase = Phase.OPEN;
    }

    @Override
    public Phase phase() {
        return phase;
    }

    @Override
    public boolean hasNews() {
        return news;
    }

    @Override
    public void reply(FrameBuffer out) {
        news = false;
        Opening first = opening;
        if (first != null && phase != Phase.OPENING) {
            first.answer(out);
            opening = null;
        }
        byte[] asked = ping;
        if (asked != null) {
            ping = null;
            writer.control(Frame.PONG, asked, out);
        }
    }

    @Override
    public @Nullable Handshake handshake() {
        return handshake;
    }

    @Override
    public CodecFactory<M> encoding() {
        return writer.encoding();
    }

    // ------------------------------------------------------------------ messages

    @Override
    public @Nullable M decode(ByteBuffer in) throws CodecException {
        try {
            FrameReader<M> frames = reader;
            if (frames != null && phase == Phase.OPEN) {
                return frames.read(in);
            }
            Opening first = opening;
            if (first != null && phase == Phase.OPENING) {
                open(first, in);
            } else {
                in.position(in.limit()); // nothing that comes after the end means anything (RFC 6455 §5.5.1)
            }
            return null;
        } catch (CodecException | RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void encode(M message, FrameBuffer out) throws CodecException {
        writer.encode(message, out);
    }

    @Override
    public int maxFrameBytes() {
        return phase == Phase.OPENING ? HttpHead.MAX_BYTES : writers.sizes().maxFrameBytes() + Frame.MAX_HEADER_BYTES;
    }

    @Override
    public int heldBytes() {
        FrameReader<M> frames = reader;
        return frames == null ? 0 : frames.heldBytes();
    }

    // ------------------------------------------------------------------ control frames

    @Override
    public boolean onControl(int opcode, byte[] payload) throws WebSocketException {
        switch (opcode) {
            case Frame.PING -> {
                ping = payload;
                news = true;
            }
            case Frame.CLOSE -> {
                onClose(payload);
                news = true;
            }
            default -> {} // a pong only shows that the peer is alive, whether it was asked or not (RFC 6455 §5.5.3)
        }
        return !news;
    }

    private void onClose(byte[] payload) throws WebSocketException {
        if (payload.length == 1) {
            throw new WebSocketException(CloseCode.PROTOCOL_ERROR, "a close frame with half a code");
        }
        int code = CloseCode.NO_CODE;
        String text = "";
        if (payload.length >= CODE_BYTES) {
            code = (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
            if (!CloseCode.mayBeSent(code)) {
                throw new WebSocketException(
                        CloseCode.PROTOCOL_ERROR, "a close frame with code " + code + ", which may not be sent");
            }
            text = FrameReader.reason(payload, CODE_BYTES);
        }
        closeCode = code;
        phase = Phase.OVER;
        farewell = "the peer closed the WebSocket with code " + code + (text.isEmpty() ? "" : ": " + text);
    }

    @Override
    public void ping(FrameBuffer out) {
        if (phase == Phase.OPEN) {
            writer.control(Frame.PING, NO_PAYLOAD, out);
        }
    }

    @Override
    public boolean mayCloseWith(int code) {
        return CloseCode.mayBeSent(code);
    }

    @Override
    public void close(Ending ending, int code, String text, FrameBuffer out) {
        Opening first = opening;
        if (handshake == null) {
            if (first != null && (ending == Ending.GOING_AWAY || failure != null)) {
                first.refuse(failure, out);
            }
            return;
        }
        boolean echoes = phase == Phase.OVER; // the peer's own code, without words (RFC 6455 §5.5.1)
        if (!echoes) {
            closeCode = code != 0 ? code : codeFor(ending);
        }
        writer.control(Frame.CLOSE, closePayload(closeCode, echoes ? "" : text), out);
    }

    private int codeFor(Ending ending) {
        return switch (ending) {
            case DONE -> CloseCode.NORMAL;
            case GOING_AWAY -> CloseCode.GOING_AWAY;
            case SELF_FAILED -> CloseCode.INTERNAL_ERROR;
            case PEER_FAILED ->
                failure instanceof WebSocketException broken ? broken.closeCode() : CloseCode.INVALID_DATA;
            case PEER_MISBEHAVED -> CloseCode.POLICY_VIOLATION;
        };
    }

    private static byte[] closePayload(int code, String text) {
        if (code == CloseCode.NO_CODE) {
            return new byte[0];
        }
        byte[] words = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(words.length, Frame.MAX_CONTROL_BYTES - CODE_BYTES);
        while (length < words.length && (words[length] & 0xC0) == 0x80) {
            length--; // cut between two characters
        }
        return ByteBuffer.allocate(CODE_BYTES + length)
                .putShort((short) code)
                .put(words, 0, length)
                .array();
    }

    @Override
    public int closeCode() {
        return closeCode;
    }

    @Override
    public String farewell() {
        return farewell;
    }
}
