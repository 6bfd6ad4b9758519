package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.internal.mime.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Bytes with a file name and a media type, to be attached to a mail or shown in its HTML. The bytes are read when the mail
 * is rendered, and again for each signature and each retry: what they come from must be able to give them more than once.
 * Immutable; thread-safe if its source is.
 */
public final class Attachment {
    private final String name;
    private final String type;
    private final Content content;

    private Attachment(String name, String type, Content content) {
        this.name = name;
        this.type = type;
        this.content = content;
    }

    /** Gives the bytes of an attachment, each time from the start. May be called from any thread, several at once. */
    @FunctionalInterface
    public interface Source {
        /**
         * A new stream over all of the bytes; whoever called closes it.
         *
         * @throws IOException if there is none; the mail is then not sent
         */
        InputStream open() throws IOException;
    }

    /**
     * A file, under its own name. Its length is taken now; if it has another when it is read, the mail is not sent.
     *
     * @throws UncheckedIOException if there is no such file or it cannot be read
     */
    public static Attachment of(Path file) {
        Check.notNull("file", file);
        long length;
        try {
            length = Files.size(file);
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new IOException("not a readable file");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot attach " + file + ": " + e, e);
        }
        return of(String.valueOf(file.getFileName()), length, () -> Files.newInputStream(file));
    }

    /**
     * Bytes, which are copied.
     *
     * @throws IllegalArgumentException if either is null, or the name holds a control character
     */
    public static Attachment of(String name, byte[] bytes) {
        byte[] copy = Check.notNull("bytes", bytes).clone();
        return of(name, copy.length, () -> new ByteArrayInputStream(copy));
    }

    /**
     * Whatever {@code source} gives, which may be of any length.
     *
     * @throws IllegalArgumentException if either is null, or the name holds a control character
     */
    public static Attachment of(String name, Source source) {
        return create(name, Content.UNKNOWN, source);
    }

    /**
     * What {@code source} gives, known to be {@code length} bytes: so the size of the mail is known before it is sent. If it
     * turns out to be longer or shorter, the mail is not sent.
     *
     * @throws IllegalArgumentException if one is null or negative, or the name holds a control character
     */
    public static Attachment of(String name, long length, Source source) {
        if (length < 0) {
            throw new IllegalArgumentException("length=" + length + " is below 0");
        }
        return create(name, length, source);
    }

    private static Attachment create(String name, long length, Source source) {
        Check.notNull("source", source);
        String fileName = FileNames.plain(name);
        return new Attachment(fileName, MediaTypes.ofName(fileName), new Content() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() throws IOException {
                return Check.notNull("stream of the attachment's source", source.open());
            }
        });
    }

    /**
     * The same bytes under another file name, of which only what stands behind the last slash or backslash counts. The type
     * stays.
     *
     * @throws IllegalArgumentException if it is null or holds a control character
     */
    public Attachment named(String newName) {
        return new Attachment(FileNames.plain(newName), type, content);
    }

    /**
     * The same bytes as another media type, such as {@code image/svg+xml} or {@code text/csv; charset=utf-8}. Unless set, the
     * type is guessed from the ending of the name, and is {@code application/octet-stream} if that says nothing.
     *
     * @throws IllegalArgumentException if it is not a media type (RFC 2045 §5.1), or one that holds other parts
     */
    public Attachment typed(String newType) {
        return new Attachment(name, MediaTypes.checked(newType), content);
    }

    /** The file name, without any folder. */
    public String name() {
        return name;
    }

    /** The media type. */
    public String type() {
        return type;
    }

    /** How many bytes, if that is known before they are read. */
    public OptionalLong length() {
        return content.length() < 0 ? OptionalLong.empty() : OptionalLong.of(content.length());
    }

    /**
     * A new stream over the bytes, which the caller closes.
     *
     * @throws IOException what the source throws
     */
    public InputStream open() throws IOException {
        return content.open();
    }

    Content content() {
        return content;
    }

    /** Name, type and length. */
    @Override
    public String toString() {
        return name + " (" + type + (content.length() < 0 ? ")" : ", " + content.length() + " bytes)");
    }
}
