package io.github.packetboat.mailbox;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a mail apart into its parts (RFC 2045, RFC 2046), whatever state it is in: never fails, reports what it had to read
 * around, and does work and takes memory in proportion to the size of the mail. One thread only.
 */
final class MimeParser {
    static final int MAX_DEPTH = 20;
    static final int MAX_PARTS = 1000;
    private static final int MAX_BOUNDARY = 1000;

    private final byte[] raw;
    private final Charset fallback;
    private final Defects defects;
    private int parts;

    private MimeParser(byte[] raw, Charset fallback, Defects defects) {
        this.raw = raw;
        this.fallback = fallback;
        this.defects = defects;
    }

    static MimePart parse(byte[] raw, Charset fallback, Defects defects) {
        return new MimeParser(raw, fallback, defects).part(0, raw.length, 0, "text/plain");
    }

    /** Where the body of the part at {@code from} begins: behind the first empty line, or at {@code to}. */
    static int bodyBegin(byte[] raw, int from, int to) {
        int at = from;
        while (at < to) {
            int next = Lines.next(raw, at, to);
            if (Lines.endOfText(raw, at, next) == at) {
                return next;
            }
            at = next;
        }
        return to;
    }

    private MimePart part(int from, int to, int depth, String defaultType) {
        parts++;
        int body = bodyBegin(raw, from, to);
        HeaderFields header = HeaderFields.parse(raw, from, body, fallback, defects);
        Parameters type = type(header, defaultType);
        Parameters disposition = Parameters.parse(header.first("Content-Disposition"), fallback, defects);
        if (!type.value().startsWith("multipart/")) {
            return leaf(header, body, to, type, disposition);
        }
        if (depth == MAX_DEPTH || parts >= MAX_PARTS) {
            defects.add(
                    Defect.Kind.TOO_COMPLEX,
                    depth == MAX_DEPTH ? "parts nested deeper than " + MAX_DEPTH : "more than " + MAX_PARTS + " parts");
            return leaf(header, body, to, parameters("application/octet-stream"), disposition);
        }
        String boundary = boundary(type, body, to);
        if (boundary == null) {
            return leaf(header, body, to, parameters("text/plain"), disposition);
        }
        String childType = type.value().equals("multipart/digest") ? "message/rfc822" : "text/plain";
        List<MimePart> children = children(body, to, boundary, depth, childType);
        if (children.isEmpty()) {
            defects.add(Defect.Kind.BOUNDARY_NOT_FOUND, "boundary " + boundary);
            return leaf(header, body, to, parameters("text/plain"), disposition);
        }
        return new MimePart(raw, header, body, to, type, disposition, children);
    }

    private MimePart leaf(HeaderFields header, int body, int to, Parameters type, Parameters disposition) {
        MimePart leaf = new MimePart(raw, header, body, to, type, disposition, List.of());
        leaf.checkEncoding(defects);
        return leaf;
    }

    private Parameters parameters(String type) {
        return Parameters.parse(type, fallback, defects);
    }

    private Parameters type(HeaderFields header, String defaultType) {
        String field = header.first("Content-Type");
        if (field.isBlank()) {
            return parameters(defaultType);
        }
        Parameters type = Parameters.parse(field, fallback, defects);
        if (type.value().matches("[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,127}")) {
            return type;
        }
        defects.add(Defect.Kind.MEDIA_TYPE, field);
        boolean text = type.value().indexOf('/') < 0 || type.value().startsWith("text/"); // RFC 2045 §5.2
        int semicolon = field.indexOf(';');
        return parameters(
                (text ? "text/plain" : "application/octet-stream") + (semicolon < 0 ? "" : field.substring(semicolon)));
    }

    /** The boundary of a multipart: what it says, else what its first line of hyphens looks like, else null. */
    private @Nullable String boundary(Parameters type, int from, int to) {
        String said = type.get("boundary");
        if (!said.isEmpty() && said.length() <= MAX_BOUNDARY) {
            return said;
        }
        defects.add(Defect.Kind.MISSING_BOUNDARY, "in a part of type " + type.value());
        for (int at = from, next; at < to; at = next) {
            next = Lines.next(raw, at, to);
            int end = Lines.endOfText(raw, at, next);
            if (end - at > 4 && end - at <= MAX_BOUNDARY && raw[at] == '-' && raw[at + 1] == '-' && raw[at + 2] > ' ') {
                return new String(raw, at + 2, end - at - 2, StandardCharsets.ISO_8859_1).stripTrailing();
            }
        }
        return null;
    }

    private List<MimePart> children(int from, int to, String boundary, int depth, String childType) {
        byte[] delimiter = ("--" + boundary).getBytes(StandardCharsets.UTF_8);
        List<MimePart> children = new ArrayList<>();
        int childFrom = -1;
        for (int at = from, next; at < to; at = next) {
            next = Lines.next(raw, at, to);
            int textEnd = Lines.endOfText(raw, at, next);
            if (!isDelimiter(at, textEnd, delimiter)) {
                continue;
            }
            if (childFrom >= 0) {
                children.add(part(childFrom, beforeLineEnd(childFrom, at), depth + 1, childType));
            }
            int tail = at + delimiter.length;
            if (textEnd - tail >= 2 && raw[tail] == '-' && raw[tail + 1] == '-') {
                return children;
            }
            if (parts >= MAX_PARTS) {
                defects.add(Defect.Kind.TOO_COMPLEX, "more than " + MAX_PARTS + " parts");
                return children;
            }
            childFrom = next;
        }
        if (childFrom >= 0) {
            defects.add(Defect.Kind.UNTERMINATED, "no end of boundary " + boundary);
            children.add(part(childFrom, to, depth + 1, childType));
        }
        return children;
    }

    private boolean isDelimiter(int from, int to, byte[] delimiter) {
        if (to - from < delimiter.length) {
            return false;
        }
        for (int i = 0; i < delimiter.length; i++) {
            if (raw[from + i] != delimiter[i]) {
                return false;
            }
        }
        int at = from + delimiter.length;
        if (to - at >= 2 && raw[at] == '-' && raw[at + 1] == '-') {
            at += 2;
        }
        while (at < to && (raw[at] == ' ' || raw[at] == '\t')) {
            at++;
        }
        return at == to;
    }

    /** The line end before a delimiter belongs to the delimiter. */
    private int beforeLineEnd(int from, int delimiter) {
        return Math.max(from, Lines.endOfText(raw, from, delimiter));
    }
}
