package io.github.packetboat.testkit;

import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What one side of a connection does, step by step, on a thread of its own. */
@FunctionalInterface
public interface Script {
    /** Plays the script; whatever is thrown is a failure of the test. The connection is closed afterwards. */
    void play(RawPeer peer) throws Exception;

    /** The scripts one after the other. */
    static Script of(Script... steps) {
        return peer -> {
            for (Script step : steps) {
                step.play(peer);
            }
        };
    }

    /** Sends {@code text}. */
    static Script say(String text) {
        return peer -> peer.send(text);
    }

    /** Fails unless exactly the bytes of {@code text} come next. */
    static Script hear(String text) {
        return peer -> {
            byte[] expected = text.getBytes(StandardCharsets.UTF_8);
            byte[] actual = peer.readExactly(expected.length);
            if (!Arrays.equals(expected, actual)) {
                throw new AssertionError("expected %s, got %s".formatted(Escaped.of(expected), Escaped.of(actual)));
            }
        };
    }

    /** Resets the connection. */
    static Script reset() {
        return RawPeer::reset;
    }

    /** Sends a FIN and goes on. */
    static Script halfClose() {
        return RawPeer::halfClose;
    }

    /** Discards what comes until the other side ends the connection, however it does. */
    static Script untilEnd() {
        return RawPeer::awaitEnd;
    }

    /** Sends back whatever comes until the other side ends the connection, however it does. */
    static Script echo() {
        return peer -> {
            try {
                peer.socket().getInputStream().transferTo(peer.socket().getOutputStream());
            } catch (SocketException reset) {
                // an end like any other
            }
        };
    }
}
