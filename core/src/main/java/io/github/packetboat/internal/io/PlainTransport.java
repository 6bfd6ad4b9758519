package io.github.packetboat.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Bytes as they are. */
public final class PlainTransport implements Transport {
    /** The JDK copies a heap buffer whole before each write, however little the socket takes. */
    private static final int MAX_HEAP_WRITE_BYTES = 128 * 1024;

    private final SocketChannel channel;

    public PlainTransport(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        if (from.isDirect() || from.remaining() <= MAX_HEAP_WRITE_BYTES) {
            channel.write(from);
            return;
        }
        int end = from.limit();
        try {
            int took;
            int piece;
            do {
                piece = Math.min(MAX_HEAP_WRITE_BYTES, end - from.position());
                from.limit(from.position() + piece);
                took = channel.write(from);
            } while (took == piece && from.position() < end);
        } finally {
            from.limit(end);
        }
    }

    @Override
    public void write(ByteBuffer[] two) throws IOException {
        if (two[1].isDirect()) {
            channel.write(two);
            return;
        }
        write(two[0]);
        if (!two[0].hasRemaining()) {
            write(two[1]);
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }
}
