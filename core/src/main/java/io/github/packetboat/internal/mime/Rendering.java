package io.github.packetboat.internal.mime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message as it goes out: CRLF lines only, the last one ended, dots not yet doubled. It gives the same bytes each time it
 * is opened, as long as its attachments do. Immutable and thread-safe; the streams that {@link #open()} returns are not.
 */
public final class Rendering {
    private static final int COPY_BYTES = 16 * 1024;

    private final List<Content> pieces;
    private final boolean eightBit;
    private final @Nullable String whyEightBit;

    Rendering(List<Content> pieces, boolean eightBit) {
        this(pieces, eightBit, null);
    }

    private Rendering(List<Content> pieces, boolean eightBit, @Nullable String whyEightBit) {
        this.pieces = List.copyOf(pieces);
        this.eightBit = eightBit;
        this.whyEightBit = whyEightBit;
    }

    /** A message that is ready. The array is not copied and must not change any more. */
    public static Rendering of(byte[] bytes) {
        boolean eightBit = false;
        for (int i = 0; i < bytes.length && !eightBit; i++) {
            eightBit = bytes[i] < 0;
        }
        return new Rendering(List.of(new Bytes(bytes)), eightBit);
    }

    /** The same message with {@code fields}, each with its CRLF, before its first. */
    public Rendering withFieldsInFront(byte[] fields) {
        byte[] all = bytes();
        List<Content> more = new ArrayList<>();
        if (all == null) {
            more.add(new Bytes(fields));
            more.addAll(pieces);
        } else {
            byte[] joined = Arrays.copyOf(fields, fields.length + all.length);
            System.arraycopy(all, 0, joined, fields.length, all.length);
            more.add(new Bytes(joined));
        }
        return new Rendering(more, eightBit, whyEightBit);
    }

    /** This one, with the reason why it cannot be had in seven bits. */
    Rendering asItMustStay(String why) {
        return new Rendering(pieces, eightBit, why);
    }

    /** Why it has bytes above 127 although it was to have none; null if that was not tried. */
    public @Nullable String whyEightBit() {
        return whyEightBit;
    }

    /** How many bytes {@link #open()} gives, or {@link Content#UNKNOWN} if an attachment does not say how long it is. */
    public long size() {
        long size = 0;
        for (Content piece : pieces) {
            long length = piece.length();
            if (length < 0) {
                return Content.UNKNOWN;
            }
            size += length;
        }
        return size;
    }

    /** Whether any byte is above 127, so that the server must offer 8BITMIME. */
    public boolean isEightBit() {
        return eightBit;
    }

    /** Whether any byte of the header is above 127, so that the server must offer SMTPUTF8. */
    public boolean isHeaderEightBit() {
        byte[] head = ((Bytes) pieces.get(0)).bytes;
        int end = eightBit ? new HeaderBlock(head).length() : 0;
        for (int i = 0; i < end; i++) {
            if (head[i] < 0) {
                return true;
            }
        }
        return false;
    }

    /** All of it if it is short enough to be kept in memory, else null: then {@link #open()} streams it. Not to be changed. */
    public byte @Nullable [] bytes() {
        return pieces.size() == 1 && pieces.get(0) instanceof Bytes all ? all.bytes : null;
    }

    /**
     * A new stream over all of it, which the caller closes. Reading fails with an {@link IOException} if an attachment
     * cannot be read or is not as long as it said: what was read until then must not be ended as a whole message.
     */
    public InputStream open() throws IOException {
        return pieces.size() == 1 ? pieces.get(0).open() : new PiecesStream(pieces);
    }

    /** Whether its header has a field of that name. */
    public boolean hasField(String name) {
        return !new HeaderBlock(((Bytes) pieces.get(0)).bytes).fromBottom(name).isEmpty();
    }

    /** Writes all of it to {@code out}, which stays open. */
    public void writeTo(OutputStream out) throws IOException {
        byte[] all = bytes();
        if (all != null) {
            out.write(all);
            return;
        }
        try (InputStream in = open()) {
            byte[] buffer = new byte[COPY_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
    }

    List<Content> pieces() {
        return pieces;
    }

    /** Bytes in memory. */
    record Bytes(byte[] bytes) implements Content {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }
    }
}
