package io.github.packetboat.message;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many file descriptors this process may have, where the system says so. */
final class FileDescriptors {
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String LINE = "Max open files";

    private FileDescriptors() {}

    /** {@code wanted}, or four fifths of the descriptors that the process may have if that is less: others need some too. */
    static int atMost(int wanted) {
        return (int) Math.min(wanted, softLimit() / 5 * 4);
    }

    private static long softLimit() {
        try {
            for (String line : Files.readAllLines(LIMITS)) {
                if (line.startsWith(LINE)) {
                    String soft = line.substring(LINE.length()).strip().split("\\s+")[0];
                    return soft.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(soft);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // no Linux: maxConnections alone decides, and accepting backs off when descriptors run out
            return Integer.MAX_VALUE;
        }
        return Integer.MAX_VALUE;
    }
}
