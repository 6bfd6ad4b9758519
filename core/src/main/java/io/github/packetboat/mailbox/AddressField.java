package io.github.packetboat.mailbox;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/** Takes a list of addresses apart (RFC 5322 §3.4) as well as it goes: comments, groups, no quotes. One thread only. */
final class AddressField {
    private static final int MAX_ADDRESSES = 1000;

    private final StringBuilder name = new StringBuilder();
    private final StringBuilder comment = new StringBuilder();
    private final StringBuilder inAngles = new StringBuilder();
    private final List<ReceivedAddress> found = new ArrayList<>();
    private final Charset fallback;
    private final Defects defects;
    private boolean angles;
    private boolean closed; // whether inAngles has its >

    private AddressField(Charset fallback, Defects defects) {
        this.fallback = fallback;
        this.defects = defects;
    }

    static List<ReceivedAddress> parse(String field, Charset fallback, Defects defects) {
        AddressField parser = new AddressField(fallback, defects);
        parser.run(field);
        return List.copyOf(parser.found);
    }

    private void run(String field) {
        boolean quoted = false;
        int depth = 0;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            StringBuilder target = depth > 0 ? comment : angles && !closed ? inAngles : name;
            if (c == '\\' && (quoted || depth > 0) && i + 1 < field.length()) {
                append(target, field.charAt(++i));
            } else if (c == '"' && depth == 0) {
                quoted = !quoted;
                if (target == inAngles) {
                    target.append(c);
                }
            } else if (quoted) {
                append(target, c);
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (depth > 0) {
                comment.append(c);
            } else if (c == '<') {
                angles = true;
                closed = false;
                inAngles.setLength(0);
            } else if (c == ',' || c == ';') {
                finish();
            } else if (c == ':' && !angles) {
                name.setLength(0); // the name of a group
            } else {
                append(target, c);
            }
        }
        finish();
    }

    private void append(StringBuilder target, char c) {
        target.append(c);
        closed |= target == inAngles && c == '>';
    }

    private void finish() {
        String display = EncodedWords.decode(name.toString().strip(), fallback, defects);
        String address = inAngles.toString().replace(">", "").strip();
        if (!angles) {
            address = display;
            display = EncodedWords.decode(comment.toString().strip(), fallback, defects);
            if (address.indexOf('@') < 0 && address.indexOf(' ') >= 0) {
                display = address;
                address = "";
            }
        }
        if ((!address.isEmpty() || !display.isEmpty()) && found.size() < MAX_ADDRESSES) {
            found.add(new ReceivedAddress(display, address));
        }
        name.setLength(0);
        comment.setLength(0);
        inAngles.setLength(0);
        angles = false;
        closed = false;
    }
}
