package io.github.packetboat.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Streams for tests, put together by hand, so that the code under test is not its own judge. */
final class Bytes {
    /** The key of the example in RFC 6455 §1.3, whose answer is given there. */
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    static final String REQUEST = """
            GET /chat HTTP/1.1
            Host: example.org
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Version: 13

            """;

    static final String SWITCHING = """
            HTTP/1.1 101 Switching Protocols
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=

            """;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Text with each line ended by CRLF. */
    static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    /** The good request, then frames. */
    static Bytes opened() {
        return new Bytes().text(crlf(REQUEST));
    }

    Bytes text(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    Bytes hex(String hex) {
        bytes.writeBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
        return this;
    }

    /** A frame of a client: with a mask, and its length in the shortest form. */
    Bytes masked(int firstByte, byte[] payload) {
        byte[] key = {0x12, (byte) 0xF3, 0x56, (byte) 0x87};
        header(firstByte, 0x80, payload.length);
        bytes.writeBytes(key);
        for (int i = 0; i < payload.length; i++) {
            bytes.write(payload[i] ^ key[i % 4]);
        }
        return this;
    }

    Bytes masked(int firstByte, String payload) {
        return masked(firstByte, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** A frame of a server. */
    Bytes plain(int firstByte, byte[] payload) {
        header(firstByte, 0, payload.length);
        bytes.writeBytes(payload);
        return this;
    }

    Bytes plain(int firstByte, String payload) {
        return plain(firstByte, payload.getBytes(StandardCharsets.UTF_8));
    }

    private void header(int firstByte, int mask, int length) {
        bytes.write(firstByte);
        if (length < 126) {
            bytes.write(mask | length);
        } else if (length < 65536) {
            bytes.write(mask | 126);
            bytes.write(length >> 8);
            bytes.write(length);
        } else {
            bytes.write(mask | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                bytes.write((int) ((long) length >>> shift));
            }
        }
    }

    byte[] toArray() {
        return bytes.toByteArray();
    }

    /** As it is in {@link Session.Outcome#said}. */
    String asSaid() {
        return new String(toArray(), StandardCharsets.ISO_8859_1);
    }
}
