package io.github.packetboat.mailbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;

/** A part of a mail: its header, and where in the raw bytes its body is. Immutable. */
final class MimePart {
    private final byte[] raw;
    private final HeaderFields header;
    private final int bodyFrom;
    private final int bodyTo;
    private final Parameters type;
    private final Parameters disposition;
    private final List<MimePart> children;

    MimePart(
            byte[] raw,
            HeaderFields header,
            int bodyFrom,
            int bodyTo,
            Parameters type,
            Parameters disposition,
            List<MimePart> children) {
        this.raw = raw;
        this.header = header;
        this.bodyFrom = bodyFrom;
        this.bodyTo = bodyTo;
        this.type = type;
        this.disposition = disposition;
        this.children = List.copyOf(children);
    }

    HeaderFields header() {
        return header;
    }

    /** {@code type/subtype} in lower case. */
    String mediaType() {
        return type.value();
    }

    List<MimePart> children() {
        return children;
    }

    /** {@code attachment}, {@code inline}, or an empty text. */
    String disposition() {
        return disposition.value();
    }

    /** As the mail says it, unsafe; or an empty text. */
    String fileName() {
        String name = disposition.get("filename");
        return name.isEmpty() ? type.get("name") : name;
    }

    String contentId() {
        String id = header.first("Content-ID").strip();
        return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
    }

    boolean isText() {
        return mediaType().equals("text/plain") || mediaType().equals("text/html");
    }

    InputStream encoded() {
        return new ByteArrayInputStream(raw, bodyFrom, bodyTo - bodyFrom);
    }

    /** The body without its transfer encoding, decoded while it is read. */
    InputStream open() {
        return switch (transferEncoding()) {
            case "base64" -> new LenientBase64(encoded());
            case "quoted-printable" -> new LenientQuotedPrintable(encoded());
            case "x-uuencode", "x-uue", "uuencode" -> new UuDecoder(encoded());
            default -> encoded();
        };
    }

    byte[] bytes() {
        try (InputStream in = open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // from an array: cannot be
        }
    }

    /** The body as text; whatever is wrong with it is read around and reported. */
    String text(Charset fallback, Defects defects) {
        byte[] bytes = bytes();
        String charset = type.get("charset");
        String text =
                charset.isEmpty() ? Texts.guess(bytes, fallback) : TextBytes.decode(bytes, charset, fallback, defects);
        text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        return text.replace("\r\n", "\n");
    }

    /** Looks for what is wrong with the transfer encoding, without keeping what is decoded. */
    void checkEncoding(Defects defects) {
        switch (transferEncoding()) {
            case "", "7bit", "8bit", "binary", "x-uuencode", "x-uue", "uuencode" -> {
                /* nothing that could be wrong */
            }
            case "base64" -> {
                if (LenientBase64.isBroken(raw, bodyFrom, bodyTo)) {
                    defects.add(Defect.Kind.BASE64, "in a part of type " + mediaType());
                }
            }
            case "quoted-printable" -> {
                if (LenientQuotedPrintable.isBroken(raw, bodyFrom, bodyTo)) {
                    defects.add(Defect.Kind.QUOTED_PRINTABLE, "in a part of type " + mediaType());
                }
            }
            default -> defects.add(Defect.Kind.TRANSFER_ENCODING, transferEncoding());
        }
    }

    private String transferEncoding() {
        String encoding = header.first("Content-Transfer-Encoding").strip().toLowerCase(Locale.ROOT);
        int end = 0;
        while (end < encoding.length() && " ;(\"".indexOf(encoding.charAt(end)) < 0) {
            end++;
        }
        return encoding.substring(0, end);
    }
}
