package io.github.packetboat.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Something that the application may attach things to. Most never are attached to, so that the map is made when it is
 * first asked for; a superclass rather than a part, as that costs them a reference and no object. Thread-safe.
 */
public abstract class Attributed {
    private volatile @Nullable Map<Object, Object> attributes;

    /** Nothing is attached to it yet. */
    protected Attributed() {}

    /** What the application has attached to it; thread-safe. */
    public final Map<Object, Object> attributes() {
        Map<Object, Object> map = attributes;
        if (map == null) {
            synchronized (this) {
                map = attributes;
                if (map == null) {
                    map = new ConcurrentHashMap<>(4);
                    attributes = map;
                }
            }
        }
        return map;
    }
}
