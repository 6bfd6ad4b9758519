package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which delivery status notifications the sender wants (RFC 3461). They are asked of servers that offer DSN and of no others;
 * whether any arrives is up to the servers on the way. Immutable and thread-safe.
 *
 * <pre>{@code
 * Mail.builder().dsn(Dsn.on(Dsn.Event.FAILURE, Dsn.Event.DELAY).returnHeaders().envelopeId("order-4711"))
 * }</pre>
 */
public final class Dsn {
    /** RFC 3461 §4.4: xtext of at most 100 characters. */
    private static final int MAX_ENVELOPE_ID = 100;

    /** What to be told of. */
    public enum Event {
        /** It was delivered. */
        SUCCESS,
        /** It could not be delivered. */
        FAILURE,
        /** It is late. */
        DELAY
    }

    private final Set<Event> events;
    private final @Nullable Boolean full;
    private final @Nullable String envelopeId;

    private Dsn(Set<Event> events, @Nullable Boolean full, @Nullable String envelopeId) {
        this.events = events;
        this.full = full;
        this.envelopeId = envelopeId;
    }

    /** Notifications of these events and no others. */
    public static Dsn on(Event first, Event... more) {
        return new Dsn(Set.copyOf(EnumSet.of(Check.notNull("event", first), more)), null, null);
    }

    /** No notification, not even of a failure. */
    public static Dsn never() {
        return new Dsn(Set.of(), null, null);
    }

    /** A notification of failure carries the headers of the mail only. */
    public Dsn returnHeaders() {
        return new Dsn(events, false, envelopeId);
    }

    /** A notification of failure carries the whole mail. */
    public Dsn returnFull() {
        return new Dsn(events, true, envelopeId);
    }

    /**
     * What notifications will call this mail, for programs that read them: 1 to 100 printable ASCII characters without
     * spaces, counted as they are encoded ({@code +} and {@code =} take three each).
     *
     * @throws IllegalArgumentException if it is not that
     */
    public Dsn envelopeId(String id) {
        String checked = FieldText.token("envelope id", id);
        long encoded = checked.length()
                + 2 * checked.chars().filter(c -> c == '+' || c == '=').count();
        if (encoded > MAX_ENVELOPE_ID) {
            throw new IllegalArgumentException(
                    "envelope id has " + encoded + " characters as it is encoded, above " + MAX_ENVELOPE_ID);
        }
        return new Dsn(events, full, checked);
    }

    /** The events to be told of; none means never. */
    public Set<Event> events() {
        return events;
    }

    /** Whether a failure is to carry the whole mail (true) or its headers (false); null leaves it to the server. */
    public @Nullable Boolean full() {
        return full;
    }

    /** What was given to {@link #envelopeId(String)}, or null. */
    public @Nullable String envelopeId() {
        return envelopeId;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Dsn that
                && events.equals(that.events)
                && Objects.equals(full, that.full)
                && Objects.equals(envelopeId, that.envelopeId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(events, full, envelopeId);
    }

    @Override
    public String toString() {
        return "Dsn["
                + (events.isEmpty()
                        ? "never"
                        : events.stream().sorted().map(Event::name).collect(Collectors.joining(",")))
                + (full == null ? "" : full ? ", full" : ", headers")
                + (envelopeId == null ? "]" : ", " + envelopeId + "]");
    }
}
