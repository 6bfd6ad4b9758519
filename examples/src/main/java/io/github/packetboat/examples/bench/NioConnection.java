package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;

/**
 * One connection of {@link NioServer}: cuts frames out of what comes in, frames what goes out. It owns memory only
 * while it holds part of a frame or bytes that the socket did not take. For one thread.
 */
final class NioConnection {
    /** From here on a message is handed to the socket where it lies instead of being copied. */
    private static final int LARGE_BYTES = 4096;

    /** Receives a whole message, which is valid until it returns. */
    interface MessageHandler {
        void onMessage(ByteBuffer message) throws IOException;
    }

    /** Buffers shared by all connections of the thread. */
    static final class Buffers {
        static final int BYTES = 256 * 1024;

        final ByteBuffer in = ByteBuffer.allocateDirect(BYTES);
        final ByteBuffer out = ByteBuffer.allocateDirect(BYTES);
        private final ByteBuffer header = ByteBuffer.allocateDirect(ServerContract.HEADER_BYTES);
        private final ByteBuffer[] headerAndBody = {header, null};
        private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();

        private ByteBuffer take() {
            ByteBuffer buffer = spare.poll();
            return buffer != null ? buffer.clear() : ByteBuffer.allocateDirect(BYTES);
        }

        private void giveBack(ByteBuffer buffer) {
            if (spare.size() < 64) {
                spare.push(buffer);
            }
        }
    }

    private final Wire wire;
    private final SelectionKey key;
    private final Buffers buffers;
    private ByteBuffer partial; // part of a frame, ready for more to be put; null when there is none
    private ByteBuffer unsent; // ready to be read; null when there is nothing
    int index; // in the server's list; negative when closed

    NioConnection(Wire wire, SelectionKey key, Buffers buffers, int index) {
        this.wire = wire;
        this.key = key;
        this.buffers = buffers;
        this.index = index;
    }

    /** Hands every whole message to {@code handler}; false when the peer has ended. */
    boolean read(MessageHandler handler) throws IOException {
        ByteBuffer in = partial != null ? partial : buffers.in.clear();
        int bytes = wire.read(in);
        if (bytes <= 0) {
            return bytes == 0;
        }
        in.flip();
        try {
            decode(in, handler);
        } catch (IOException e) {
            buffers.out.clear(); // replies of this connection must not go to the next one
            throw e;
        }
        keepPartial(in);
        return true;
    }

    private static void decode(ByteBuffer in, MessageHandler handler) throws IOException {
        int position = in.position();
        int end = in.limit();
        while (end - position >= ServerContract.HEADER_BYTES) {
            int length = in.getInt(position);
            if (length < 0 || length > ServerContract.MAX_FRAME_BYTES) {
                throw new IOException("frame of " + Integer.toUnsignedString(length) + " bytes");
            }
            int next = position + ServerContract.HEADER_BYTES + length;
            if (next > end) {
                break;
            }
            handler.onMessage(in.limit(next).position(position + ServerContract.HEADER_BYTES));
            position = next;
            in.limit(end);
        }
        in.limit(end).position(position);
    }

    private void keepPartial(ByteBuffer in) {
        if (!in.hasRemaining()) {
            if (partial != null) {
                buffers.giveBack(partial);
                partial = null;
            }
        } else if (partial == null) {
            partial = buffers.take().put(in);
        } else {
            partial.compact();
        }
    }

    /** Frames a message; small ones wait in the shared buffer for {@link #flush}. */
    void send(ByteBuffer message) throws IOException {
        int length = message.remaining();
        if (length >= LARGE_BYTES && wire instanceof Wire.Plain) {
            flush();
            sendLarge(message);
            return;
        }
        if (buffers.out.remaining() < ServerContract.HEADER_BYTES + length) {
            flush();
        }
        buffers.out.putInt(length).put(message);
    }

    private void sendLarge(ByteBuffer message) throws IOException {
        ByteBuffer header = buffers.header.clear().putInt(message.remaining()).flip();
        if (unsent == null) {
            buffers.headerAndBody[1] = message;
            wire.channel().write(buffers.headerAndBody);
        }
        if (header.hasRemaining()) {
            keep(header);
        }
        if (message.hasRemaining()) {
            keep(message);
        }
    }

    void flush() throws IOException {
        ByteBuffer out = buffers.out;
        if (out.position() > 0) {
            out.flip();
            try {
                write(out);
            } finally {
                out.clear();
            }
        }
    }

    /** Writes framed bytes; what the socket does not take is kept. */
    void write(ByteBuffer framed) throws IOException {
        if (unsent == null) {
            wire.write(framed);
        }
        if (framed.hasRemaining()) {
            keep(framed);
        } else if (!wire.flush()) {
            awaitWritable(true);
        }
    }

    private void keep(ByteBuffer rest) {
        int held = unsent == null ? 0 : unsent.remaining();
        int needed = held + rest.remaining();
        if (unsent == null) {
            unsent = ByteBuffer.allocateDirect(Math.max(needed, 64 * 1024));
        } else if (unsent.capacity() < needed) {
            unsent = ByteBuffer.allocateDirect(2 * needed).put(unsent);
        } else {
            unsent.compact();
        }
        unsent.put(rest).flip();
        awaitWritable(true);
    }

    void onWritable() throws IOException {
        if (unsent != null) {
            wire.write(unsent);
            if (!unsent.hasRemaining()) {
                unsent = null;
            }
        }
        if (wire.flush() && unsent == null) {
            awaitWritable(false);
        }
    }

    private void awaitWritable(boolean wanted) {
        key.interestOps(wanted ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    void close() {
        try {
            wire.close();
        } catch (IOException e) {
            // the peer has gone; there is nobody to tell
        }
    }
}
