package io.github.packetboat.examples.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** TLS over a socket, either side. The handshake goes on inside of {@link #read}. For one thread. */
final class TlsWire implements Wire {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Network buffers that all connections of a thread share; a connection owns one only for part of a record. */
    static final class Buffers {
        /** Less than the room every caller of read has, so that decrypted bytes always fit. */
        static final int IN_BYTES = 64 * 1024;

        final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES);
        final ByteBuffer out = ByteBuffer.allocateDirect(512 * 1024);
    }

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final Buffers buffers;
    private ByteBuffer partialRecord; // ready to be read; null when there is none
    private ByteBuffer unsent; // encrypted bytes the socket did not take, ready to be read; null when there are none

    TlsWire(SocketChannel channel, SSLEngine engine, Buffers buffers) throws IOException {
        this.channel = channel;
        this.engine = engine;
        this.buffers = buffers;
        engine.beginHandshake();
        proceed();
    }

    @Override
    public SocketChannel channel() {
        return channel;
    }

    boolean shakesHands() {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    String cipherSuite() {
        return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        ByteBuffer in = buffers.in.clear();
        if (partialRecord != null) {
            in.put(partialRecord);
        }
        int before = into.position();
        boolean ended = channel.read(in) < 0;
        in.flip();
        ended |= unwrapAll(in, into);
        keepPartialRecord(in);
        int bytes = into.position() - before;
        return bytes == 0 && ended ? -1 : bytes;
    }

    /** True when the peer has closed its side. */
    private boolean unwrapAll(ByteBuffer in, ByteBuffer into) throws IOException {
        while (in.hasRemaining()) {
            SSLEngineResult result = engine.unwrap(in, into);
            if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                proceed();
            }
            switch (result.getStatus()) {
                case BUFFER_UNDERFLOW -> {
                    return false;
                }
                case BUFFER_OVERFLOW -> throw new IOException("no room for a record: " + into.remaining() + " bytes");
                case CLOSED -> {
                    return true;
                }
                case OK -> {}
            }
        }
        return false;
    }

    private void keepPartialRecord(ByteBuffer in) {
        if (!in.hasRemaining()) {
            partialRecord = null;
            return;
        }
        if (partialRecord == null) {
            partialRecord = ByteBuffer.allocateDirect(Buffers.IN_BYTES);
        }
        partialRecord.clear().put(in).flip();
    }

    /** Does what the handshake wants of this side before it can read on. */
    private void proceed() throws IOException {
        for (; ; ) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    engine.wrap(NOTHING, buffers.out.clear());
                    send(buffers.out.flip());
                }
                default -> {
                    return;
                }
            }
        }
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        if (!flush()) {
            return;
        }
        ByteBuffer out = buffers.out.clear();
        while (from.hasRemaining()) {
            SSLEngineResult result = engine.wrap(from, out);
            switch (result.getStatus()) {
                case BUFFER_OVERFLOW -> {
                    send(out.flip());
                    if (unsent != null) {
                        return;
                    }
                    out.clear();
                }
                case OK -> {
                    if (result.bytesConsumed() == 0) {
                        throw new IOException("written before the end of the handshake");
                    }
                }
                default -> throw new IOException("TLS is closed");
            }
        }
        send(out.flip());
    }

    private void send(ByteBuffer encrypted) throws IOException {
        if (unsent == null) {
            channel.write(encrypted);
        }
        if (!encrypted.hasRemaining()) {
            return;
        }
        int held = unsent == null ? 0 : unsent.remaining();
        ByteBuffer all = ByteBuffer.allocateDirect(held + encrypted.remaining());
        if (unsent != null) {
            all.put(unsent);
        }
        unsent = all.put(encrypted).flip();
    }

    @Override
    public boolean flush() throws IOException {
        if (unsent == null) {
            return true;
        }
        channel.write(unsent);
        if (unsent.hasRemaining()) {
            return false;
        }
        unsent = null;
        return true;
    }
}
