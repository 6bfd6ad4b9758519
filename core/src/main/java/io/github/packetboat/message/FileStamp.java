package io.github.packetboat.message;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What a file was at one moment, to see whether it is another one now. With symbolic links resolved, so that it notices
 * how Kubernetes replaces a mounted secret: it turns the link {@code ..data} to another directory, and the files keep
 * their names.
 */
record FileStamp(
        Path path,
        @Nullable Path realPath,
        @Nullable FileTime modified,
        long sizeBytes,
        @Nullable Object fileKey) {

    /** The stamp of a file as it is now. One that is missing or cannot be looked at has a stamp of its own kind. */
    static FileStamp of(Path path) {
        try {
            Path real = path.toRealPath();
            BasicFileAttributes now = Files.readAttributes(real, BasicFileAttributes.class);
            return new FileStamp(path, real, now.lastModifiedTime(), now.size(), now.fileKey());
        } catch (IOException e) {
            return new FileStamp(path, null, null, -1, null);
        }
    }
}
