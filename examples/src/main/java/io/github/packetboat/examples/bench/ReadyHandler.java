package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;

/** Told of each connection that can be read or written. May fail, which the consumer of a selector may not. */
@FunctionalInterface
interface ReadyHandler {
    void onReady(LoadConnection connection) throws IOException;

    /** Waits at most {@code millis} and serves the connections that are ready then. */
    static void select(Selector selector, ReadyHandler handler, long millis) throws IOException {
        try {
            selector.select(
                    key -> {
                        try {
                            handler.onReady((LoadConnection) key.attachment());
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    millis);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
