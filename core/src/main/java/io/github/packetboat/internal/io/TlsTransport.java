package io.github.packetboat.internal.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS over one channel. {@link #handshake} first, until it says {@link Step#DONE}; then it reads and writes as the plain
 * one does. Records are decrypted from, and encrypted into, two buffers that the loop's connections share; only an
 * unfinished record, or bytes that the kernel did not take, are kept with the connection.
 */
public final class TlsTransport implements Transport {

    /** What the handshake waits for. */
    public enum Step {
        READ,
        WRITE,
        /** {@link #tasks} is to be run on another thread, and {@link #handshake} called again on the loop after it. */
        TASKS,
        DONE
    }

    /** The peer's end of stream came without close_notify: what it sent may have been cut short by somebody else. */
    public static final class TruncatedException extends EOFException {
        private static final long serialVersionUID = 1L;

        TruncatedException() {
            super("the stream ended without a TLS close_notify");
        }
    }

    private static final int MAX_HANDSHAKE_BYTES = 64 * 1024;
    /** Answers to key updates and alerts, beside application data that waits already. */
    private static final int MAX_UNASKED_BYTES = 512 * 1024;

    private static final int FIRST_BYTES = 64;
    private static final int MAX_ALERTS = 4;
    private static final int[] NO_RECORDS = {};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final TlsBuffers shared;
    private final int packetBytes;
    private final int applicationBytes;
    private @Nullable ByteBuffer unread;
    private @Nullable ByteBuffer unsent;
    /** The plain and the encrypted length of each record of which something may be in {@link #unsent}, in turn. */
    private int[] unsentRecords = NO_RECORDS;

    private @Nullable ByteBuffer first;
    private int handshakeBytes;
    private boolean outputShut;
    private boolean established;

    /**
     * @param early bytes of the peer that were read from the channel already, or null
     */
    public TlsTransport(SocketChannel channel, SSLEngine engine, TlsBuffers shared, @Nullable ByteBuffer early)
            throws SSLException {
        this.channel = channel;
        this.engine = engine;
        this.shared = shared;
        SSLSession session = engine.getSession();
        packetBytes = session.getPacketBufferSize();
        applicationBytes = session.getApplicationBufferSize();
        unread = early;
        engine.beginHandshake();
    }

    /** The session, once the handshake is done. */
    public SSLEngine engine() {
        return engine;
    }

    /** The first bytes that the peer sent, for saying what it speaks if that is no TLS; null if there were none. */
    public @Nullable ByteBuffer firstBytes() {
        return first;
    }

    /** Takes the handshake as far as it goes now. */
    public Step handshake() throws IOException {
        while (true) {
            flush();
            if (unsent != null) {
                return Step.WRITE;
            }
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    return Step.TASKS;
                }
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!unwrapHandshake()) {
                        return Step.READ;
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    established = true;
                    first = null;
                    return Step.DONE;
                }
            }
        }
    }

    /** Runs what {@link Step#TASKS} asked for. The loop must leave the transport alone until it has returned. */
    public void tasks() {
        Runnable task;
        while ((task = engine.getDelegatedTask()) != null) {
            task.run();
        }
    }

    /**
     * Sends the alert that the engine has prepared for a failure, if it has, as far as the kernel takes it at once. Returns
     * whether there was one and somebody to be told.
     */
    public boolean sendAlert() {
        try {
            flush();
            engine.closeOutbound();
            int alerts = 0;
            while (alerts < MAX_ALERTS && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                wrap(NOTHING);
                alerts++;
            }
            return alerts > 0;
        } catch (IOException e) {
            return false; // the peer is gone
        }
    }

    private boolean unwrapHandshake() throws IOException {
        ByteBuffer net = takeUnread();
        if (net.position() == 0 && !fill(net)) {
            return false;
        }
        net.flip();
        SSLEngineResult result = engine.unwrap(net, shared.scratch());
        if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            net.compact();
            boolean more = fill(net);
            net.flip();
            keepUnread(net);
            return more;
        }
        keepUnread(net);
        if (result.getStatus() == Status.CLOSED) {
            throw new SSLHandshakeException("the peer closed the connection during the handshake");
        }
        if (result.bytesProduced() > 0 || result.getStatus() == Status.BUFFER_OVERFLOW) {
            throw new SSLHandshakeException("application data before the end of the handshake");
        }
        handshakeBytes += result.bytesConsumed();
        if (handshakeBytes > MAX_HANDSHAKE_BYTES) {
            throw new SSLHandshakeException("a handshake of more than " + MAX_HANDSHAKE_BYTES
                    + " bytes; the peer sends too much before it is known");
        }
        return true;
    }

    /** Reads into {@code net}, no more than a record; false if nothing was there. */
    private boolean fill(ByteBuffer net) throws IOException {
        net.limit(Math.max(packetBytes, net.position()));
        if (!net.hasRemaining()) {
            throw new SSLHandshakeException("a TLS record of more than " + packetBytes + " bytes");
        }
        int n = channel.read(net);
        if (n < 0) {
            throw new SSLHandshakeException("the peer closed the connection during the handshake");
        }
        if (handshakeBytes == 0) {
            int kept = Math.min(FIRST_BYTES, net.position());
            first = ByteBuffer.allocate(kept).put(0, net, 0, kept);
        }
        return n > 0;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int before = into.position();
        boolean carried = unread != null;
        ByteBuffer net = takeUnread();
        int n = 0;
        if (!carried || !isWholeRecord(net)) {
            // no more than the caller has room for: what is left over would have to be copied
            net.limit(Math.min(net.capacity(), net.position() + into.remaining() + packetBytes));
            n = channel.read(net);
        }
        net.flip();
        boolean closed = false;
        while (net.hasRemaining() && !closed) {
            SSLEngineResult result = engine.unwrap(net, into);
            Status status = result.getStatus();
            if (status == Status.BUFFER_UNDERFLOW || status == Status.BUFFER_OVERFLOW) {
                break;
            }
            closed = status == Status.CLOSED;
            if (!closed && result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                afterHandshake();
            }
        }
        keepUnread(net);
        int got = into.position() - before;
        if (got > 0) {
            return got;
        }
        if (closed || engine.isInboundDone()) {
            return -1;
        }
        if (n < 0) {
            throw new TruncatedException();
        }
        return 0;
    }

    /** Key updates and session tickets of TLS 1.3; what TLS 1.2 calls a renegotiation is refused. */
    private void afterHandshake() throws IOException {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
            return;
        }
        if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new SSLException("the peer asked to renegotiate, which is refused");
        }
        while (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
            if (status == HandshakeStatus.NEED_TASK) {
                tasks();
            } else if (unflushedBytes() > 2 * shared.out().capacity()) {
                throw new SSLException("the peer asks for key updates that it does not read");
            } else {
                wrap(NOTHING);
            }
            status = engine.getHandshakeStatus();
        }
    }

    @Override
    public boolean hasUnread() {
        ByteBuffer rest = unread;
        return engine.isInboundDone()
                || rest != null && isWholeRecord(rest.duplicate().position(rest.limit()));
    }

    @Override
    public boolean isMidRecord() {
        return unread != null && !hasUnread();
    }

    /** Whether the bytes before {@code net}'s position begin with a whole record (RFC 8446 §5.1: 5 bytes, then length). */
    private static boolean isWholeRecord(ByteBuffer net) {
        return net.position() >= 5 && net.position() >= 5 + (net.getShort(3) & 0xFFFF);
    }

    @Override
    public int minReadRoom() {
        return applicationBytes;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        flush();
        while (from.hasRemaining() && unsent == null) {
            int before = from.remaining();
            wrap(from);
            if (from.remaining() == before) {
                throw new SSLException("TLS takes no data now: " + engine.getHandshakeStatus());
            }
        }
    }

    @Override
    public void write(ByteBuffer[] two) throws IOException {
        write(two[0]);
        if (!two[0].hasRemaining()) {
            write(two[1]);
        }
    }

    /** Encrypts as much of {@code plain} as one shared buffer holds and writes that; what the kernel refuses is kept. */
    private void wrap(ByteBuffer plain) throws IOException {
        ByteBuffer out = shared.out().clear();
        int[] records = shared.records();
        int noted = 0;
        do {
            SSLEngineResult result = engine.wrap(plain, out);
            if (result.getStatus() == Status.CLOSED && plain.hasRemaining()) {
                throw new SSLException("TLS is closed for output");
            }
            if (result.getStatus() == Status.BUFFER_OVERFLOW || result.bytesProduced() == 0) {
                break;
            }
            records[noted++] = result.bytesConsumed();
            records[noted++] = result.bytesProduced();
        } while (plain.hasRemaining() && out.remaining() >= packetBytes && noted < records.length);
        writeOrKeep(out.flip(), records, noted);
    }

    private void writeOrKeep(ByteBuffer out, int[] records, int noted) throws IOException {
        ByteBuffer waiting = unsent;
        if (waiting != null) {
            if (waiting.remaining() > MAX_UNASKED_BYTES) {
                throw new SSLException(
                        "the peer asks for TLS messages and reads none: " + waiting.remaining() + " bytes wait");
            }
            unsent = ByteBuffer.allocate(waiting.remaining() + out.remaining())
                    .put(waiting)
                    .put(out)
                    .flip();
            int before = unsentRecords.length;
            unsentRecords = Arrays.copyOf(unsentRecords, before + noted);
            System.arraycopy(records, 0, unsentRecords, before, noted);
            return;
        }
        channel.write(out);
        if (out.hasRemaining()) {
            unsent = ByteBuffer.allocate(out.remaining()).put(out).flip();
            unsentRecords = Arrays.copyOf(records, noted);
        }
    }

    @Override
    public int unflushedBytes() {
        ByteBuffer waiting = unsent;
        return waiting == null ? 0 : waiting.remaining();
    }

    @Override
    public int unusableBytes() {
        int unflushed = unflushedBytes();
        int plain = 0;
        for (int i = unsentRecords.length; i > 0 && unflushed > 0; i -= 2) {
            plain += unsentRecords[i - 2];
            unflushed -= unsentRecords[i - 1];
        }
        return plain;
    }

    @Override
    public void flush() throws IOException {
        ByteBuffer waiting = unsent;
        if (waiting != null) {
            channel.write(waiting);
            if (!waiting.hasRemaining()) {
                unsent = null;
                unsentRecords = NO_RECORDS;
            }
        }
        if (outputShut && unsent == null) {
            channel.shutdownOutput();
        }
    }

    /** Sends close_notify (RFC 8446 §6.1), then the end of the stream. */
    @Override
    public void shutdownOutput() throws IOException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            int before = unflushedBytes();
            wrap(NOTHING);
            if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP && unflushedBytes() == before) {
                break;
            }
        }
        outputShut = true;
        flush();
    }

    /** The buffer to read into: the shared one, with the unfinished record of last time at its front. */
    private ByteBuffer takeUnread() {
        ByteBuffer net = shared.in().clear();
        ByteBuffer rest = unread;
        if (rest != null) {
            net.put(rest);
            unread = null;
        }
        return net;
    }

    private void keepUnread(ByteBuffer net) {
        if (net.hasRemaining()) {
            unread = ByteBuffer.allocate(net.remaining()).put(net).flip();
        }
    }
}
