package io.github.packetboat.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames (RFC 6455 §5) and makes messages of them. A frame that is not whole is left unread, though the text in it is
 * checked as far as it goes; frames of a message that is not whole are kept here. Not thread-safe.
 */
final class FrameReader<M> {
    /** Where control frames go, which may come between those of a message. */
    interface Controls {
        /** Returns whether reading goes on; else the reader stops, to be called again. */
        boolean onControl(int opcode, byte[] payload) throws WebSocketException;
    }

    private static final int SCRATCH_BYTES = 64 << 10;
    private static final int NO_MESSAGE = -1;
    private static final byte[] NOTHING = {};
    /** Where a payload is unmasked, since its own place must not be written to. */
    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

    private final Kind<M> kind;
    private final boolean masked;
    private final boolean inflates;
    private final Sizes sizes;
    private final Controls controls;

    /** The frame at hand: valid from {@link #readHeader} on. */
    private int firstByte;

    private int headerBytes;
    private int length;
    private int key;
    /** How much of the payload of an unfinished frame of text has been checked. */
    private int checked;

    /** The message at hand, of which there was at least one frame; or {@link #NO_MESSAGE}. */
    private int opcode = NO_MESSAGE;

    private boolean compressed;
    private int fragments;
    private byte[] message = NOTHING;
    private int messageBytes;
    private @Nullable Utf8Check text;

    /**
     * @param masked whether frames must be masked, as those of clients
     * @param inflates whether messages may be compressed
     */
    FrameReader(Kind<M> kind, boolean masked, boolean inflates, Sizes sizes, Controls controls) {
        this.kind = kind;
        this.masked = masked;
        this.inflates = inflates;
        this.sizes = sizes;
        this.controls = controls;
    }

    /** How many bytes of an unfinished message are kept here. */
    int heldBytes() {
        return message.length;
    }

    /** The next message; or null if the bytes do not go so far, or {@link #controls} said to stop. */
    @Nullable
    M read(ByteBuffer in) throws WebSocketException {
        while (readHeader(in)) {
            int at = in.position() + headerBytes;
            int there = in.limit() - at;
            int op = firstByte & Frame.OPCODE;
            if (there < length) {
                if (!Frame.isControl(op)) {
                    checkEarly(in, at, there, op);
                }
                return null;
            }
            in.position(at + length);
            if (Frame.isControl(op)) {
                byte[] payload = new byte[length];
                Masking.unmask(in, at, length, key, 0, payload, 0);
                if (!controls.onControl(op, payload)) {
                    return null;
                }
                continue;
            }
            M whole = data(in, at, op);
            if (whole != null) {
                return whole;
            }
        }
        return null;
    }

    // ------------------------------------------------------------------ the header

    /** Reads and checks the header at the position of {@code in}. Returns false if it is not all there. */
    private boolean readHeader(ByteBuffer in) throws WebSocketException {
        int there = in.remaining();
        if (there < 2) {
            return false;
        }
        int at = in.position();
        int two = in.getShort(at);
        firstByte = two >> 8 & 0xFF;
        checkFirstByte();
        if ((two & Frame.MASK) != 0 != masked) {
            throw error(masked ? "a frame without a mask from a client" : "a masked frame from a server");
        }
        int keyBytes = masked ? Frame.KEY_BYTES : 0;
        int small = two & Frame.LENGTH;
        if (small <= Frame.MAX_7_BIT_LENGTH) {
            length = small;
            headerBytes = 2 + keyBytes;
        } else if (!readLength(in, at, small, keyBytes)) {
            return false;
        }
        checkLength();
        if (there < headerBytes) {
            return false;
        }
        key = masked ? in.getInt(at + headerBytes - Frame.KEY_BYTES) : 0;
        return true;
    }

