package io.github.packetboat.websocket;

import io.github.packetboat.testkit.RawPeer;
import java.nio.charset.StandardCharsets;

/** A raw peer that has done the client's handshake, frame by frame. Not thread-safe. */
final class Browser implements AutoCloseable {
    final RawPeer peer;

    private Browser(RawPeer peer) {
        this.peer = peer;
    }

    static Browser at(int port) {
        Browser browser = new Browser(RawPeer.connect(port));
        browser.peer.send(Bytes.opened().toArray());
        browser.expectHead("HTTP/1.1 101 Switching Protocols");
        return browser;
    }

    /** Reads to the empty line. */
    void expectHead(String firstLine) {
        String line = peer.readLine();
        if (!line.equals(firstLine)) {
            throw new AssertionError("expected " + firstLine + " but got " + line);
        }
        while (!line.isEmpty()) {
            line = peer.readLine();
        }
    }

    Browser send(String text) {
        return send(new Bytes().masked(0x81, text));
    }

    Browser send(Bytes frames) {
        peer.send(frames.toArray());
        return this;
    }

    Browser close(int code) {
        return send(new Bytes().masked(0x88, new byte[] {(byte) (code >> 8), (byte) code}));
    }

    /** The payload of the next frame, which has to be a whole message of text. */
    String text() {
        return new String(frame(0x81), StandardCharsets.UTF_8);
    }

    byte[] frame(int firstByte) {
        byte[] two = peer.readExactly(2);
        if ((two[0] & 0xFF) != firstByte) {
            throw new AssertionError("expected a frame 0x%02X but got 0x%02X".formatted(firstByte, two[0]));
        }
        int length = two[1] & 0xFF; // with a mask it would be beyond 127
        if (length == 126) {
            byte[] more = peer.readExactly(2);
            length = (more[0] & 0xFF) << 8 | more[1] & 0xFF;
        }
        return peer.readExactly(length);
    }

    /** The code in the close frame that comes next. */
    int closeCode() {
        byte[] payload = frame(0x88);
        return payload.length == 0 ? CloseCode.NO_CODE : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }

    /** Goes, before the end of the test. */
    void leave() {
        peer.close();
    }

    @Override
    public void close() {
        peer.close();
    }
}
