package io.github.packetboat.websocket;

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
    private static final String HTTPS = "https://";
    private static final String HTTP = "http://";
    static final Origins SAME = new Origins(Set.of(), false, false);

    /** @param host the one that {@code head} asks for; see {@link Request#host()} */
    static void check(HttpHead head, String host, boolean secure, Origins rules) throws HttpException {
        List<String> origins = head.all("origin");
        if (origins.isEmpty() && !rules.required) {
            return;
        }
        if (origins.size() != 1) {
            throw new HttpException(403, origins.size() + " Origin headers instead of one");
        }
        String origin = Http.lower(origins.get(0));
        if (!rules.any && !rules.allowed.contains(origin) && !isSame(origin, Http.lower(host), secure)) {
            throw new HttpException(
                    403,
                    "origin " + origin + " is neither that of " + (secure ? "https://" : "host ") + host
                            + " nor allowed by origins(…)");
        }
    }

    /** Whether a page of {@code origin} came from {@code host}. Unless TLS ends here the scheme is not compared: a proxy may end it. */
    private static boolean isSame(String origin, String host, boolean secure) {
        boolean https = origin.startsWith(HTTPS);
        if (!https && (secure || !origin.startsWith(HTTP))) {
            return false;
        }
        String authority = origin.substring((https ? HTTPS : HTTP).length());
        String ownPort = https ? ":443" : ":80";
        return Http.host(authority) != null && withoutPort(authority, ownPort).equals(withoutPort(host, ownPort));
    }

    private static String withoutPort(String authority, String port) {
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }
}
