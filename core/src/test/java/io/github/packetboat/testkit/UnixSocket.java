package io.github.packetboat.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * A unix-domain connection in the dress of a {@link Socket}, so that the kit needs to know only one kind: streams, read
 * time-out and half-close work. It knows no reset: the peer sees one only if this side closes with unread input.
 * One thread may read while another writes.
 */
final class UnixSocket extends Socket {
    private final SocketChannel channel;
    private final Selector readable;
    private final Selector writable;
    private volatile int timeoutMillis;

    UnixSocket(SocketChannel channel) throws IOException {
        super((SocketImpl) null);
        this.channel = channel;
        channel.configureBlocking(false);
        readable = Selector.open();
        writable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
        channel.register(writable, SelectionKey.OP_WRITE);
    }

    static UnixSocket connect(UnixDomainSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(address);
            return new UnixSocket(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private int read(ByteBuffer into) throws IOException {
        while (true) {
            int count = channel.read(into);
            if (count != 0) {
                return count;
            }
            if (select(readable, timeoutMillis) == 0 && channel.isOpen()) {
                throw new SocketTimeoutException("nothing to read within " + timeoutMillis + " ms");
            }
        }
    }

    private void write(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            if (channel.write(from) == 0) {
                select(writable, 0);
            }
        }
    }

    private static int select(Selector selector, int timeoutMillis) throws IOException {
        try {
            int ready = selector.select(timeoutMillis);
            selector.selectedKeys().clear();
            return ready;
        } catch (ClosedSelectorException e) {
            throw new SocketException("Socket closed");
        }
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return length == 0 ? 0 : UnixSocket.this.read(ByteBuffer.wrap(into, offset, length));
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                UnixSocket.this.write(ByteBuffer.wrap(new byte[] {(byte) value}));
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                UnixSocket.this.write(ByteBuffer.wrap(from, offset, length));
            }
        };
    }

    @Override
    public void setSoTimeout(int millis) {
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    /** Ignored: there is no such option on a unix-domain socket. */
    @Override
    public void setTcpNoDelay(boolean on) {}

    /** Ignored: there is no such option on a unix-domain socket. */
    @Override
    public void setSoLinger(boolean on, int seconds) {}

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return addressOf(true);
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return addressOf(false);
    }

    private SocketAddress addressOf(boolean local) {
        try {
            return local ? channel.getLocalAddress() : channel.getRemoteAddress();
        } catch (IOException e) {
            return UnixDomainSocketAddress.of("");
        }
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        readable.close();
        writable.close();
    }
}
