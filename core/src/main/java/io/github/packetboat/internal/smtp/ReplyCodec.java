package io.github.packetboat.internal.smtp;

import io.github.packetboat.codec.Codec;
import io.github.packetboat.codec.CodecException;
import io.github.packetboat.codec.FrameBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of replies (RFC 5321 §4.2.1), whole ones of any number of lines. One instance per connection.
 *
 * <pre>
 *   250-first line CR LF          the same code in each line,
 *   250 last line CR LF           and a hyphen behind it in all but the last
 * </pre>
 *
 * <p>Bytes above 0x7F are allowed in the text, where servers do send them: as UTF-8, or escaped if they are none.
 */
final class ReplyCodec implements Codec<Wire> {
    /** With its CRLF; RFC 5321 §4.5.3.1.5 says 512 octets, and servers say more. */
    static final int MAX_LINE_BYTES = 2048;

    static final int MAX_LINES = 128;
    static final int MAX_REPLY_BYTES = 64 * 1024;

    private static final int CODE_DIGITS = 3;
    private static final int MAX_SHOWN_BYTES = 64;

    /** How far the unfinished reply was looked at: up to the start of {@code lineStart}'s line it is well formed. */
    private int scanned;

    private int lineStart;
    private int lines;
    private final @Nullable ProxyHandshake proxy;

    ReplyCodec() {
        this(null);
    }

    /** @param proxy what comes before the first reply, or null if nothing does */
    ReplyCodec(@Nullable ProxyHandshake proxy) {
        this.proxy = proxy;
    }

    @Override
    public @Nullable Wire decode(ByteBuffer in) throws CodecException {
        ProxyHandshake before = proxy;
        if (before != null && !before.isDone()) {
            byte[] answer = before.read(in);
            return answer == null ? null : new Wire.ToProxy(answer);
        }
        int start = in.position();
        int end = in.limit();
        for (int at = start + scanned; at < end; at++) {
            if (in.get(at) != '\n') {
                continue;
            }
            if (endsLine(in, start, at)) {
                Reply reply = reply(in, start, at + 1);
                in.position(at + 1);
                scanned = 0;
                lineStart = 0;
                lines = 0;
                return reply;
            }
            lineStart = at + 1 - start;
        }
        scanned = end - start;
        checkLine(scanned - lineStart);
        checkTotal(scanned);
        return null;
    }

    /** A line ends in the LF at {@code at}. Returns whether it is the reply's last. */
    private boolean endsLine(ByteBuffer in, int start, int at) throws CodecException {
        int from = start + lineStart;
        checkLine(at + 1 - from);
        checkTotal(at + 1 - start);
        if (++lines > MAX_LINES) {
            throw new CodecException(
                    "reply of more than %d lines exceeds maxReplyLines=%d".formatted(MAX_LINES, MAX_LINES));
        }
        if (at == from || in.get(at - 1) != '\r') {
            throw malformed("a line that ends in LF alone", in, from, at);
        }
        int length = at - 1 - from;
        boolean separated = length == CODE_DIGITS
                || length > CODE_DIGITS && (in.get(from + CODE_DIGITS) == ' ' || in.get(from + CODE_DIGITS) == '-');
        if (!separated || !isDigit(in, from) || !isDigit(in, from + 1) || !isDigit(in, from + 2)) {
            throw malformed("no code of three digits", in, from, at - 1);
        }
        if (in.get(from) < '2' || in.get(from) > '5') {
            throw malformed("a code that is none of 2yz to 5yz", in, from, at - 1);
        }
        if (code(in, from) != code(in, start)) {
            throw malformed("another code than the line before", in, from, at - 1);
        }
        return length == CODE_DIGITS || in.get(from + CODE_DIGITS) == ' ';
    }

    private static void checkLine(int bytes) throws CodecException {
        if (bytes > MAX_LINE_BYTES) {
            throw new CodecException("reply line of more than %d bytes exceeds maxReplyLineBytes=%d"
                    .formatted(MAX_LINE_BYTES, MAX_LINE_BYTES));
        }
    }

    private static void checkTotal(int bytes) throws CodecException {
        if (bytes > MAX_REPLY_BYTES) {
            throw new CodecException(
                    "reply of more than %d bytes exceeds maxReplyBytes=%d".formatted(MAX_REPLY_BYTES, MAX_REPLY_BYTES));
        }
    }

    private static boolean isDigit(ByteBuffer in, int at) {
        return in.get(at) >= '0' && in.get(at) <= '9';
    }

    private static int code(ByteBuffer in, int at) {
        return (in.get(at) - '0') * 100 + (in.get(at + 1) - '0') * 10 + in.get(at + 2) - '0';
    }

    private static CodecException malformed(String what, ByteBuffer in, int from, int to) {
        int shown = Math.min(to, from + MAX_SHOWN_BYTES);
        return new CodecException(
                "not an SMTP reply, %s: \"%s%s\"".formatted(what, text(in, from, shown), shown < to ? "…" : ""));
    }

    private static Reply reply(ByteBuffer in, int start, int end) {
        List<String> text = new ArrayList<>(4);
        int from = start;
        for (int at = start; at < end; at++) {
            if (in.get(at) == '\n') {
                text.add(text(in, Math.min(from + CODE_DIGITS + 1, at - 1), at - 1));
                from = at + 1;
            }
        }
        return Reply.of(code(in, start), text);
    }

    /** UTF-8, where it is some; what could forge or garble a line of a log is escaped. */
    private static String text(ByteBuffer in, int from, int to) {
        ByteBuffer bytes = in.duplicate().limit(to).position(from);
        boolean plain = true;
        for (int at = from; at < to && plain; at++) {
            plain = in.get(at) >= ' ' && in.get(at) != 0x7F;
        }
        if (plain) {
            return StandardCharsets.ISO_8859_1.decode(bytes).toString();
        }
        StringBuilder text = new StringBuilder(to - from);
        try {
            String decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.duplicate())
                    .toString();
            decoded.chars()
                    .forEach(c -> append(
                            text, (char) c, Character.isISOControl(c) || Character.getType(c) == Character.FORMAT));
        } catch (CharacterCodingException e) {
            while (bytes.hasRemaining()) {
                int b = bytes.get() & 0xFF;
                append(text, (char) b, b < ' ' || b >= 0x7F);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, char c, boolean escape) {
        if (escape) {
            text.append("\\x").append(String.format("%02x", (int) c));
        } else {
            text.append(c);
        }
    }

    @Override
    public void encode(Wire message, FrameBuffer out) throws CodecException {
        if (!(message instanceof Wire.Bytes outgoing)) {
            throw new CodecException("a client sends no replies");
        }
        out.put(outgoing.bytes());
    }

    @Override
    public int maxFrameBytes() {
        return MAX_REPLY_BYTES;
    }
}
