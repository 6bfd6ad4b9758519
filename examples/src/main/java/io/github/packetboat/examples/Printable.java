package io.github.packetboat.examples;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.regex.Pattern;

/** What a stranger sent, made safe to show on a terminal. */
final class Printable {
    /**
     * What moves the cursor, begins a line or turns the direction of writing: with these in a text, one peer could overwrite
     * or imitate the lines of another.
     */
    private static final Pattern CONTROLS =
            Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]");

    private Printable() {}

    /** {@code text} as one line: each tab is a space, each other control character a U+FFFD. */
    static String line(String text) {
        return CONTROLS.matcher(text.replace('\t', ' ')).replaceAll("\uFFFD");
    }

    /** {@code 127.0.0.1:10050} or {@code [0:0:0:0:0:0:0:1]:10050}, without the slash that Java puts before it. */
    static String address(SocketAddress address) {
        String text = address.toString();
        return address instanceof InetSocketAddress ? text.substring(text.indexOf('/') + 1) : text;
    }
}
