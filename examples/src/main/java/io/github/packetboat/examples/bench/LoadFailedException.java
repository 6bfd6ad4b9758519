package io.github.packetboat.examples.bench;

import java.io.IOException;

/** The server under test did not do what it owes; its figures are worth nothing. */
final class LoadFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    LoadFailedException(String message) {
        super(message);
    }
}
