package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * A server for the benchmark written by hand on one selector and one thread, without any library: about the best that
 * plain {@code java.nio} can give. All replies to one read leave in one write.
 */
public final class NioServer {
    private final Selector selector;
    private final ServerSocketChannel acceptor;
    private final boolean broadcasts;
    private final SSLContext tls; // null: no encryption
    private final TlsWire.Buffers tlsBuffers = new TlsWire.Buffers();
    private final NioConnection.Buffers buffers = new NioConnection.Buffers();
    private final List<NioConnection> open = new ArrayList<>();
    private final ByteBuffer published = ByteBuffer.allocateDirect(NioConnection.Buffers.BYTES);

    private NioServer(ServerContract contract) throws IOException, GeneralSecurityException {
        broadcasts = contract.broadcasts();
        tls = contract.encrypts() ? ServerContract.tls() : null;
        selector = Selector.open();
        acceptor = ServerSocketChannel.open();
        acceptor.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        acceptor.bind(contract.address(), ServerContract.BACKLOG);
        acceptor.configureBlocking(false);
        acceptor.register(selector, SelectionKey.OP_ACCEPT);
    }

    public static void main(String[] args) throws IOException, GeneralSecurityException {
        NioServer server = new NioServer(ServerContract.parseOrExit(NioServer.class, args));
        ServerContract.ready();
        server.serve();
    }

    private void serve() throws IOException {
        for (; ; ) {
            selector.select(this::onReady);
        }
    }

    private void onReady(SelectionKey key) {
        NioConnection connection = (NioConnection) key.attachment();
        try {
            if (connection == null) {
                accept();
                return;
            }
            int ready = key.readyOps();
            if ((ready & SelectionKey.OP_WRITE) != 0) {
                connection.onWritable();
            }
            if ((ready & SelectionKey.OP_READ) != 0) {
                read(connection);
            }
        } catch (IOException e) {
            if (connection == null) {
                System.err.println("accept failed: " + e);
            } else {
                close(connection);
            }
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel; (channel = acceptor.accept()) != null; ) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            NioConnection connection = new NioConnection(wire(channel), key, buffers, open.size());
            open.add(connection);
            key.attach(connection);
        }
    }

    private Wire wire(SocketChannel channel) throws IOException {
        if (tls == null) {
            return new Wire.Plain(channel);
        }
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        return new TlsWire(channel, engine, tlsBuffers);
    }

    private void read(NioConnection connection) throws IOException {
        if (broadcasts) {
            boolean alive = connection.read(this::publish);
            sendPublished();
            if (!alive) {
                close(connection);
            }
        } else {
            boolean alive = connection.read(connection::send);
            connection.flush();
            if (!alive) {
                close(connection);
            }
        }
    }

    private void publish(ByteBuffer message) {
        if (published.remaining() < ServerContract.HEADER_BYTES + message.remaining()) {
            sendPublished();
        }
        published.putInt(message.remaining()).put(message);
    }

    private void sendPublished() {
        published.flip();
        int end = published.limit();
        for (int i = end == 0 ? -1 : open.size() - 1; i >= 0; i--) { // downwards: close() fills the gap from the end
            NioConnection subscriber = open.get(i);
            try {
                subscriber.write(published.position(0).limit(end));
            } catch (IOException e) {
                close(subscriber);
            }
        }
        published.clear();
    }

    private void close(NioConnection connection) {
        if (connection.index < 0) {
            return;
        }
        NioConnection last = open.remove(open.size() - 1);
        if (last != connection) {
            open.set(connection.index, last);
            last.index = connection.index;
        }
        connection.index = -1;
        connection.close();
    }
}
