package io.github.packetboat.websocket;

import java.util.Arrays;

/** A message of a WebSocket that takes both kinds: text or binary. */
public sealed interface WebSocketMessage {

    /**
     * Text.
     *
     * @param text any that has UTF-8, that is, without half a surrogate pair
     */
    record Text(String text) implements WebSocketMessage {
        /** @throws IllegalArgumentException if {@code text} is null */
        public Text {
            if (text == null) {
                throw new IllegalArgumentException("text is null");
            }
        }
    }

    /**
     * Bytes. Equal if the bytes are.
     *
     * @param bytes not copied: whoever makes or gets the message must leave them alone as long as it is used
     */
    record Binary(byte[] bytes) implements WebSocketMessage {
        /** @throws IllegalArgumentException if {@code bytes} is null */
        public Binary {
            if (bytes == null) {
                throw new IllegalArgumentException("bytes is null");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Binary that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Binary[" + bytes.length + " bytes]";
        }
    }
}
