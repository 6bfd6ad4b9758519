package io.github.packetboat.internal.mime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one message from top to bottom: its headers, then its parts, then {@link #finish()}. Not thread-safe.
 *
 * <pre>{@code
 * MessageWriter writer = new MessageWriter(Form.SEVEN_BIT, UTF_8, Unique.name(), 4096);
 * writer.headers().addresses("From").mailbox("张三", "me@126.com").end().text("Subject", "你好");
 * writer.multipart("mixed");
 * writer.text("text/plain", "…");
 * writer.data("application/pdf", "attachment", "报告.pdf", null, content);
 * writer.end();
 * Rendering rendering = writer.finish();
 * }</pre>
 *
 * <p>Attachments are put in as long as all of them together have at most {@link #MAX_IN_MEMORY} bytes; what is more is
 * left to be streamed.
 */
public final class MessageWriter {
    private static final int MAX_IN_MEMORY = 256 * 1024;
    private static final int COPY_BYTES = 8 * 1024;

    private final Form form;
    private final Charset charset;
    private final String boundarySeed;
    private final List<Content> pieces = new ArrayList<>(1);
    private final Deque<String> open = new ArrayDeque<>(4);
    private MimeBuffer out;
    private HeaderFields headers;
    private int multiparts;
    private long inMemory;
    private boolean eightBit;

    /**
     * @param boundarySeed what the boundaries of this message are made of: ASCII letters and digits, unguessable for whoever
     *     wrote its texts
     * @param sizeHint how many bytes the message may have
     */
    public MessageWriter(Form form, Charset charset, String boundarySeed, int sizeHint) {
        this.form = form;
        this.charset = charset;
        this.boundarySeed = boundarySeed;
        out = new MimeBuffer(sizeHint);
        headers = new HeaderFields(out, form, charset);
        eightBit = form == Form.UTF8;
    }

    /** The fields of the message. To be written before the first part. */
    public HeaderFields headers() {
        return headers;
    }

    /**
     * Begins a part that holds others, up to {@link #end()}.
     *
     * @param subtype with its parameters, if it has any but the boundary
     */
    public void multipart(String subtype) {
        beginPart();
        String boundary = "=_" + boundarySeed + "_" + multiparts++;
        out.ascii("Content-Type: multipart/");
        out.ascii(subtype);
        out.put(';');
        out.crlf();
        out.ascii(" boundary=\"");
        out.ascii(boundary);
        out.put('"');
        out.crlf();
        if (form != Form.SEVEN_BIT) {
            transferEncoding(BodyText.Encoding.EIGHT_BIT); // as its parts may be (RFC 2045 §6.4)
        }
        out.crlf();
        open.push(boundary);
    }

    /** Ends what {@link #multipart} began. */
    public void end() {
        out.ascii("--");
        out.ascii(open.pop());
        out.ascii("--");
        out.crlf();
    }

    /**
     * A part of text.
     *
     * @param type with its parameters, if it has any but the charset
     */
    public void text(String type, String text) {
        beginPart();
        BodyText body = BodyText.of(text, charset, form, open.isEmpty());
        out.ascii("Content-Type: ");
        out.ascii(type);
        out.ascii("; charset=");
        out.ascii(body.charsetName());
        out.crlf();
        transferEncoding(body.encoding());
        out.crlf();
        body.put(out);
        eightBit |= body.encoding() == BodyText.Encoding.EIGHT_BIT;
        if (!open.isEmpty() && body.encoding() != BodyText.Encoding.BASE64) {
            out.crlf(); // part of the boundary (RFC 2046 §5.1.1); base64 may have it for its own
        }
    }

    /**
     * A part of bytes.
     *
     * @param type the media type
     * @param disposition {@code attachment} or {@code inline}
     * @param contentId without angle brackets, or null
     * @throws IOException if the content is read already and fails
     */
    public void data(String type, String disposition, String fileName, @Nullable String contentId, Content content)
            throws IOException {
        beginPart();
        out.ascii("Content-Type: ");
        out.ascii(type);
        FileNameParameter.putName(out, fileName);
        out.crlf();
        transferEncoding(BodyText.Encoding.BASE64);
        out.ascii("Content-Disposition: ");
        out.ascii(disposition);
        FileNameParameter.putFileName(out, fileName);
        out.crlf();
        if (contentId != null) {
            out.ascii("Content-ID: <");
            out.ascii(contentId);
            out.put('>');
            out.crlf();
        }
        out.crlf();
        body(new Base64Content(fileName, content));
    }

    /** The message as it is now. The last call. */
    public Rendering finish() {
        flush();
        return new Rendering(pieces, eightBit);
    }

    private void beginPart() {
        if (open.isEmpty()) {
            out.ascii("MIME-Version: 1.0");
            out.crlf();
        } else {
            out.ascii("--");
            out.ascii(open.element());
            out.crlf();
        }
    }

    private void transferEncoding(BodyText.Encoding encoding) {
        out.ascii("Content-Transfer-Encoding: ");
        out.ascii(encoding.label);
        out.crlf();
    }

    private void body(Base64Content content) throws IOException {
        long length = content.length();
        if (length < 0 || inMemory + length > MAX_IN_MEMORY) {
            flush();
            pieces.add(content);
            out = new MimeBuffer(COPY_BYTES);
            return;
        }
        if (length == 0) {
            return; // and read(…) into an empty array would never end
        }
        inMemory += length;
        out.room((int) length + COPY_BYTES); // and some for what follows, or that would double it all
        byte[] buffer = new byte[(int) Math.min(length, COPY_BYTES)];
        try (InputStream in = content.open()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.put(buffer, 0, n);
            }
        }
    }

    private void flush() {
        if (out.length() > 0) {
            pieces.add(new Rendering.Bytes(out.toByteArray()));
        }
    }
}
