package io.github.packetboat.message;

import io.github.packetboat.internal.Check;
import org.jspecify.annotations.Nullable;

/**
 * One thing of a known type that the application keeps with its connections: a typed key of
 * {@link Connection#attributes()}.
 *
 * <pre>{@code
 * static final Attribute<Player> PLAYER = Attribute.named("player");
 *
 * PLAYER.set(connection, new Player(name));
 * Player player = PLAYER.get(connection);
 * }</pre>
 *
 * <p>Two attributes are never the same, whatever their names. Immutable and thread-safe.
 *
 * @param <T> the type of the values
 */
public final class Attribute<T> {
    private final String name;

    private Attribute(String name) {
        this.name = name;
    }

    /**
     * A new attribute, to be kept in a constant.
     *
     * @param name for {@link #toString}
     */
    public static <T> Attribute<T> named(String name) {
        return new Attribute<>(Check.notNull("name", name));
    }

    /** The value that {@code connection} has, or null. */
    @SuppressWarnings("unchecked") // only set puts something there, unless somebody fools the map
    public @Nullable T get(Connection<?> connection) {
        return (T) connection.attributes().get(this);
    }

    /** Gives {@code connection} this value, or none if it is null. */
    public void set(Connection<?> connection, @Nullable T value) {
        if (value == null) {
            connection.attributes().remove(this);
        } else {
            connection.attributes().put(this, value);
        }
    }

    /** Its name. */
    @Override
    public String toString() {
        return name;
    }
}
