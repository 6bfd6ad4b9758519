package io.github.packetboat.message;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where certificates or keys come from, to be read again whenever the files change.
 *
 * @param name for messages; holds no secret
 * @param files what is read
 * @param reader reads it, and throws an unchecked exception if that fails
 */
record TlsFiles<T>(String name, List<Path> files, Supplier<List<T>> reader) {
    @Override
    public String toString() {
        return name;
    }
}
