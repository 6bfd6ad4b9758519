package io.github.packetboat.examples;

import io.github.packetboat.websocket.Page;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/** The files beside the examples' classes that are pages, or belong to one. Immutable. */
final class WebFiles {
    private final String policy;

    /** @param policy the {@code Content-Security-Policy} of all of them */
    WebFiles(String policy) {
        this.policy = policy;
    }

    /** The file, read now and shown each time. */
    Supplier<Page> page(String name, String contentType) throws IOException {
        try (InputStream in = WebFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name + " is not beside " + WebFiles.class);
            }
            Page page = Page.of(contentType, in.readAllBytes()).header("Content-Security-Policy", policy);
            return () -> page;
        }
    }
}
