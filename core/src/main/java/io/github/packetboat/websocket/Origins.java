package io.github.packetboat.websocket;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;

/**
 * Whose pages may connect (RFC 6455 §10.2). A browser sends cookies to whatever server a page connects to, and says whose
 * page it is: a server that does not look lets every page act for its visitors.
 *
 * @param allowed besides the server's own, in lower case
 * @param any whether all may
 * @param required whether a peer without an origin, which is no browser, is refused
 */
record Origins(Set<String> allowed, boolean any, boolean required) {
    static final Origins SAME = new Origins(Set.of(), false, false);

    static void check(HttpHead head, Origins rules) throws HttpException {
        List<String> origins = head.all("origin");
        if (origins.isEmpty() && !rules.required) {
            return;
        }
        if (origins.size() != 1) {
            throw new HttpException(403, origins.size() + " Origin headers instead of one");
        }
        String origin = Http.lower(origins.get(0));
        String host = head.only("host");
        if (!rules.any && !rules.allowed.contains(origin) && !(host != null && isSame(origin, Http.lower(host)))) {
            throw new HttpException(
                    403, "origin " + origin + " is neither that of host " + host + " nor allowed by origins(…)");
        }
    }

    /** Whether a page of {@code origin} came from {@code host}. The scheme is not compared: a proxy may end TLS. */
    private static boolean isSame(String origin, String host) {
        try {
            URI uri = new URI(origin);
            String scheme = uri.getScheme();
            if (uri.getHost() == null || scheme == null || !origin.equals(scheme + "://" + uri.getRawAuthority())) {
                return false;
            }
            String defaultPort = scheme.equals("https") ? ":443" : ":80";
            return withoutPort(uri.getRawAuthority(), defaultPort).equals(withoutPort(host, defaultPort));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String withoutPort(String authority, String port) {
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }
}
