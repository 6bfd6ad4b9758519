package io.github.packetboat.websocket;

import io.github.packetboat.codec.Handshake;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Whom a server lets in, and to what. */
record ServerRules(
        Set<String> paths,
        List<String> subprotocols,
        Hosts hosts,
        Origins origins,
        ToIntFunction<Handshake> admission,
        Pages pages,
        boolean deflates) {

    /** The one of the paths that equals {@code path}, so that many connections keep it once; null if none does. */
    @Nullable
    String own(String path) {
        for (String each : paths) {
            if (each.equals(path)) {
                return each;
            }
        }
        return null;
    }
}
