package io.github.packetboat.mail;

import io.github.packetboat.internal.mime.Rendering;
import io.github.packetboat.internal.smtp.Capabilities;
import io.github.packetboat.internal.smtp.Envelope;
import io.github.packetboat.internal.smtp.Job;
import io.github.packetboat.internal.smtp.Outcome;
import io.github.packetboat.internal.smtp.Parcel;
import io.github.packetboat.internal.smtp.Reply;
import io.github.packetboat.internal.smtp.SmtpException;
import io.github.packetboat.mail.RecipientResult.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One mail's way to some of its recipients, over as many attempts as it takes. Thread-safe; its lock guards its state alone.
 *
 * <pre>
 *   WAITING (for its rate, the next attempt, a connection) ⇄ MOVING (a connection has it) ──▶ DONE
 * </pre>
 */
final class Leg extends Job {
    /** Too many recipients at once (RFC 3463 §3.6): the others may follow at once. */
    private static final String TOO_MANY = "4.5.3";

    private enum State {
        WAITING,
        MOVING,
        DONE
    }

    private final Shipment shipment;
    private final Network network;
    private int[] pending;
    private List<Integer> serversLeft = List.of();
    private int server;
    private int round;
    private State state = State.WAITING;
    private @Nullable ScheduledFuture<?> wait;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable Outcome last;
    private boolean hopeful;
    private boolean retrying;
    private boolean begun;
    private long dueNanos;
    private @Nullable Set<String> turn;

    Leg(Shipment shipment, Network network, int[] recipients) {
        this.shipment = shipment;
        this.network = network;
        this.pending = recipients;
    }

    /** Begins a round: every server is tried once. */
    void start() {
        Set<String> to = network.rates().isUnlimited() ? Set.of() : domains();
        long delay = to.isEmpty() ? 0 : Math.max(0, network.rates().take(to, System.nanoTime()));
        if (!putOffDeadline(delay)) {
            network.rates().giveBack(to);
            return;
        }
        serversLeft = network.servers();
        hopeful = false;
        if (delay == 0) {
            dispatch();
        } else {
            waitFor(this::dispatch, delay, to);
        }
    }

    /** Waiting for its turn does not count against a mail: it is not late. False if the leg has ended. */
    private synchronized boolean putOffDeadline(long nanos) {
        if (state == State.DONE) {
            return false;
        }
        if (!begun) {
            begun = true;
            dueNanos = System.nanoTime() + network.deadline().toNanos();
        } else if (nanos == 0) {
            return true;
        }
        dueNanos += nanos;
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = network.later(() -> giveUp("its deadline has passed"), dueNanos - System.nanoTime());
        return true;
    }

    private synchronized long nanosLeft() {
        return dueNanos - System.nanoTime();
    }

