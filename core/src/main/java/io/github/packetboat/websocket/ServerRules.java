package io.github.packetboat.websocket;

import io.github.packetboat.codec.Handshake;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** Whom a server lets in, and to what. */
record ServerRules(
        Set<String> paths,
        List<String> subprotocols,
        Hosts hosts,
        Origins origins,
        ToIntFunction<Handshake> admission,
        Map<String, Supplier<Page>> pages,
        boolean deflates) {}
