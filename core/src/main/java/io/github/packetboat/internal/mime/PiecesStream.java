package io.github.packetboat.internal.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;

/** Several contents, one behind the other, each opened when the one before has ended. Not thread-safe. */
final class PiecesStream extends InputStream {
    private final Iterator<Content> rest;
    private InputStream current = InputStream.nullInputStream();
    private boolean closed;

    PiecesStream(List<Content> pieces) {
        rest = pieces.iterator();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (closed) {
            throw new IOException("stream closed");
        }
        int n = current.read(target, offset, count);
        while (n < 0 && rest.hasNext()) {
            current.close();
            current = rest.next().open();
            n = current.read(target, offset, count);
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        current.close();
    }
}
