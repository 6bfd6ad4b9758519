package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.Conversation;
import io.github.packetboat.codec.FrameBuffer;
import io.github.packetboat.codec.Handshake;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** One side's part in the opening handshake (RFC 6455 §4). Not thread-safe. */
interface Opening {

    /**
     * How a handshake ended well.
     *
     * @param handshake null if there was only a page to be shown
     * @param farewell what to say of a connection that is over already; else empty
     */
    record Outcome(@Nullable Handshake handshake, @Nullable Deflate deflate, String farewell) {}

    /** Says what this side says first. */
    void begin(Conversation.Line line, FrameBuffer out);

    /** Reads what the peer says; null if it is not whole. */
    @Nullable
    Outcome decode(ByteBuffer in) throws CodecException;

    /** Answers what was decoded. */
    void answer(FrameBuffer out);

    /** Says why this side refuses, after {@code failure} or, if that is null, since it goes away. */
    void refuse(@Nullable Throwable failure, FrameBuffer out);

    /** Proof that a server has read a client's {@code key} (RFC 6455 §4.2.2, step 5.4). */
    static String accept(String key) {
        try {
            byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    static void put(String head, FrameBuffer out) {
        out.put(head.getBytes(StandardCharsets.ISO_8859_1));
    }
}
