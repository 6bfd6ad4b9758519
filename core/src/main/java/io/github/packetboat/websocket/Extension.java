package io.github.packetboat.websocket;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One offer or answer in {@code Sec-WebSocket-Extensions} (RFC 6455 §9.1).
 *
 * @param parameters with an empty value where there is none
 */
record Extension(String name, Map<String, String> parameters) {
    static final String DEFLATE = "permessage-deflate";
    static final String SERVER_NO_CONTEXT = "server_no_context_takeover";
    static final String CLIENT_NO_CONTEXT = "client_no_context_takeover";
    static final String SERVER_BITS = "server_max_window_bits";
    static final String CLIENT_BITS = "client_max_window_bits";
    /** What this library's client offers. */
    static final String OFFER = DEFLATE + "; " + SERVER_NO_CONTEXT + "; " + CLIENT_NO_CONTEXT;

    /** All that the values of the header say; null if that is malformed. */
    static @Nullable List<Extension> parse(List<String> values) {
        List<Extension> all = new ArrayList<>();
        for (String element : Http.elements(values)) {
            Extension one = parse(element);
            if (one == null) {
                return null;
            }
            all.add(one);
        }
        return all;
    }

    private static @Nullable Extension parse(String element) {
        List<String> parts = new ArrayList<>();
        Http.split(element, ';', parts);
        if (parts.isEmpty() || !Http.isToken(parts.get(0))) {
            return null;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : parts.subList(1, parts.size())) {
            int equals = part.indexOf('=');
            String name = (equals < 0 ? part : part.substring(0, equals)).strip();
            String value = equals < 0 ? "" : unquoted(part.substring(equals + 1).strip());
            boolean proper = Http.isToken(name) && (equals < 0 || Http.isToken(value));
            if (!proper || parameters.put(name, value) != null) {
                return null;
            }
        }
        return new Extension(parts.get(0), parameters);
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** What a server can do of this offer (RFC 7692 §7.1), or null if nothing. */
    @Nullable
    Deflate accept() {
        if (!name.equals(DEFLATE)) {
            return null;
        }
        int bits = Deflate.MAX_WINDOW_BITS;
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            String value = parameter.getValue();
            switch (parameter.getKey()) {
                case SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT -> {
                    if (!value.isEmpty()) {
                        return null;
                    }
                }
                case CLIENT_BITS -> {
                    if (!value.isEmpty() && bits(value) == 0) {
                        return null;
                    }
                }
                case SERVER_BITS -> {
                    bits = bits(value);
                    if (bits == 0) {
                        return null;
                    }
                }
                default -> {
                    return null;
                }
            }
        }
        return new Deflate(bits);
    }

    /** How this side answers an offer of {@code asked} that it accepted with {@code deflate}. */
    static String answer(Deflate deflate, Extension asked) {
        return OFFER
                + (asked.parameters.containsKey(SERVER_BITS) ? "; " + SERVER_BITS + "=" + deflate.windowBits() : "");
    }

    /** Whether this is an answer to {@link #OFFER} that the client can live with. */
    boolean isGoodAnswer() {
        return name.equals(DEFLATE)
                && "".equals(parameters.get(SERVER_NO_CONTEXT))
                && parameters.entrySet().stream().allMatch(parameter -> switch (parameter.getKey()) {
                    case SERVER_NO_CONTEXT, CLIENT_NO_CONTEXT ->
                        parameter.getValue().isEmpty();
                    case SERVER_BITS -> bits(parameter.getValue()) != 0;
                    default -> false;
                });
    }

    /** 8 to 15 in decimal without a leading zero; else 0. */
    private static int bits(String value) {
        return value.matches("[89]|1[0-5]") ? Integer.parseInt(value) : 0;
    }
}
