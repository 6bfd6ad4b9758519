package io.github.packetboat.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports for who must know one before it is used, or wants one at which nobody listens. Thread-safe. */
public final class Ports {
    /** Below what kernels give out by themselves, so that no other test gets one by asking for any. */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;

    private Ports() {}

    /** A port of the loopback address that is free, and stays so as long as nobody asks for just that. */
    public static int unused() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // the next, then
            } catch (IOException e) {
                throw new UncheckedIOException("port " + port, e);
            }
        }
    }
}
