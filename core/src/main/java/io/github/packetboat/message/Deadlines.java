package io.github.packetboat.message;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.Timers;
import java.time.Duration;

/**
 * Everything about a connection that may take too long, on one timer. The timer is not moved when something happens in
 * time: it looks, when it fires, what is due next. Loop thread only.
 */
final class Deadlines<M> extends Timers.Timer {
    private static final long NONE = Long.MAX_VALUE;
    /** How long what uses up the memory of all may stay, with its reads paused, before it goes. */
    private static final long OVERLOAD_NANOS = 5_000_000_000L;

    private final SocketConnection<M> connection;
    private final Lifecycle<M> life;
    private final EventLoop loop;
    private final Endpoint<M> endpoint;
    private final Settings<M> settings;
    private final Limits limits;
    private long phaseEndNanos;
    private long lastBeatNanos;

    Deadlines(SocketConnection<M> connection, Lifecycle<M> life, EventLoop loop, Endpoint<M> endpoint) {
        this.connection = connection;
        this.life = life;
        this.loop = loop;
        this.endpoint = endpoint;
        this.settings = endpoint.settings();
        this.limits = settings.limits();
    }

    void openingBegins() {
        phaseEndNanos = loop.nowNanos() + limits.handshakeTimeout().toNanos();
        armBy(phaseEndNanos);
    }

    void opened() {
        lastBeatNanos = loop.nowNanos();
        arm(next(loop.nowNanos()));
    }

    void frameBegins() {
        armBy(loop.nowNanos() + overloadPatience());
    }

    void overloaded() {
        armBy(loop.nowNanos() + overloadPatience());
    }

    void stalled() {
        armBy(loop.nowNanos() + limits.writeStallTimeout().toNanos());
    }

    void flushes() {
        phaseEndNanos = loop.nowNanos() + limits.closeFlushTimeout().toNanos();
        armBy(phaseEndNanos);
    }

    void lingers() {
        phaseEndNanos = loop.nowNanos() + limits.lingerTimeout().toNanos();
        armBy(phaseEndNanos);
    }

    void cancel() {
        loop.timers().cancel(this);
    }

    private void armBy(long deadlineNanos) {
        if (!isScheduled() || deadlineNanos() - deadlineNanos > 0) {
            loop.timers().schedule(this, deadlineNanos);
        }
    }

    private void arm(long inNanos) {
        if (inNanos != NONE) {
            armBy(loop.nowNanos() + Math.max(1, inNanos));
        }
    }

    @Override
    protected void expired(long now) {
        switch (life.state()) {
            case OPENING, GREETING, UPGRADING ->
                expired(
                        now,
                        CloseReason.Kind.HANDSHAKE_TIMEOUT,
                        "not open within handshakeTimeout=" + text(limits.handshakeTimeout()));
            case CLOSING -> {
                if (phaseEndNanos - now <= 0) {
                    life.closing()
                            .addToReason(
                                    "not all was written within closeFlushTimeout=" + text(limits.closeFlushTimeout()));
                }
                expired(now, CloseReason.Kind.LOCAL_CLOSE, "");
            }
            case LINGERING -> expired(now, CloseReason.Kind.LOCAL_CLOSE, "");
            case OPEN -> arm(next(now));
            case CLOSED -> {}
        }
    }

    private void expired(long now, CloseReason.Kind kind, String detail) {
        if (phaseEndNanos - now > 0) {
            armBy(phaseEndNanos);
        } else {
            life.closeNow(connection.reason(kind, detail, null));
        }
    }

    /** Closes what is too late; else says how long it is to the next look. */
    private long next(long now) {
        long frame = frameLeft(now);
        long stall = stallLeft(now);
        long idle = idleLeft(now);
        long beat = beatLeft(now);
        return life.state() == Lifecycle.State.OPEN ? Math.min(Math.min(frame, stall), Math.min(idle, beat)) : NONE;
    }

