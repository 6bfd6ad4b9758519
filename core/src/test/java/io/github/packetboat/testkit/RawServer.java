package io.github.packetboat.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The server side of raw connections: plays a {@link Script} on each, or hands each to the test by {@link #accept()}.
 * A script that fails while the server is open makes {@link #close()} throw. Thread-safe.
 */
public final class RawServer implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final SocketAddress address;
    private final Script script;
    private final BlockingQueue<RawPeer> waiting = new LinkedBlockingQueue<>();
    private final List<RawPeer> peers = new ArrayList<>(); // guarded by this, as all below
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private boolean closed;

    private RawServer(ServerSocketChannel listener, Script script) throws IOException {
        this.listener = listener;
        this.address = listener.getLocalAddress();
        this.script = script;
        synchronized (this) {
            startThread("raw-server-" + address + "-accept", this::acceptAll);
        }
    }

    /** Listens on a free loopback port; the test takes the connections with {@link #accept()}. */
    public static RawServer open() {
        return listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null);
    }

    /** Listens on a free loopback port and plays the steps on each connection, each on its own thread. */
    public static RawServer serving(Script... steps) {
        return serving(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), steps);
    }

    /** Listens on an internet or unix-domain address and plays the steps on each connection. */
    public static RawServer serving(SocketAddress address, Script... steps) {
        return listen(address, Script.of(steps));
    }

    private static RawServer listen(SocketAddress address, Script script) {
        try {
            ServerSocketChannel listener = address instanceof UnixDomainSocketAddress
                    ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    : ServerSocketChannel.open();
            try {
                listener.bind(address, 1024);
                return new RawServer(listener, script);
            } catch (IOException e) {
                listener.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /** Where the server listens. */
    public SocketAddress address() {
        return address;
    }

    /** The port on which the server listens; only for an internet address. */
    public int port() {
        return ((InetSocketAddress) address).getPort();
    }

    /** The next connection that no script plays on; fails if none comes within {@link Await#LIMIT}. */
    public RawPeer accept() {
        if (script != null) {
            throw new IllegalStateException("the connections of " + address + " are played by a script");
        }
        try {
            RawPeer peer = waiting.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (peer == null) {
                throw new AssertionError("no connection to %s within %d s".formatted(address, Await.LIMIT.toSeconds()));
            }
            return peer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a connection to " + address, e);
        }
    }

    private void acceptAll() {
        try {
            while (true) {
                admit(listener.accept());
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private synchronized void admit(SocketChannel channel) throws IOException {
        if (closed) {
            channel.close();
            return;
        }
        Socket socket = address instanceof UnixDomainSocketAddress ? new UnixSocket(channel) : channel.socket();
        RawPeer peer = new RawPeer(socket);
        peers.add(peer);
        if (script == null) {
            waiting.add(peer);
        } else {
            startThread("raw-server-" + address + "-" + peers.size(), () -> play(peer));
        }
    }

    private void play(RawPeer peer) {
        try {
            script.play(peer);
        } catch (Throwable e) {
            fail(e); // before the other side can see the end and close us
        } finally {
            peer.close();
        }
    }

    private synchronized void fail(Throwable e) {
        if (!closed) {
            failures.add(e);
        }
    }

    private void startThread(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Ends all connections and threads; throws what scripts failed with before. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        try {
            listener.close();
            if (address instanceof UnixDomainSocketAddress unix) {
                Files.deleteIfExists(unix.getPath());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("close " + address + ": " + e.getMessage(), e);
        } finally {
            List<Thread> ending;
            synchronized (this) {
                peers.forEach(RawPeer::close);
                ending = List.copyOf(threads);
            }
            Threads.join(ending);
        }
        if (!failures.isEmpty()) {
            AssertionError error = new AssertionError("script failed on " + address, failures.get(0));
            failures.stream().skip(1).forEach(error::addSuppressed);
            throw error;
        }
    }
}
