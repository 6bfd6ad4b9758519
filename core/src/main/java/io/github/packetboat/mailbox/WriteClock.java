package io.github.packetboat.mailbox;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks, now and then, whether a write takes too long on one of the sockets there are. One thread for all of them, which
 * ends with the last. Thread-safe.
 */
final class WriteClock {
    /** So often in the time that a write may take. */
    private static final int LOOKS = 4;

    private static final long MAX_TICK_MILLIS = 10_000;

    private static final Set<GuardedSocket> SOCKETS = new HashSet<>(); // guarded by itself, as is the thread
    private static @Nullable Thread thread;

    private WriteClock() {}

    /** Looks after it, until it is removed. */
    static void add(GuardedSocket socket) {
        synchronized (SOCKETS) {
            SOCKETS.add(socket);
            if (thread == null) {
                Thread starting = new Thread(WriteClock::run, "packetboat-mailbox-writes");
                starting.setDaemon(true);
                starting.start();
                thread = starting; // not if there are too many threads already
            } else {
                SOCKETS.notifyAll(); // its time may be the shortest
            }
        }
    }

    static void remove(GuardedSocket socket) {
        synchronized (SOCKETS) {
            if (SOCKETS.remove(socket) && SOCKETS.isEmpty()) {
                SOCKETS.notifyAll();
            }
        }
    }

    private static void run() {
        while (true) {
            List<GuardedSocket> open;
            synchronized (SOCKETS) {
                if (SOCKETS.isEmpty()) {
                    thread = null;
                    return;
                }
                try {
                    SOCKETS.wait(tickMillis());
                } catch (InterruptedException e) {
                    // by nobody who knows what it does: it goes on
                }
                open = List.copyOf(SOCKETS);
            }
            open.forEach(GuardedSocket::closeIfLate); // without the lock, which close takes
        }
    }

    private static long tickMillis() {
        long tick = MAX_TICK_MILLIS;
        for (GuardedSocket socket : SOCKETS) {
            tick = Math.min(tick, socket.patience().toMillis() / LOOKS);
        }
        return Math.max(1, tick);
    }
}
