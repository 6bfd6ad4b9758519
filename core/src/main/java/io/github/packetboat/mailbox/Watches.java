package io.github.packetboat.mailbox;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The watches of a mailbox, so that they end with it. Thread-safe. */
final class Watches {
    private final Set<Watch> open = new HashSet<>(); // guarded by this
    private boolean closed;

    synchronized void add(Watch watch) {
        if (closed) {
            throw new IllegalStateException("the mailbox is closed");
        }
        open.add(watch);
    }

    synchronized void remove(Watch watch) {
        open.remove(watch);
    }

    void close() {
        List<Watch> closing;
        synchronized (this) {
            closed = true;
            closing = List.copyOf(open);
        }
        closing.forEach(Watch::close);
    }
}
