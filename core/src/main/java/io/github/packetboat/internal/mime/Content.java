package io.github.packetboat.internal.mime;

import java.io.IOException;
import java.io.InputStream;

/** Bytes that can be read as often as needed, the same each time, from any thread. */
public interface Content {
    /** What {@link #length()} says when nobody knows yet. */
    long UNKNOWN = -1;

    /** How many bytes there are, or {@link #UNKNOWN}. */
    long length();

    /** A stream over all of them, which the caller closes. */
    InputStream open() throws IOException;
}
