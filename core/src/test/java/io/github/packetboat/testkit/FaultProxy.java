package io.github.packetboat.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A loopback TCP proxy before an internet or unix-domain address that breaks connections on purpose. Faults are
 * switched while it runs, for each {@link Direction} or here for both. Four plain threads a connection, all ended by
 * {@link #close()}. Thread-safe.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(server.address())) {
 *     proxy.clientToServer().latency(Duration.ofMillis(50)).slice(1);
 *     connect(proxy.address());
 *     proxy.awaitConnections(1);
 *     proxy.halfOpen();
 * }
 * }</pre>
 */
public final class FaultProxy implements AutoCloseable {
    private final SocketAddress target;
    private final Socket portHolder; // bound, not listening: keeps the port while we refuse
    private final InetSocketAddress address;
    private final Direction clientToServer = new Direction("client to server", this);
    private final Direction serverToClient = new Direction("server to client", this);
    private final Set<Link> links = new HashSet<>(); // guarded by this, as all below
    private final List<Thread> threads = new ArrayList<>();
    private ServerSocket listener;
    private Thread acceptor;
    private int connections;
    private boolean closed;

    private FaultProxy(SocketAddress target) throws IOException {
        this.target = target;
        portHolder = new Socket();
        try {
            portHolder.setReuseAddress(true);
            portHolder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            address = (InetSocketAddress) portHolder.getLocalSocketAddress();
            admit();
        } catch (IOException | RuntimeException e) {
            portHolder.close();
            throw e;
        }
    }

    /** Starts a proxy before {@code target}, which is connected to anew for each client. */
    public static FaultProxy to(SocketAddress target) {
        try {
            return new FaultProxy(target);
        } catch (IOException e) {
            throw new UncheckedIOException("proxy to " + target + ": " + e.getMessage(), e);
        }
    }

    /** Starts a proxy before {@code port} on the loopback address. */
    public static FaultProxy to(int port) {
        return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return address;
    }

    /** The loopback port to which clients connect. */
    public int port() {
        return address.getPort();
    }

    /** Faults and counters of what clients send. */
    public Direction clientToServer() {
        return clientToServer;
    }

    /** Faults and counters of what the target sends. */
    public Direction serverToClient() {
        return serverToClient;
    }

    /** Resets each connection once either direction has forwarded {@code bytes}. */
    public FaultProxy cutAfter(long bytes) {
        clientToServer.cutAfter(bytes, Direction.Cut.RESET);
        serverToClient.cutAfter(bytes, Direction.Cut.RESET);
        return this;
    }

    /**
     * Pulls the cable: bytes, FIN and RST of either side are taken and lost. Unlike a real cable, the sender's kernel
     * sees its bytes acknowledged, and new connections are still made.
     */
    public FaultProxy halfOpen() {
        clientToServer.blackHole();
        serverToClient.blackHole();
        return this;
    }

    /** Forwards nothing in either direction until {@link #resume()}; nothing is lost. */
    public FaultProxy stall() {
        clientToServer.stall();
        serverToClient.stall();
        return this;
    }

    /** Ends {@link #stall()}. */
    public FaultProxy resume() {
        clientToServer.resume();
        serverToClient.resume();
        return this;
    }

    /** Takes back the faults of both directions; connections that lost bytes stay black holes. */
    public FaultProxy clear() {
        clientToServer.clear();
        serverToClient.clear();
        return this;
    }

    /** Resets both sides of every connection that was made: see {@link #awaitConnections}. */
    public FaultProxy dropAll() {
        List<Link> dropped;
        synchronized (this) {
            dropped = List.copyOf(links);
        }
        dropped.forEach(Link::reset);
        return this;
    }

    /** Refuses new connections, as a port on which nobody listens; those there are go on. */
    public FaultProxy refuse() {
        Thread accepting;
        synchronized (this) {
            accepting = acceptor;
            try {
                listener.close();
            } catch (IOException e) {
                throw new UncheckedIOException("stop listening on " + address + ": " + e.getMessage(), e);
            }
        }
        Threads.join(List.of(accepting)); // the kernel listens for as long as its accept runs
        return this;
    }

    /** Ends {@link #refuse()}. */
    public synchronized FaultProxy admit() {
        if (closed) {
            throw new IllegalStateException("the proxy on " + address + " is closed");
        }
        if (listener != null && !listener.isClosed()) {
            return this;
        }
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(address, 1024);
            listener = socket;
            acceptor = new Thread(() -> acceptAll(socket), "fault-proxy-" + port() + "-accept");
            acceptor.setDaemon(true);
            acceptor.start();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /** Waits until so many connections to the target were made since the start, closed ones included. */
    public void awaitConnections(int count) {
        Await.until("%d connections through the proxy to %s".formatted(count, target), () -> connections() >= count);
    }

    /** How many connections to the target were made since the start. */
    public synchronized int connections() {
        return connections;
    }

    /** How many connections are open now. */
    public synchronized int openConnections() {
        return links.size();
    }

    private void acceptAll(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                connect(socket.accept());
            } catch (IOException e) {
                // closed by refuse() or close(): the loop ends
            }
        }
    }

    /** Connects under the lock, so that whoever has seen the connection at the target finds it here too. */
    private synchronized void connect(Socket client) throws IOException {
        if (closed) {
            client.close();
            return;
        }
        Socket server;
        try {
            server = RawPeer.open(target);
        } catch (IOException e) {
            client.setSoLinger(true, 0); // the nearest to "refused" once we have accepted
            client.close();
            return;
        }
        Link link = new Link(this, client, server); // must not fail: nobody else closes the two
        links.add(link);
        connections++;
        threads.removeIf(thread -> !thread.isAlive());
        threads.addAll(link.start("fault-proxy-" + port() + "-" + connections));
    }

    synchronized void remove(Link link) {
        links.remove(link);
    }

    /** Resets every connection, ends every thread and frees the port. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        refuse();
        dropAll();
        List<Thread> ending;
        synchronized (this) {
            ending = List.copyOf(threads);
        }
        Threads.join(ending);
        try {
            portHolder.close();
        } catch (IOException e) {
            throw new UncheckedIOException("free " + address + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "FaultProxy[" + address + " to " + target + ", " + clientToServer + ", " + serverToClient + "]";
    }
}
