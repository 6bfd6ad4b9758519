package io.github.packetboat.datagram;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions by their peer's address, and in the order in which they were last heard of. Thread-safe. */
final class Sessions<M> {
    private final Map<PeerKey, PeerSession<M>> byAddress = new HashMap<>();
    /** Those that the application has closed, until somebody takes them to say so. */
    private final ArrayDeque<PeerSession<M>> left = new ArrayDeque<>();

    private @Nullable PeerSession<M> oldest;
    private @Nullable PeerSession<M> newest;

    synchronized int size() {
        return byAddress.size();
    }

    synchronized @Nullable PeerSession<M> get(InetSocketAddress peer) {
        return byAddress.get(PeerKey.of(peer));
    }

    /** The session of {@code peer}, which is now the newest, or null. */
    synchronized @Nullable PeerSession<M> heard(InetSocketAddress peer) {
        PeerSession<M> session = byAddress.get(PeerKey.of(peer));
        if (session != null && session != newest) {
            unlink(session);
            link(session);
        }
        return session;
    }

    synchronized void add(PeerSession<M> session) {
        byAddress.put(session.key(), session);
        link(session);
    }

    synchronized @Nullable PeerSession<M> oldest() {
        return oldest;
    }

    /** Returns whether it was in here. */
    synchronized boolean remove(PeerSession<M> session) {
        if (!byAddress.remove(session.key(), session)) {
            return false;
        }
        unlink(session);
        return true;
    }

    /** Moves it from here to those of {@link #pollLeft}, in one step. Returns whether it was in here. */
    synchronized boolean leave(PeerSession<M> session) {
        return remove(session) && left.add(session);
    }

    synchronized @Nullable PeerSession<M> pollLeft() {
        return left.poll();
    }

    /** All of them, the oldest first. */
    synchronized List<PeerSession<M>> all() {
        List<PeerSession<M>> all = new ArrayList<>(byAddress.size());
        for (PeerSession<M> each = oldest; each != null; each = each.newer) {
            all.add(each);
        }
        return all;
    }

    private void link(PeerSession<M> session) {
        PeerSession<M> before = newest;
        session.older = before;
        newest = session;
        if (before == null) {
            oldest = session;
        } else {
            before.newer = session;
        }
    }

    private void unlink(PeerSession<M> session) {
        PeerSession<M> before = session.older;
        PeerSession<M> after = session.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        session.older = null;
        session.newer = null;
    }
}
