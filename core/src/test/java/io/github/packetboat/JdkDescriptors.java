package io.github.packetboat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The file descriptors that the JDK opens at the first use of something and then keeps. Opened before the first test
 * class, so that none is blamed for them. No static state here: a virtual thread runs code of this class.
 */
final class JdkDescriptors {
    private JdkDescriptors() {}

    static void open() {
        openChannels();
        startVirtualThreadPollers();
    }

    /** The first channel of a kind may open descriptors that the JDK keeps: a socket pair, to mark closed ones. */
    private static void openChannels() {
        try {
            SocketChannel.open().close();
            ServerSocketChannel.open().close();
            DatagramChannel.open().close();
            Pipe pipe = Pipe.open();
            pipe.sink().close();
            pipe.source().close();
            Selector.open().close();
        } catch (IOException e) {
            throw new AssertionError("cannot open a channel", e);
        }
    }

    /**
     * On 21 and later the first virtual thread that waits for a socket opens the JDK's own pollers (epoll and event
     * descriptors), which stay. They are opened here, so that no test class is blamed for them.
     */
    private static void startVirtualThreadPollers() {
        if (Runtime.version().feature() < 21) {
            return;
        }
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread accepting = (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, (Runnable)
                            () -> acceptOne(server));
            // Parked for the socket, and so in the poller, before there is anything to accept.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (accepting.getState() != Thread.State.WAITING && System.nanoTime() < deadline) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            new Socket(server.getInetAddress(), server.getLocalPort()).close();
            accepting.join();
        } catch (IOException | ReflectiveOperationException | InterruptedException e) {
            throw new AssertionError("cannot start the JDK's pollers", e);
        }
    }

    private static void acceptOne(ServerSocket server) {
        try {
            server.accept().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
