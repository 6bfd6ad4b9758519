package io.github.packetboat.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * An attachment or an inline part of a mail that was received. Immutable and thread-safe. Everything it says comes from whoever
 * wrote the mail: the media type may be wrong on purpose, and what is inside may harm who opens it.
 */
public final class ReceivedPart {
    private static final int MAX_TRIES = 10_000;

    private final MimePart part;
    private final String fileName;
    private final Charset fallback;

    ReceivedPart(MimePart part, String fileName, Charset fallback) {
        this.part = part;
        this.fileName = fileName;
        this.fallback = fallback;
    }

    /**
     * A name that is safe to use in a folder of any system: never empty, no path, no control characters, no name of a
     * device, at most 200 bytes of UTF-8. Where the mail has none, one made from the position and media type.
     */
    public String fileName() {
        return fileName;
    }

    /** What it claims to be, as {@code type/subtype} in lower case. */
    public String mediaType() {
        return part.mediaType();
    }

    /** The name by which HTML refers to it as {@code cid:…}, without brackets; an empty text if it has none. */
    public String contentId() {
        return part.contentId();
    }

    /** The fields of its own header. */
    public List<HeaderField> headers() {
        return part.header().list();
    }

    /** The content, decoded while it is read; each call begins anew. Needs no closing. */
    public InputStream open() {
        return part.open();
    }

    /** The content at once. */
    public byte[] bytes() {
        return part.bytes();
    }

    /** The mail inside a part of type {@code message/rfc822}, such as one that was forwarded or could not be delivered. */
    public ReceivedMail toMail() {
        return ReceivedMail.parse(part.bytes(), fallback);
    }

    /**
     * Saves the content in a folder under {@link #fileName()}, or, where a file of that name exists, under one with a
     * number. Never overwrites a file and never follows a link.
     *
     * @param folder must exist
     * @return the file
     * @throws IOException if the file cannot be written; none is left behind then
     */
    public Path saveIn(Path folder) throws IOException {
        int dot = fileName.lastIndexOf('.');
        String stem = dot > 0 ? fileName.substring(0, dot) : fileName;
        String ending = dot > 0 ? fileName.substring(dot) : "";
        for (int i = 1; i <= MAX_TRIES; i++) {
            Path file = folder.resolve(i == 1 ? fileName : stem + " (" + i + ")" + ending);
            OutputStream out;
            try {
                out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (FileAlreadyExistsException e) {
                continue; // with the next number
            }
            fill(file, out);
            return file;
        }
        throw new FileAlreadyExistsException(folder.resolve(fileName) + ", and " + MAX_TRIES + " more of that name");
    }

    private void fill(Path file, OutputStream out) throws IOException {
        try (out) {
            open().transferTo(out);
        } catch (IOException | RuntimeException e) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException undeleted) {
                e.addSuppressed(undeleted);
            }
            throw e;
        }
    }

    @Override
    public String toString() {
        return "ReceivedPart[" + Texts.clean(fileName, 200) + ", " + mediaType() + "]";
    }
}