    private long frameLeft(long now) {
        long since = life.inbound().frameSinceNanos();
        if (since == 0) {
            return NONE;
        }
        // whoever says nothing more holds memory that others wait for, too
        boolean overloaded = (life.mayRead() || life.readiness().isPausedBy(Readiness.PAUSED_BY_BUDGET))
                && endpoint.budget().isContended();
        if (!life.mayRead() && !overloaded) {
            return limits.frameTimeout().toNanos();
        }
        long left =
                since + (overloaded ? overloadPatience() : limits.frameTimeout().toNanos()) - now;
        if (left <= 0 && overloaded) {
            life.closeNow(connection.reason(
                    CloseReason.Kind.OVERLOADED,
                    "unfinished frames, of which this one has "
                            + life.inbound().keptBytes() + " bytes, use up inboundBudgetBytes="
                            + limits.inboundBudgetBytes(),
                    null));
        } else if (left <= 0) {
            life.closeNow(connection.reason(
                    CloseReason.Kind.FRAME_TIMEOUT,
                    "a frame of which " + life.inbound().keptBytes() + " bytes have come was not complete within"
                            + " frameTimeout=" + text(limits.frameTimeout())
                            + life.closing().hint(),
                    null));
        }
        return Math.min(left, overloadPatience());
    }

    /** Not the same for all, so that the first to go may make the room in which the others finish. */
    private long overloadPatience() {
        long most = Math.min(limits.frameTimeout().toNanos(), OVERLOAD_NANOS);
        return most - most / 16 * (connection.id() % 8);
    }

    private long stallLeft(long now) {
        long since = life.outbound().drain().stalledSinceNanos();
        if (since == 0) {
            return NONE;
        }
        long left = since + limits.writeStallTimeout().toNanos() - now;
        if (left <= 0 && life.outbound().drain().writesSome()) {
            // the kernel says that it takes more only when a good part of its buffer is free: a slow peer is no dead
            // one
            return limits.writeStallTimeout().toNanos();
        }
        if (left <= 0) {
            life.closeNow(connection.reason(
                    CloseReason.Kind.WRITE_TIMEOUT,
                    "the peer took none of " + life.outbound().queuedBytes() + " queued bytes within writeStallTimeout="
                            + text(limits.writeStallTimeout()),
                    null));
        }
        return left;
    }

    private long idleLeft(long now) {
        if (settings.idleNanos() == 0 || !life.mayRead()) {
            return settings.idleNanos() == 0 ? NONE : settings.idleNanos();
        }
        long left = life.inbound().lastReadNanos() + settings.idleNanos() - now;
        if (left <= 0) {
            life.beginClose(connection.reason(
                    CloseReason.Kind.IDLE_TIMEOUT,
                    "nothing was received within idleTimeout=" + text(Duration.ofNanos(settings.idleNanos())),
                    null));
        }
        return left;
    }

    private long beatLeft(long now) {
        if (!endpoint.hasHeartbeat()) {
            return NONE;
        }
        long interval = settings.heartbeatNanos();
        long patience = interval * (settings.missedHeartbeats() + 1L);
        long silent = now - life.inbound().lastReadNanos();
        if (silent >= patience && life.mayRead()) {
            life.closeNow(connection.reason(
                    CloseReason.Kind.HEARTBEAT_TIMEOUT,
                    "nothing was received for " + text(Duration.ofNanos(silent)) + ", " + settings.missedHeartbeats()
                            + " heartbeats of " + text(Duration.ofNanos(interval)) + " were missed",
                    null));
            return NONE;
        }
        long due = lastBeatNanos + interval - now;
        if (due <= 0) {
            lastBeatNanos = now;
            due = interval;
            beat();
        }
        return life.mayRead() ? Math.min(due, Math.max(1, patience - silent)) : due;
    }

    /** Shows the peer that this side is alive. */
    private void beat() {
        Dialogue<M> dialogue = life.dialogue();
        if (dialogue != null) {
            dialogue.ping();
            return;
        }
        M beat = endpoint.heartbeat();
        Outbound<M> outbound = life.outbound();
        // bytes that are queued will say as much; a message just sent does too, but the next check may be an interval
        // away: too late for the peer
        if (beat != null && !life.refusesSends() && !outbound.drain().isWaiting() && outbound.queuedBytes() == 0) {
            outbound.send(beat);
        }
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
