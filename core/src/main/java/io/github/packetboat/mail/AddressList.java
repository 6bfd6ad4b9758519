package io.github.packetboat.mail;

import java.util.ArrayList;
import java.util.List;

/** Reads {@code Bob <bob@example.org>, "Smith, Jo" <jo@example.org>, a@b}: RFC 5322 §3.4 without groups and comments. */
final class AddressList {
    private static final String FIELD = "addresses";
    /** What a name holds only in quotes; unlike RFC 5322 we let the dot of "J. Smith" be. */
    private static final String SPECIALS = "<>()[]:;@\\,";

    private final String text;

    AddressList(String text) {
        this.text = text;
    }

    List<Address> all() {
        List<Address> found = new ArrayList<>();
        int start = 0;
        boolean angle = false;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '"' -> i = quoteEnd(i);
                case '<' -> angle = true;
                case '>' -> angle = false;
                case ',' -> {
                    if (!angle) {
                        found.add(one(start, i));
                        start = i + 1;
                    }
                }
                default -> {
                    /* part of a name or an address, checked as such */
                }
            }
        }
        found.add(one(start, text.length()));
        return found;
    }

    /** The index of the quote that ends what the one at {@code open} begins. */
    private int quoteEnd(int open) {
        for (int i = open + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i;
            }
            if (c == '\\') {
                i++;
            }
        }
        throw new IllegalArgumentException(FIELD + " has a quote at index " + open + " that nothing ends");
    }

    private Address one(int from, int to) {
        String part = text.substring(from, to).strip();
        if (!part.endsWith(">")) {
            return AddressSyntax.address(FIELD, part, "");
        }
        int open = angle(from, to);
        String name = name(from, open);
        int close = text.lastIndexOf('>', to - 1);
        return AddressSyntax.address(FIELD, text.substring(open + 1, close), name);
    }

    private int angle(int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '<') {
                return i;
            }
            if (c == '"') {
                i = quoteEnd(i);
            }
        }
        throw new IllegalArgumentException(FIELD + " has a > that no < belongs to, before index " + to);
    }

    /** Words and quoted words, with one space between them. */
    private String name(int from, int to) {
        StringBuilder name = new StringBuilder();
        boolean space = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t') {
                space = !name.isEmpty();
                continue;
            }
            if (space) {
                name.append(' ');
                space = false;
            }
            if (c == '"') {
                int end = quoteEnd(i);
                unescaped(i + 1, end, name);
                i = end;
            } else if (SPECIALS.indexOf(c) >= 0) {
                throw new IllegalArgumentException(
                        FIELD + " has '" + c + "' at index " + i + " in a name, where it may be in quotes only");
            } else {
                name.append(c);
            }
        }
        return name.toString();
    }

    private void unescaped(int from, int to, StringBuilder name) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) == '\\') {
                i++;
            }
            name.append(text.charAt(i));
        }
    }
}