    private void checkFirstByte() throws WebSocketException {
        int op = firstByte & Frame.OPCODE;
        if ((firstByte & Frame.RSV2_AND_3) != 0) {
            throw error("a frame with reserved bits: first byte 0x%02X".formatted(firstByte));
        }
        if ((firstByte & Frame.RSV1) != 0 && !(inflates && (op == Frame.TEXT || op == Frame.BINARY))) {
            throw error(
                    "a compressed frame where none was agreed on or can be: first byte 0x%02X".formatted(firstByte));
        }
        switch (op) {
            case Frame.CONTINUATION -> {
                if (opcode == NO_MESSAGE) {
                    throw error("a continuation of no message");
                }
            }
            case Frame.TEXT, Frame.BINARY -> {
                if (opcode != NO_MESSAGE) {
                    throw error("a new message within another");
                }
                if (!kind.takes(op)) {
                    throw new WebSocketException(
                            CloseCode.UNSUPPORTED_DATA,
                            "a %s message, and only %s is taken here"
                                    .formatted(op == Frame.TEXT ? "text" : "binary", kind.wanted()));
                }
            }
            case Frame.CLOSE, Frame.PING, Frame.PONG -> {
                if ((firstByte & Frame.FIN) == 0) {
                    throw error("a control frame in fragments: first byte 0x%02X".formatted(firstByte));
                }
            }
            default -> throw error("reserved opcode %d".formatted(op));
        }
    }

    private boolean readLength(ByteBuffer in, int at, int small, int keyBytes) throws WebSocketException {
        if (Frame.isControl(firstByte & Frame.OPCODE)) {
            throw error("a control frame of more than " + Frame.MAX_CONTROL_BYTES + " bytes");
        }
        boolean wide = small == Frame.LENGTH_IN_64_BITS;
        headerBytes = 2 + (wide ? Long.BYTES : Short.BYTES) + keyBytes;
        if (in.limit() - at < headerBytes - keyBytes) {
            return false;
        }
        long value = wide ? in.getLong(at + 2) : in.getShort(at + 2) & 0xFFFFL;
        if (value < 0 || value <= (wide ? Frame.MAX_16_BIT_LENGTH : Frame.MAX_7_BIT_LENGTH)) {
            throw error("a length of %s in %d bits, which is not the shortest form"
                    .formatted(Long.toUnsignedString(value), wide ? 64 : 16));
        }
        if (value > sizes.maxFrameBytes()) {
            throw tooLarge("frame of %d bytes exceeds maxFrameBytes=%d", value, sizes.maxFrameBytes());
        }
        length = (int) value;
        return true;
    }

    private void checkLength() throws WebSocketException {
        if (Frame.isControl(firstByte & Frame.OPCODE)) {
            return;
        }
        if (length > sizes.maxFrameBytes()) {
            throw tooLarge("frame of %d bytes exceeds maxFrameBytes=%d", length, sizes.maxFrameBytes());
        }
        if (messageBytes + (long) length > sizes.maxMessageBytes()) {
            throw tooLarge(
                    "message of %d bytes or more exceeds maxMessageBytes=%d",
                    messageBytes + (long) length, sizes.maxMessageBytes());
        }
        if (fragments >= sizes.maxFragments()) {
            throw tooLarge("message of %d fragments exceeds maxFragments=%d", fragments + 1L, sizes.maxFragments());
        }
    }

    // ------------------------------------------------------------------ the payload

    private @Nullable M data(ByteBuffer in, int at, int op) throws WebSocketException {
        boolean last = (firstByte & Frame.FIN) != 0;
        if (last && op != Frame.CONTINUATION && (firstByte & Frame.RSV1) == 0) {
            return single(in, at, op);
        }
        if (op != Frame.CONTINUATION) {
            opcode = op;
            compressed = (firstByte & Frame.RSV1) != 0;
        }
        keep(in, at);
        return last ? complete() : null;
    }