    private Set<String> domains() {
        return Arrays.stream(pending)
                .mapToObj(index -> shipment.recipient(index).asciiDomain().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /**
     * Waits for the turn, or to try again, for which a mailer that closes does not wait.
     *
     * @param to whose rates the turn depends on, or null for the next attempt
     */
    private void waitFor(Runnable task, long nanos, @Nullable Set<String> to) {
        boolean scheduled;
        synchronized (this) {
            if (state == State.DONE) {
                return;
            }
            state = State.WAITING;
            turn = to;
            retrying = to == null;
            wait = retrying && network.isClosing() ? null : network.later(task, nanos);
            scheduled = wait != null;
        }
        if (!scheduled) {
            giveUp("the mailer was closed while the mail waited for its " + (to == null ? "next attempt" : "turn"));
        }
    }

    private void dispatch() {
        synchronized (this) {
            wait = null;
            turn = null;
            if (state == State.DONE) {
                return;
            }
            state = State.WAITING;
        }
        server = serversLeft.get(0);
        serversLeft = serversLeft.subList(1, serversLeft.size());
        network.pool(server).submit(this);
    }

    /** The mailer closes; what waits to be tried again is not worth waiting for. */
    void stopRetrying() {
        ScheduledFuture<?> waiting;
        synchronized (this) {
            waiting = retrying ? wait : null;
        }
        if (waiting != null && waiting.cancel(false)) {
            giveUp("the mailer was closed");
        }
    }

    /** Ends the leg, unless a connection has it. */
    void giveUp(String why) {
        Set<String> unused;
        ScheduledFuture<?> waiting;
        synchronized (this) {
            if (state != State.WAITING) {
                return;
            }
            state = State.DONE;
            unused = turn;
            turn = null;
            waiting = wait;
        }
        if (waiting != null) {
            waiting.cancel(false);
        }
        if (unused != null) {
            network.rates().giveBack(unused);
        }
        decidePending("not sent: " + why);
        end();
    }

    // ------------------------------------------------------------------ what a connection asks

    @Override
    public boolean isWanted() {
        synchronized (this) {
            if (state != State.WAITING) {
                return state == State.MOVING;
            }
            state = State.MOVING;
            return true;
        }
    }

    @Override
    public @Nullable Parcel parcel(Capabilities capabilities) {
        Rendering made = shipment.madeFor(capabilities);
        return made == null ? null : parcel(made);
    }

    @Override
    public Parcel prepare(Capabilities capabilities) throws SmtpException {
        try {
            return parcel(shipment.rendering(capabilities, network.pool(server).toString()));
        } catch (SmtpException e) {
            throw e;
        } catch (IOException e) {
            throw new SmtpException(SmtpException.Kind.CONTENT, "the mail cannot be written: " + e.getMessage(), e);
        }
    }

    private Parcel parcel(Rendering rendering) {
        Outgoing mail = shipment.outgoing();
        List<String> to = new ArrayList<>(pending.length);
        for (int index : pending) {
            to.add(shipment.recipient(index).asciiDomainAddress());
        }
        Address sender = mail.sender(shipment.recipient(pending[0]));
        Envelope envelope =
                new Envelope(sender == null ? "" : sender.asciiDomainAddress(), to, notifications(mail.dsn()));
        return new Parcel(
                envelope, Shipment.body(rendering), rendering.isEightBit(), mail.needsSmtpUtf8(), network.isPartial());
    }

    private static Envelope.@Nullable Notifications notifications(@Nullable Dsn dsn) {
        if (dsn == null) {
            return null;
        }
        String events = dsn.events().stream().sorted().map(Enum::name).collect(Collectors.joining(","));
        return new Envelope.Notifications(events.isEmpty() ? "NEVER" : events, dsn.full(), dsn.envelopeId());
    }

    // ------------------------------------------------------------------ what came of an attempt

    @Override
    public void done(Outcome outcome) {
        synchronized (this) {
            if (state == State.DONE) {
                return; // its deadline passed while it waited for a connection
            }
            state = State.MOVING;
        }
        SmtpException failure = outcome.failure();
        Reply end = outcome.finalReply();
        shipment.attempted(outcome.server(), end == null ? null : end.toString(), failure);
        last = outcome;
        int before = pending.length;
        pending = undecided(outcome);
        boolean progress = pending.length < before;
        if (pending.length == 0) {
            finish();
        } else if (failure != null && isAboutServer(failure)) {
            serverFailed(failure);
        } else if (failure == null && progress && isTooMany(outcome)) {
            start();
        } else {
            hopeful |= failure == null || failure.isTemporary() || outcome.kind() == Outcome.Kind.UNKNOWN;
            retryOrEnd();
        }
    }

    private static boolean isAboutServer(SmtpException failure) {
        return switch (failure.kind()) {
            case INCOMPLETE, INCOMPLETE_FOR_NOW, CONTENT, CLOSED -> false;
            default -> true;
        };
    }

    /** Whether the server cannot take a mail like this; nothing else that fails says anything against a recipient. */
    private static boolean isAboutMail(@Nullable SmtpException failure) {
        return failure != null
                && (failure.kind() == SmtpException.Kind.TOO_LARGE || failure.kind() == SmtpException.Kind.UNSUPPORTED);
    }

    private boolean isTooMany(Outcome outcome) {
        return outcome.recipients().stream()
                .allMatch(reply -> reply != null && (!reply.isTransient() || TOO_MANY.equals(reply.enhancedStatus())));
    }

    private void serverFailed(SmtpException failure) {
        if (!isAboutMail(failure)) {
            network.avoid(server);
        }
        hopeful |= failure.isTemporary();
        if (serversLeft.isEmpty()) {
            retryOrEnd();
        } else {
            dispatch();
        }
    }

    private void retryOrEnd() {
        int attempt = round++;
        Duration pause = network.pause(attempt);
        if (!hopeful || round >= network.maxAttempts() || pause.toNanos() >= nanosLeft()) {
            decidePending(null);
            finish();
            return;
        }
        network.listener().onDeferred(shipment.outgoing().messageId(), pending.length, pause, detail());
        waitFor(this::start, pause.toNanos(), null);
    }

    /** Decides on those that were answered for good; returns the others. */
    private int[] undecided(Outcome outcome) {
        List<Integer> open = new ArrayList<>();
        boolean unknown = outcome.kind() == Outcome.Kind.UNKNOWN && !network.allowsDuplicates();
        for (int i = 0; i < pending.length; i++) {
            int index = pending[i];
            Reply reply = reply(outcome, i);
            if (reply != null && !reply.isTransient()) {
                decide(index, reply.isPositive() ? Status.ACCEPTED : Status.REJECTED, reply);
            } else if (reply == null && unknown) {
                shipment.decide(index, Status.UNKNOWN, 0, null, text(outcome));
            } else {
                note(index, outcome, reply);
                open.add(index);
            }
        }
        return open.stream().mapToInt(Integer::intValue).toArray();
    }

    private static @Nullable Reply reply(Outcome outcome, int position) {
        return outcome.recipients().isEmpty() ? null : outcome.recipients().get(position);
    }

    private static String text(Outcome outcome) {
        SmtpException failure = outcome.failure();
        return failure == null ? "" : String.valueOf(failure.getMessage());
    }

    /** What it comes to if there is no further attempt. */
    private void note(int index, Outcome outcome, @Nullable Reply reply) {
        SmtpException failure = outcome.failure();
        if (reply != null) {
            decide(index, Status.DEFERRED, reply);
        } else if (outcome.kind() == Outcome.Kind.UNKNOWN) {
            shipment.decide(index, Status.UNKNOWN, 0, null, text(outcome));
        } else {
            Reply told = failure == null ? null : failure.reply();
            shipment.decide(
                    index,
                    isAboutMail(failure) ? Status.REJECTED : Status.DEFERRED,
                    told == null ? 0 : told.code(),
                    told == null ? null : told.enhancedStatus(),
                    text(outcome));
        }
    }

    private void decide(int index, Status status, Reply reply) {
        shipment.decide(index, status, reply.code(), reply.enhancedStatus(), reply.text());
    }

    /** Those without an answer of their own stay as they were noted, or are told {@code why} none came. */
    private void decidePending(@Nullable String why) {
        if (last == null && why != null) {
            for (int index : pending) {
                shipment.decide(index, Status.DEFERRED, 0, null, why);
            }
        }
    }

    private String detail() {
        Outcome outcome = last;
        if (outcome == null) {
            return "";
        }
        return outcome.recipients().stream()
                .filter(reply -> reply != null && reply.isTransient())
                .map(Reply::toString)
                .findFirst()
                .orElseGet(() -> text(outcome));
    }

    private void finish() {
        synchronized (this) {
            state = State.DONE;
        }
        end();
    }

    private void end() {
        ScheduledFuture<?> timer;
        synchronized (this) {
            timer = deadline;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        shipment.legDone();
    }
}
