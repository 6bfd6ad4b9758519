package io.github.packetboat.websocket;

import io.github.packetboat.codec.CodecException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What messages are to the application. Each kind is one object, so that encodings of it are equal. Thread-safe.
 *
 * @param <M> the type of message
 */
sealed interface Kind<M> {
    Kind<String> TEXT = new TextKind();
    Kind<byte[]> BINARY = new BinaryKind();
    Kind<WebSocketMessage> BOTH = new BothKinds();

    /** The opcode of a frame with {@code message}. */
    int opcode(M message);

    /** The payload of {@code message}; may be the message's own array, so it must not be written to if it is binary. */
    byte[] payload(M message) throws CodecException;

    /** Whether data frames with this opcode are taken. */
    boolean takes(int opcode);

    /** What is told a peer that sends something else. */
    String wanted();

    /**
     * The message of a payload, which is well-formed if it is text.
     *
     * @param bytes used again: to be copied
     * @param ascii whether it is known to have no other characters
     */
    M message(int opcode, byte[] bytes, int length, boolean ascii);

    private static byte[] utf8(String text) throws CodecException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // '?' is what half a surrogate pair becomes; only where there is one is a second look needed
        if (bytes.length > 0 && Surrogates.mayHaveBeenReplaced(bytes)) {
            Surrogates.check(text);
        }
        return bytes;
    }

    private static String text(byte[] bytes, int length, boolean ascii) {
        return new String(bytes, 0, length, ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    /** Text as strings. */
    final class TextKind implements Kind<String> {
        @Override
        public int opcode(String message) {
            return Frame.TEXT;
        }

        @Override
        public byte[] payload(String message) throws CodecException {
            return utf8(message);
        }

        @Override
        public boolean takes(int opcode) {
            return opcode == Frame.TEXT;
        }

        @Override
        public String wanted() {
            return "text";
        }

        @Override
        public String message(int opcode, byte[] bytes, int length, boolean ascii) {
            return text(bytes, length, ascii);
        }
    }

    /** Binary messages as arrays. */
    final class BinaryKind implements Kind<byte[]> {
        @Override
        public int opcode(byte[] message) {
            return Frame.BINARY;
        }

        @Override
        public byte[] payload(byte[] message) {
            return message;
        }

        @Override
        public boolean takes(int opcode) {
            return opcode == Frame.BINARY;
        }

        @Override
        public String wanted() {
            return "binary messages";
        }

        @Override
        public byte[] message(int opcode, byte[] bytes, int length, boolean ascii) {
            return Arrays.copyOf(bytes, length);
        }
    }

    /** Either. */
    final class BothKinds implements Kind<WebSocketMessage> {
        @Override
        public int opcode(WebSocketMessage message) {
            return message instanceof WebSocketMessage.Text ? Frame.TEXT : Frame.BINARY;
        }

        @Override
        public byte[] payload(WebSocketMessage message) throws CodecException {
            return message instanceof WebSocketMessage.Text text
                    ? utf8(text.text())
                    : ((WebSocketMessage.Binary) message).bytes();
        }

        @Override
        public boolean takes(int opcode) {
            return true;
        }

        @Override
        public String wanted() {
            return "text and binary messages";
        }

        @Override
        public WebSocketMessage message(int opcode, byte[] bytes, int length, boolean ascii) {
            return opcode == Frame.TEXT
                    ? new WebSocketMessage.Text(text(bytes, length, ascii))
                    : new WebSocketMessage.Binary(Arrays.copyOf(bytes, length));
        }
    }
}
