package io.github.packetboat.internal.mime;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Writes header fields (RFC 5322 §2.2), folded so that lines have at most 78 characters wherever there is a place to fold,
 * and never more than 998 bytes. Values must have been checked: they hold no control character but tabs. Not thread-safe.
 */
public final class HeaderFields {
    private static final int SOFT_LINE = 78;
    /** RFC 5322 §2.1.1 allows 998; a word as long as this is encoded rather than brought near to it. */
    private static final int LONGEST_WORD = 900;
    /** A quoted name longer than this is encoded, since it has no place to fold. */
    private static final int LONGEST_QUOTED = 60;

    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private final MimeBuffer out;
    private final Charset charset;
    private final boolean utf8;
    private int column;
    /** The longest that the line may be: shorter once it has an encoded word. */
    private int limit;
    /** Whether nothing stands behind the name yet. */
    private boolean empty;

    HeaderFields(MimeBuffer out, Form form, Charset charset) {
        this.out = out;
        this.charset = charset;
        utf8 = form == Form.UTF8;
    }

    /** A field whose value is short ASCII. */
    public HeaderFields field(String name, String ascii) {
        start(name);
        out.put(' ');
        out.ascii(ascii);
        return end();
    }

    /** A field of ASCII words, between which it may be folded. */
    public HeaderFields words(String name, Iterable<String> words, String separator) {
        start(name);
        String before = "";
        for (String word : words) {
            out.ascii(before);
            column += before.length();
            before = separator;
            space(word.length() + separator.length());
            out.ascii(word);
            column += word.length();
        }
        return end();
    }

    /** A field that people read (unstructured, RFC 5322 §2.2.1). */
    public HeaderFields text(String name, String value) {
        start(name);
        if (!value.isEmpty() && isPlain(value)) {
            plain(value);
        } else {
            encoded(value);
        }
        return end();
    }

    /** A field with the time (RFC 5322 §3.3); its year has four digits. */
    public HeaderFields date(String name, OffsetDateTime time) {
        OffsetDateTime t =
                time.getOffset().getTotalSeconds() % 60 == 0 ? time : time.withOffsetSameInstant(ZoneOffset.UTC);
        start(name);
        out.put(' ');
        out.ascii(DAYS[t.getDayOfWeek().ordinal()]);
        out.ascii(", ");
        if (t.getDayOfMonth() >= 10) {
            out.put('0' + t.getDayOfMonth() / 10);
        }
        out.put('0' + t.getDayOfMonth() % 10);
        out.put(' ');
        out.ascii(MONTHS[t.getMonthValue() - 1]);
        out.put(' ');
        twoDigits(t.getYear() / 100);
        twoDigits(t.getYear() % 100);
        out.put(' ');
        twoDigits(t.getHour());
        out.put(':');
        twoDigits(t.getMinute());
        out.put(':');
        twoDigits(t.getSecond());
        int minutes = t.getOffset().getTotalSeconds() / 60;
        out.ascii(minutes < 0 ? " -" : " +");
        twoDigits(Math.abs(minutes) / 60);
        twoDigits(Math.abs(minutes) % 60);
        return end();
    }

    /** Starts a field of addresses: then comes {@link #mailbox} for each, and {@link #end()}. */
    public HeaderFields addresses(String name) {
        start(name);
        return this;
    }

    /**
     * One address of the field.
     *
     * @param displayName empty for none
     * @param address ASCII unless the form is {@link Form#UTF8}
     */
    public HeaderFields mailbox(String displayName, String address) {
        if (!empty) {
            out.put(',');
            column++;
        }
        boolean bare = displayName.isEmpty();
        if (!bare) {
            phrase(displayName);
        }
        int length = bytes(address) + (bare ? 1 : 3); // <, > and the comma
        space(length);
        int before = out.length();
        if (!bare) {
            out.put('<');
        }
        if (utf8) {
            out.utf8(address);
        } else {
            out.ascii(address);
        }
        if (!bare) {
            out.put('>');
        }
        column += out.length() - before;
        return this;
    }

