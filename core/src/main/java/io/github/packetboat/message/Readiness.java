package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * What a connection waits for at its selector, and why it is not read just now if it is not. Loop thread only.
 */
final class Readiness {
    /** Reasons for not reading, which may hold together. */
    static final int PAUSED_BY_USER = 1;

    static final int PAUSED_BY_QUEUE = 2;
    static final int PAUSED_BY_EXECUTOR = 4;
    static final int PAUSED_BY_REJECTION = 8;
    static final int PAUSED_BY_BUDGET = 16;
    /** Until TLS is up, or for ever, once the peer has ended its stream. */
    static final int PAUSED_BY_STATE = 32;

    private static final int NOTHING_DICTATED = -1;

    private @Nullable SelectionKey key;
    private int interest;
    /** What a handshake waits for, which nothing else changes until it is over; or {@link #NOTHING_DICTATED}. */
    private int dictated = NOTHING_DICTATED;

    private int paused;
    private boolean wantsWrites;
    private boolean attention;

    void register(EventLoop loop, SocketChannel channel, EventLoop.Ready owner) throws IOException {
        key = loop.register(channel, 0, owner);
    }

    void registered(SelectionKey fresh) {
        key = fresh;
    }

    boolean isPaused() {
        return paused != 0;
    }

    boolean isPausedBy(int why) {
        return (paused & why) != 0;
    }

    /** Whether the decoder is to stop after the message it is at, for somebody to look what is the matter. */
    boolean isAttentionWanted() {
        return attention;
    }

    void attend() {
        attention = true;
    }

    void attended() {
        attention = false;
    }

    void pause(int why) {
        paused |= why;
        attention = true;
        update();
    }

    /** Takes one reason back. Returns whether it was the last, so that reading goes on. */
    boolean resume(int why) {
        if ((paused & why) == 0) {
            return false;
        }
        paused &= ~why;
        update();
        return paused == 0;
    }

    /** Forgets every reason but {@link #PAUSED_BY_STATE}: what comes in now is only thrown away. */
    void readWhateverComes() {
        paused &= PAUSED_BY_STATE;
        update();
    }

    /** Returns whether that is new. */
    boolean wantWrites(boolean wanted) {
        if (wanted == wantsWrites) {
            return false;
        }
        wantsWrites = wanted;
        update();
        return true;
    }

    /** Waits for what pauses and writes ask for. */
    void update() {
        if (dictated == NOTHING_DICTATED) {
            waitFor((paused == 0 ? SelectionKey.OP_READ : 0) | (wantsWrites ? SelectionKey.OP_WRITE : 0));
        }
    }

    /** Waits for {@code ops} and nothing else, whatever is paused, until {@link #dictateNothing}. */
    void dictate(int ops) {
        dictated = ops;
        waitFor(ops);
    }

    /** Ends what {@link #dictate} began; {@link #update} is to follow. */
    void dictateNothing() {
        dictated = NOTHING_DICTATED;
    }

    private void waitFor(int ops) {
        SelectionKey registered = key;
        if (ops != interest && registered != null && registered.isValid()) {
            interest = ops;
            registered.interestOps(ops);
        }
    }
}
