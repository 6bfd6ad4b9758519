package io.github.packetboat.websocket;

import java.util.List;
import java.util.Locale;

/**
 * What every request must be, whatever it is for (RFC 9112).
 *
 * @param target the path and maybe a query
 * @param host the host that is asked for, and its port unless that is the scheme's own
 */
record Request(String method, String target, String host) {

    static Request of(HttpHead head) throws HttpException {
        if (!head.start().get(2).equals("HTTP/1.1")) {
            throw new HttpException(400, "\"" + head.start().get(2) + "\" instead of HTTP/1.1");
        }
        String method = head.start().get(0);
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new HttpException(405, "method " + method + " instead of GET", "Allow: GET, HEAD\r\n");
        }
        String host = head.only("host");
        if (host == null || Http.host(host) == null) {
            throw new HttpException(400, head.all("host").size() + " Host headers, or an improper one, instead of one");
        }
        boolean hasBody = !head.all("content-length").isEmpty() && !List.of("0").equals(head.all("content-length"))
                || !head.all("transfer-encoding").isEmpty();
        if (hasBody) {
            throw new HttpException(400, "a request with a body");
        }
        return ofTarget(method, head.start().get(1), host);
    }

    private static Request ofTarget(String method, String target, String host) throws HttpException {
        Request request = target.startsWith("/") ? new Request(method, target, host) : ofUri(method, target);
        if (!Http.isTarget(request.target) || Http.host(request.host) == null) {
            throw new HttpException(400, "the target of the request is no path");
        }
        return request;
    }

    /** A target that is a whole URI takes the place of the Host header (RFC 9112 §3.2.2). */
    private static Request ofUri(String method, String uri) {
        int authority = uri.indexOf("://") + 3;
        String scheme = uri.substring(0, Math.max(0, authority - 3)).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return new Request(method, "", "");
        }
        int end = authority;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String path = uri.substring(end);
        return new Request(method, path.startsWith("/") ? path : "/" + path, uri.substring(authority, end));
    }
}
