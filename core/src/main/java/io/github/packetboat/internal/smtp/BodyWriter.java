package io.github.packetboat.internal.smtp;

import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.message.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Writes one mail's bytes and the final dot. A small one goes at once; of a large one there are never more than two pieces
 * that the kernel has not taken. What must be read from elsewhere is read by a worker thread, which has the buffers for as
 * long; everything else is loop thread only.
 */
final class BodyWriter {
    private static final int AT_ONCE_BYTES = 64 * 1024;
    private static final int PIECE_BYTES = 32 * 1024;
    private static final int PIECES_AHEAD = 2;
    private static final ByteBuffer END =
            ByteBuffer.wrap(new byte[] {'.', '\r', '\n'}).asReadOnlyBuffer();
    private static final ByteBuffer END_OF_LINE_TOO =
            ByteBuffer.wrap(new byte[] {'\r', '\n', '.', '\r', '\n'}).asReadOnlyBuffer();

    /** Told how it goes; one last call. */
    interface Result {
        /** The kernel has taken a piece, and there is more to come. */
        void progressed();

        /** Everything was handed to the connection, the final dot included. */
        void written(long bytes);

        /** The bytes could not be read. The final dot was not sent and must not be. */
        void failed(IOException failure);
    }

    private final Connection<Wire> connection;
    private final Dialogue dialogue;
    private final EventLoop loop;
    private final Executor workers;
    private final Body body;
    private final Result result;
    private final DotStuffing stuffing = new DotStuffing();
    private byte[] in = new byte[0];
    private byte[] out = new byte[0];
    private @Nullable InputStream stream;
    private long read;
    private boolean reading;
    private boolean ended;
    private int unflushed;

    BodyWriter(
            Connection<Wire> connection,
            Dialogue dialogue,
            EventLoop loop,
            Executor workers,
            Body body,
            Result result) {
        this.connection = connection;
        this.dialogue = dialogue;
        this.loop = loop;
        this.workers = workers;
        this.body = body;
        this.result = result;
    }

    void start() {
        byte[] bytes = body.bytes();
        if (bytes != null && bytes.length <= AT_ONCE_BYTES) {
            writeAtOnce(bytes);
            return;
        }
        in = new byte[PIECE_BYTES];
        out = new byte[DotStuffing.MOST_PER_BYTE * PIECE_BYTES + DotStuffing.MOST_AT_END];
        pump();
    }

    private void writeAtOnce(byte[] bytes) {
        ended = true;
        if (DotStuffing.isClean(bytes)) {
            dialogue.write(ByteBuffer.wrap(bytes));
            boolean whole = bytes.length == 0 || bytes[bytes.length - 1] == '\n';
            dialogue.write(whole ? END : END_OF_LINE_TOO);
        } else {
            byte[] stuffed = new byte[DotStuffing.MOST_PER_BYTE * bytes.length + DotStuffing.MOST_AT_END];
            int length = stuffing.end(stuffed, stuffing.put(bytes, 0, bytes.length, stuffed, 0));
            dialogue.write(ByteBuffer.wrap(stuffed, 0, length));
        }
        result.written(bytes.length);
    }

    /** Has the next piece read, unless one is being read or the kernel is behind. */
    private void pump() {
        if (reading || ended || unflushed >= PIECES_AHEAD) {
            return;
        }
        reading = true;
        try {
            workers.execute(this::readPiece);
        } catch (RejectedExecutionException e) {
            fail(new IOException("the mail was not read to its end: its mailer is closed", e));
        }
    }

    /** On a worker, which has the streams and the buffers until it hands them back to the loop. */
    private void readPiece() {
        try {
            if (stream == null) {
                stream = body.open();
            }
            int n = stream.readNBytes(in, 0, in.length);
            read += n;
            boolean last = n < in.length;
            int length = stuffing.put(in, 0, n, out, 0);
            if (last) {
                closeStream();
                checkLength();
                length = stuffing.end(out, length);
            }
            int ready = length;
            onLoop(() -> write(ready, last));
        } catch (IOException | RuntimeException | Error e) {
            closeStream();
            IOException failure = e instanceof IOException io ? io : new IOException(e.toString(), e);
            onLoop(() -> fail(failure));
        }
    }

    private void checkLength() throws IOException {
        if (body.length() >= 0 && body.length() != read) {
            throw new IOException("the mail has " + read + " bytes, but said that it had " + body.length());
        }
    }

    private void closeStream() {
        InputStream open = stream;
        stream = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                loop.report(e);
            }
        }
    }

    private void write(int length, boolean last) {
        reading = false;
        if (ended) {
            discard(); // the connection ended while the piece was being read
            return;
        }
        dialogue.write(ByteBuffer.wrap(out, 0, length));
        if (last) {
            ended = true;
            result.written(read);
            return;
        }
        unflushed++;
        connection
                .flushed()
                .whenComplete((done, failure) -> onLoop(() -> {
                    if (failure == null && !ended) {
                        unflushed--;
                        result.progressed();
                        pump();
                    }
                }));
        pump();
    }

    private void fail(IOException failure) {
        reading = false;
        if (!ended) {
            ended = true;
            result.failed(failure);
        }
    }

    /** The connection has ended: nothing more is read. */
    void stop() {
        if (ended) {
            return;
        }
        ended = true;
        if (!reading) {
            discard();
        }
    }

    /** Nobody reads any more. */
    private void discard() {
        if (stream == null) {
            return;
        }
        try {
            workers.execute(this::closeStream);
        } catch (RejectedExecutionException e) {
            closeStream();
        }
    }

    private void onLoop(Runnable task) {
        if (loop.isCurrent()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            closeStream(); // the loop has stopped, and the connection with it
        }
    }
}
