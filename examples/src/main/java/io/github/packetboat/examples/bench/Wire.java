package io.github.packetboat.examples.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connected non-blocking socket, with or without encryption. For one thread. */
interface Wire extends Closeable {
    SocketChannel channel();

    /** Reads what is there; returns the number of bytes, 0 for nothing now, -1 when the peer has ended. */
    int read(ByteBuffer into) throws IOException;

    /** Takes as many bytes as it can; the rest stays in {@code from} for later. */
    void write(ByteBuffer from) throws IOException;

    /** Tries to send what it took and still holds; true when nothing is held. */
    boolean flush() throws IOException;

    @Override
    default void close() throws IOException {
        channel().close();
    }

    /** The socket itself: holds nothing. */
    record Plain(SocketChannel channel) implements Wire {
        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public void write(ByteBuffer from) throws IOException {
            channel.write(from);
        }

        @Override
        public boolean flush() {
            return true;
        }
    }
}
