package io.github.packetboat.websocket;

import java.util.List;

/**
 * What a client asks for.
 *
 * @param headers further lines, each with its end
 */
record ClientRules(String target, List<String> subprotocols, String headers, boolean deflates) {}