    /** Ends the field. */
    public HeaderFields end() {
        out.crlf();
        column = 0;
        return this;
    }

    private void start(String name) {
        out.ascii(name);
        out.put(':');
        column = name.length() + 1;
        limit = SOFT_LINE;
        empty = true;
    }

    /** The display name of an address: as atoms, quoted, or as encoded words, whichever is the first that can hold it. */
    private void phrase(String name) {
        boolean atoms = isPlain(name);
        boolean quotable = name.length() <= LONGEST_QUOTED;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            quotable &= c >= ' ' && (c < 0x7F || utf8 && c > 0x7F);
            atoms &= c == ' ' ? i > 0 && name.charAt(i - 1) != ' ' : isAtom(c);
        }
        if (atoms) {
            plain(name);
        } else if (quotable && !name.contains("=?")) {
            quoted(name);
        } else {
            encoded(name);
        }
    }

    private void encoded(String value) {
        column = EncodedWords.put(out, column, value, charset);
        limit = EncodedWords.MAX_LINE;
        empty = false;
    }

    private void quoted(String name) {
        String escaped = name.replace("\\", "\\\\").replace("\"", "\\\"");
        space(bytes(escaped) + 2);
        int before = out.length();
        out.put('"');
        if (utf8) {
            out.utf8(escaped);
        } else {
            out.ascii(escaped);
        }
        out.put('"');
        column += out.length() - before;
    }

    /** Text that needs no encoding, folded where a single space stands. */
    private void plain(String value) {
        if (!utf8 && column + 1 + value.length() <= limit) {
            space(value.length());
            out.ascii(value);
            column += value.length();
            return;
        }
        int start = 0;
        while (start < value.length()) {
            int end = wordEnd(value, start);
            space(utf8 ? bytes(value.substring(start, end)) : end - start);
            int before = out.length();
            if (utf8) {
                out.utf8(value.substring(start, end));
            } else {
                out.ascii(value, start, end);
            }
            column += out.length() - before;
            start = end + 1;
        }
    }

    /** The index of the next space that has no other beside it, or the end. */
    private static int wordEnd(String value, int start) {
        for (int i = start; i < value.length(); i++) {
            if (value.charAt(i) == ' ' && value.charAt(i - 1) != ' ' && value.charAt(i + 1) != ' ') {
                return i;
            }
        }
        return value.length();
    }

    /** Whether readers get {@code value} back if it is written as it is. */
    private boolean isPlain(String value) {
        if (value.charAt(0) == ' ' || value.charAt(value.length() - 1) == ' ') {
            return false;
        }
        int wordBytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == 0x7F || c > 0x7F && (!utf8 || Character.isISOControl(c))) {
                return false;
            }
            if (c == '=' && i + 1 < value.length() && value.charAt(i + 1) == '?') {
                return false;
            }
            boolean fold = c == ' ' && value.charAt(i - 1) != ' ' && value.charAt(i + 1) != ' ';
            wordBytes = fold ? 0 : wordBytes + (c > 0x7F ? 3 : 1);
            if (wordBytes > LONGEST_WORD) {
                return false;
            }
        }
        return true;
    }

    /** A space, behind a line break if the line has no room for {@code length} more; the first word stays beside its name. */
    private void space(int length) {
        if (!empty && column + 1 + length > limit) {
            out.crlf();
            column = 0;
            limit = SOFT_LINE;
        }
        out.put(' ');
        column++;
        empty = false;
    }

    private int bytes(String text) {
        return utf8 ? text.getBytes(StandardCharsets.UTF_8).length : text.length();
    }

    private boolean isAtom(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c > 0x7F && utf8
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
    }

    private void twoDigits(int value) {
        out.put('0' + value / 10);
        out.put('0' + value % 10);
    }
}
