package io.github.packetboat.message;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;

/** The file that a unix-domain socket leaves behind: closing the channel does not remove it. */
final class UnixSocketFiles {
    private UnixSocketFiles() {}

    static void delete(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix
                && !unix.getPath().toString().isEmpty()) {
            Files.deleteIfExists(unix.getPath());
        }
    }
}
