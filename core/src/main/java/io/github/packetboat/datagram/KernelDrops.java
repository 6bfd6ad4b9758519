package io.github.packetboat.datagram;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How many datagrams the kernel has dropped since a socket's receive buffer was full, as Linux tells in /proc/net/udp and
 * udp6. Stateless, thread-safe.
 */
final class KernelDrops {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    /** The columns: {@code sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ref pointer drops}. */
    private static final int LOCAL_ADDRESS = 1;

    private static final int INODE = 9;
    private static final int DROPS = 12;

    private KernelDrops() {}

    /** The drops of this process's sockets at {@code port}; empty where the system does not tell. */
    static OptionalLong at(int port) {
        try {
            Set<String> own = ownSockets();
            long drops = 0;
            boolean found = false;
            for (Path table : TABLES) {
                if (!Files.exists(table)) {
                    continue;
                }
                for (String line : Files.readAllLines(table)) {
                    String[] words = line.strip().split("\\s+");
                    if (isAt(port, words) && own.contains(words[INODE])) {
                        drops += Long.parseLong(words[DROPS]);
                        found = true;
                    }
                }
            }
            return found ? OptionalLong.of(drops) : OptionalLong.empty();
        } catch (IOException | RuntimeException unreadable) {
            return OptionalLong.empty(); // the format is the kernel's, and no promise
        }
    }

    private static boolean isAt(int port, String[] words) {
        if (words.length <= DROPS || !words[0].endsWith(":")) {
            return false;
        }
        String address = words[LOCAL_ADDRESS];
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16) == port;
    }

    private static Set<String> ownSockets() throws IOException {
        Set<String> inodes = new HashSet<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path link : links) {
                String target = target(link);
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        return inodes;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
