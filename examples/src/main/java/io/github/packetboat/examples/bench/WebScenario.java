package io.github.packetboat.examples.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What {@link WebSocketBench} measures. */
enum WebScenario {
    /** Each of 32 connections has 64 texts of 64 bytes under way, and gets each back. */
    ECHO(32, 64, 64),
    /** Texts of 128 bytes, 8 under way, from one connection to all of 1,000. */
    BROADCAST(1000, 128, 8);

    private static final int MASK = 0x80;
    private static final int KEY = 0x1D2F_3A4B;

    final int connections;
    final int window;
    private final int payloadBytes;

    WebScenario(int connections, int payloadBytes, int window) {
        this.connections = connections;
        this.payloadBytes = payloadBytes;
        this.window = window;
    }

    /** How long a frame of the server is. */
    int frameBytes() {
        return payloadBytes + (payloadBytes < 126 ? 2 : 4);
    }

    /** As many frames as may be under way, one behind the other, as a client sends them. */
    ByteBuffer clientFrames() {
        byte[] text = "x".repeat(payloadBytes).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < text.length; i++) {
            text[i] ^= (byte) (KEY >>> 8 * (3 - i % 4));
        }
        ByteBuffer frames = ByteBuffer.allocateDirect(window * clientFrameBytes());
        for (int i = 0; i < window; i++) {
            frames.put((byte) 0x81);
            if (payloadBytes < 126) {
                frames.put((byte) (MASK | payloadBytes));
            } else {
                frames.put((byte) (MASK | 126)).putShort((short) payloadBytes);
            }
            frames.putInt(KEY).put(text);
        }
        return frames.flip();
    }

    int clientFrameBytes() {
        return frameBytes() + 4;
    }
}
