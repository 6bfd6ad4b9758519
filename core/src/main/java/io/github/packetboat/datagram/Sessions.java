package io.github.packetboat.datagram;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions by their peer's address, and in the order in which they were last heard of. Thread-safe. */
final class Sessions<M> {
    private final Map<InetSocketAddress, PeerSession<M>> byAddress = new HashMap<>();
    private @Nullable PeerSession<M> oldest;
    private @Nullable PeerSession<M> newest;

    synchronized int size() {
        return byAddress.size();
    }

    synchronized @Nullable PeerSession<M> get(InetSocketAddress peer) {
        return byAddress.get(peer);
    }

    /** The session of {@code peer}, which is now the newest, or null. */
    synchronized @Nullable PeerSession<M> heard(InetSocketAddress peer) {
        PeerSession<M> session = byAddress.get(peer);
        if (session != null && session != newest) {
            unlink(session);
            link(session);
        }
        return session;
    }

    synchronized void add(PeerSession<M> session) {
        byAddress.put(session.remoteAddress(), session);
        link(session);
    }

    synchronized @Nullable PeerSession<M> oldest() {
        return oldest;
    }

    /** Returns whether it was in here. */
    synchronized boolean remove(PeerSession<M> session) {
        if (!byAddress.remove(session.remoteAddress(), session)) {
            return false;
        }
        unlink(session);
        return true;
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