    /** A message of one frame needs no place of its own. */
    private M single(ByteBuffer in, int at, int op) throws WebSocketException {
        byte[] bytes = length <= SCRATCH_BYTES ? SCRATCH.get() : new byte[length];
        boolean ascii = (Masking.unmask(in, at, length, key, 0, bytes, 0) & 0x8080_8080_8080_8080L) == 0;
        M whole = kind.message(op, bytes, length, ascii);
        if (op == Frame.TEXT && !ascii) {
            checkText(bytes, length);
        }
        forget();
        return whole;
    }

    private static void checkText(byte[] bytes, int length) throws WebSocketException {
        Utf8Check check = new Utf8Check();
        int wrong = check.accept(bytes, 0, length);
        if (wrong >= 0 || !check.isComplete()) {
            throw notText(wrong < 0 ? length : wrong);
        }
    }

    private void keep(ByteBuffer in, int at) throws WebSocketException {
        fragments++;
        if (message.length - messageBytes < length) {
            // grows with what has come, never by what is announced
            long wanted =
                    Math.max(messageBytes + (long) length, Math.min(2L * message.length, sizes.maxMessageBytes()));
            message = Arrays.copyOf(message, (int) wanted);
        }
        Masking.unmask(in, at, length, key, 0, message, messageBytes);
        if (opcode == Frame.TEXT && !compressed) {
            check(message, messageBytes + checked, messageBytes + length, messageBytes + checked);
        }
        checked = 0;
        messageBytes += length;
    }

    /** What has come of an unfinished frame is not kept here, but bytes that can never be text are refused at once. */
    private void checkEarly(ByteBuffer in, int at, int there, int op) throws WebSocketException {
        boolean isText = op == Frame.CONTINUATION
                ? opcode == Frame.TEXT && !compressed
                : op == Frame.TEXT && (firstByte & Frame.RSV1) == 0;
        byte[] bytes = SCRATCH.get();
        while (isText && checked < there) {
            int n = Math.min(bytes.length, there - checked);
            Masking.unmask(in, at + checked, n, key, checked, bytes, 0);
            check(bytes, 0, n, messageBytes + checked);
            checked += n;
        }
    }

    /** Checks the next bytes of the text at hand, the first of which is byte {@code offset} of the message. */
    private void check(byte[] bytes, int from, int to, int offset) throws WebSocketException {
        Utf8Check check = text;
        if (check == null) {
            check = new Utf8Check();
            text = check;
        }
        int wrong = check.accept(bytes, from, to);
        if (wrong >= 0) {
            throw notText(offset + wrong - from);
        }
    }

    private M complete() throws WebSocketException {
        byte[] bytes = message;
        int n = messageBytes;
        if (compressed) {
            bytes = Deflate.inflate(message, messageBytes, sizes.maxMessageBytes());
            n = bytes.length;
            if (opcode == Frame.TEXT) {
                checkText(bytes, n);
            }
        } else if (text != null && !text.isComplete()) {
            throw notText(n);
        }
        M whole = kind.message(opcode, bytes, n, false);
        forget();
        return whole;
    }

    private void forget() {
        checked = 0;
        text = null;
        opcode = NO_MESSAGE;
        fragments = 0;
        message = NOTHING;
        messageBytes = 0;
    }

    // ------------------------------------------------------------------ errors

    private static WebSocketException error(String what) {
        return new WebSocketException(CloseCode.PROTOCOL_ERROR, what);
    }

    private static WebSocketException tooLarge(String format, long value, int limit) {
        return new WebSocketException(CloseCode.TOO_LARGE, format.formatted(value, limit));
    }

    static WebSocketException notText(int offset) {
        return new WebSocketException(
                CloseCode.INVALID_DATA, "invalid UTF-8 at offset %d of the text".formatted(offset));
    }

    /** The text of a close frame. */
    static String reason(byte[] payload, int from) throws WebSocketException {
        Utf8Check check = new Utf8Check();
        int wrong = check.accept(payload, from, payload.length);
        if (wrong >= 0 || !check.isComplete()) {
            throw notText(wrong < 0 ? payload.length - from : wrong - from);
        }
        return new String(payload, from, payload.length - from, StandardCharsets.UTF_8);
    }
}
