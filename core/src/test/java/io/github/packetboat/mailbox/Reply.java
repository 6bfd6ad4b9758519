package io.github.packetboat.mailbox;

import io.github.packetboat.testkit.RawPeer;
import java.util.function.Consumer;

/** What a server under a test's control does with a command. Each connection has a thread of its own. */
final class Reply {
    private static final ThreadLocal<String> TAG = ThreadLocal.withInitial(() -> "");

    private Reply() {}

    /** The tag of the command that this thread answers. */
    static String tag() {
        return TAG.get();
    }

    /** The tag is known only when the command comes: {@link #say} puts it where a {@code #} is. */
    static RawPeer tagging(RawPeer peer, String tag) {
        TAG.set(tag);
        return peer;
    }

    static Consumer<RawPeer> say(String text) {
        return peer -> trySend(peer, text);
    }

    /** Who is refused may hang up while it is being talked to. */
    static void trySend(RawPeer peer, String text) {
        try {
            peer.send(text.replace("#", tag()));
        } catch (AssertionError | RuntimeException e) {
            // it did
        }
    }

    static Consumer<RawPeer> flood(String piece, long bytes) {
        String block = piece.repeat(Math.max(1, 65536 / piece.length()));
        return peer -> {
            try {
                for (long sent = 0; sent < bytes; sent += block.length()) {
                    peer.send(block);
                }
            } catch (AssertionError | RuntimeException e) {
                // it has hung up
            }
        };
    }

    static Consumer<RawPeer> drip(String piece, int times) {
        return peer -> {
            try {
                for (int i = 0; i < times; i++) {
                    peer.send(piece);
                    java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                }
            } catch (AssertionError | RuntimeException e) {
                // it has hung up
            }
        };
    }
}
