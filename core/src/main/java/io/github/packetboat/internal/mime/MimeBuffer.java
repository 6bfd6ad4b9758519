package io.github.packetboat.internal.mime;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of a message, put one behind the other. Grows as needed. Not thread-safe. */
final class MimeBuffer {
    private byte[] bytes;
    private int length;

    MimeBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    int length() {
        return length;
    }

    void put(int b) {
        room(1);
        bytes[length++] = (byte) b;
    }

    void put(byte[] source, int offset, int count) {
        room(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    /** Puts {@code text}, whose characters are all ASCII, as its caller has checked. */
    void ascii(String text) {
        ascii(text, 0, text.length());
    }

    // This getBytes is deprecated because it drops high bytes; here there are none, and no other copies without
    // garbage.
    @SuppressWarnings("deprecation")
    void ascii(String text, int from, int to) {
        room(to - from);
        text.getBytes(from, to, bytes, length);
        length += to - from;
    }

    void utf8(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        put(utf8, 0, utf8.length);
    }

    void crlf() {
        room(2);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    /** Makes sure that the next {@code count} bytes need no new array. */
    void room(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, count), (int) Math.min(2L * length, 1 << 30)));
        }
    }

    byte[] toByteArray() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
