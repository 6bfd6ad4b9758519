package io.github.packetboat.datagram;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one shard, in the order in which their peers were last heard of: so the first is the one to displace, and
 * the next to expire. Loop thread only, where nothing else is said.
 */
final class SessionTable<M> implements Inbox<M> {
    private final DatagramSessionListener<M> listener;
    private final Delivery delivery;
    private final EventLoop loop;
    private final Outgoing<M> outgoing;
    private final int maxSessions;
    private final long idleNanos;
    private final int amplification;
    private final Sessions<M> sessions = new Sessions<>();
    private final Cookies cookies;

    private final Timers.Timer expiry = new Timers.Timer() {
        @Override
        protected void expired(long nowNanos) {
            expire(nowNanos);
        }
    };

    SessionTable(
            DatagramSessionListener<M> listener,
            SessionLimits limits,
            int maxSessions,
            Delivery delivery,
            EventLoop loop,
            Outgoing<M> outgoing) {
        this.listener = listener;
        this.delivery = delivery;
        this.loop = loop;
        this.outgoing = outgoing;
        this.maxSessions = maxSessions;
        this.idleNanos = limits.idleTimeout().toNanos();
        this.amplification = limits.amplification();
        this.cookies = new Cookies(loop::readClock);
    }

    @Override
    public void message(InetSocketAddress sender, M message, int bytes) {
        PeerSession<M> known = sessions.heard(sender);
        PeerSession<M> session = known != null ? known : begin(sender);
        session.heard(bytes, loop.nowNanos());
        if (!expiry.isScheduled()) {
            loop.timers().schedule(expiry, loop.nowNanos() + idleNanos);
        }
        if (known == null) {
            delivery.call("onOpen", () -> listener.onOpen(session));
        }
        delivery.call("onMessage", () -> listener.onMessage(session, message));
    }

    @Override
    public void heard(InetSocketAddress sender, int bytes) {
        PeerSession<M> known = sessions.heard(sender);
        if (known != null) {
            known.heard(bytes, loop.nowNanos());
        }
    }

    private PeerSession<M> begin(InetSocketAddress sender) {
        PeerSession<M> oldest = sessions.oldest();
        if (oldest != null && sessions.size() >= maxSessions) {
            remove(oldest, DatagramSession.End.DISPLACED);
        }
        PeerSession<M> session = new PeerSession<>(this, sender, amplification);
        sessions.add(session);
        return session;
    }

    private void expire(long nowNanos) {
        PeerSession<M> oldest;
        while ((oldest = sessions.oldest()) != null) {
            long deadlineNanos = oldest.heardNanos() + idleNanos;
            if (deadlineNanos - nowNanos > 0) {
                loop.timers().schedule(expiry, deadlineNanos);
                return;
            }
            remove(oldest, DatagramSession.End.IDLE);
        }
    }

    /** The session of this peer, or null. Thread-safe. */
    @Nullable
    PeerSession<M> get(InetSocketAddress peer) {
        return sessions.get(peer);
    }

    /** All sessions, the one that has been silent for longest first. Thread-safe. */
    List<PeerSession<M>> all() {
        return sessions.all();
    }

    /** For the peers of this shard, which the kernel leads to no other. Thread-safe. */
    Cookies cookies() {
        return cookies;
    }

    /** Thread-safe. */
    boolean send(M message, PeerSession<M> to) {
        return outgoing.send(message, to.remoteAddress(), to);
    }

    /** The application ends the session. Thread-safe. */
    void close(PeerSession<M> session) {
        if (!sessions.leave(session)) {
            return;
        }
        session.ended();
        try {
            // not at once, even on the loop: a listener's calls do not nest
            loop.execute(this::tellLeft);
        } catch (RejectedExecutionException stopped) {
            // the endpoint is being closed, and tells of this session before its last call
        }
    }

    private void tellLeft() {
        PeerSession<M> next;
        while ((next = sessions.pollLeft()) != null) {
            PeerSession<M> session = next;
            delivery.call("onClose", () -> listener.onClose(session, DatagramSession.End.CLOSED));
        }
    }

    private void remove(PeerSession<M> session, DatagramSession.End why) {
        if (sessions.remove(session)) {
            session.ended();
            delivery.call("onClose", () -> listener.onClose(session, why));
        }
    }

    @Override
    public void error(@Nullable InetSocketAddress peer, IOException failure) {
        delivery.callIfRoom("onError", () -> listener.onError(peer, failure));
    }

    @Override
    public void closed() {
        loop.timers().cancel(expiry);
        sessions.all().forEach(session -> remove(session, DatagramSession.End.ENDPOINT_CLOSED));
        tellLeft(); // those closed meanwhile, by other threads or by what the listener has just been told
    }
}
