package io.github.packetboat.websocket;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts a server answers to. Whoever owns a name can let it point here after his page was loaded from elsewhere; the
 * browser takes both for one origin, so {@link Origins} cannot see it.
 *
 * @param names in lower case, without ports; null for any
 */
record Hosts(@Nullable Set<String> names) {
    static final Hosts ANY = new Hosts(null);
    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    /** These and {@code more}. */
    Hosts and(String... more) {
        Set<String> all = names == null ? new TreeSet<>() : new TreeSet<>(names);
        for (String name : more) {
            String host = Http.host(WebSockets.notNull("host", name));
            if (!Http.lower(name).equals(host)) {
                throw new IllegalArgumentException("host \"" + name + "\" is no name without a port");
            }
            all.add(host);
        }
        return new Hosts(Set.copyOf(all));
    }

    /** Nobody can let {@code localhost} or an address point to somewhere else, so these are always answered to. */
    void check(String authority) throws HttpException {
        String host = Http.host(authority);
        boolean known = names == null
                || host != null
                        && (names.contains(host)
                                || host.equals("localhost")
                                || ADDRESS.matcher(host).matches());
        if (!known) {
            throw new HttpException(421, "host " + authority + " is none of those of hosts(…)");
        }
    }
}
