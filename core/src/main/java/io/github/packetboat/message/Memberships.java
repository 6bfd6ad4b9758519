package io.github.packetboat.message;

import java.util.ArrayList;
import java.util.List;

/** The groups that one connection is in. Thread-safe. */
final class Memberships<M> {
    private final SocketConnection<M> connection;
    private final List<Group<M>> groups = new ArrayList<>(2);
    private boolean left;

    Memberships(SocketConnection<M> connection, boolean closed) {
        this.connection = connection;
        this.left = closed;
    }

    /** Remembers {@code group}. Returns false if the connection has closed, and so left all groups for good. */
    synchronized boolean join(Group<M> group) {
        if (left) {
            return false;
        }
        groups.add(group);
        return true;
    }

    synchronized int size() {
        return groups.size();
    }

    synchronized void leave(Group<M> group) {
        groups.remove(group);
    }

    void leaveAll() {
        List<Group<M>> all;
        synchronized (this) {
            left = true;
            all = List.copyOf(groups);
            groups.clear();
        }
        all.forEach(group -> group.drop(connection));
    }
}
