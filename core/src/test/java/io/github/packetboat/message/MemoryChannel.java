package io.github.packetboat.message;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Set;

/** A non-blocking channel without a network: reads the pieces it was given, keeps what is written. Not thread-safe. */
final class MemoryChannel extends SocketChannel {
    private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private boolean ended;
    /** How much one write takes; then one takes nothing. */
    int writeBytes = Integer.MAX_VALUE;

    private boolean refuses;

    MemoryChannel() {
        super(SelectorProvider.provider());
    }

    /** The next read gives no more than this. */
    void arrives(byte[] bytes) {
        if (bytes.length > 0) {
            pieces.add(ByteBuffer.wrap(bytes));
        }
    }

    /** After the pieces comes the end of the stream. */
    void ends() {
        ended = true;
    }

    boolean isDry() {
        return pieces.isEmpty();
    }

    /** What was written since the last call. */
    byte[] takeWritten() {
        byte[] bytes = written.toByteArray();
        written.reset();
        return bytes;
    }

    @Override
    public int read(ByteBuffer into) {
        ByteBuffer piece = pieces.peek();
        if (piece == null) {
            return ended ? -1 : 0;
        }
        int n = Math.min(piece.remaining(), into.remaining());
        into.put(piece.slice(piece.position(), n));
        piece.position(piece.position() + n);
        if (!piece.hasRemaining()) {
            pieces.remove();
        }
        return n;
    }

    @Override
    public int write(ByteBuffer from) {
        refuses = !refuses && writeBytes != Integer.MAX_VALUE;
        int n = refuses ? 0 : Math.min(writeBytes, from.remaining());
        byte[] bytes = new byte[n];
        from.get(bytes);
        written.writeBytes(bytes);
        return n;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel shutdownInput() {
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() {
        return this;
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    @Override
    public boolean connect(SocketAddress remote) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
        return true;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return null;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return null;
    }

    @Override
    protected void implCloseSelectableChannel() {}

    @Override
    protected void implConfigureBlocking(boolean block) {}
}
