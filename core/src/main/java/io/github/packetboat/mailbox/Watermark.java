package io.github.packetboat.mailbox;

import io.github.packetboat.internal.Check;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Up to where a {@link Watch} has told of new mail. Its text can be kept, in a file or database, to go on from there another
 * day. Immutable and thread-safe.
 */
public final class Watermark {
    /** From now on: what is in the folder already is not told. */
    public static final Watermark NOW = new Watermark(0, 0, Set.of());

    private static final int MAX_TEXT = 64 * 1024 * 1024;

    private final long uidValidity;
    private final long uid;
    private final Set<String> ids;

    private Watermark(long uidValidity, long uid, Set<String> ids) {
        this.uidValidity = uidValidity;
        this.uid = uid;
        this.ids = ids;
    }

    static Watermark imap(long uidValidity, long uid) {
        return new Watermark(uidValidity, uid, Set.of());
    }

    static Watermark pop3(Set<String> ids) {
        return new Watermark(-1, 0, Set.copyOf(ids));
    }

    /**
     * What {@link #toString()} has made.
     *
     * @throws IllegalArgumentException if it is nothing of the kind
     */
    public static Watermark parse(String text) {
        Check.notNull("watermark", text);
        if (text.equals("now")) {
            return NOW;
        }
        if (text.matches("imap:[0-9]{1,10}:[0-9]{1,10}")) {
            String[] parts = text.split(":");
            return imap(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        }
        if (text.startsWith("pop3:") && text.length() <= MAX_TEXT && isAscii(text)) {
            String ids = text.substring("pop3:".length());
            return pop3(ids.isEmpty() ? Set.of() : new LinkedHashSet<>(Arrays.asList(ids.split(" "))));
        }
        throw new IllegalArgumentException("watermark is not in a form that Watermark.toString() makes");
    }

    private static boolean isAscii(String text) {
        return Texts.isAscii(text.getBytes(StandardCharsets.UTF_8));
    }

    boolean isNow() {
        return uidValidity == 0;
    }

    boolean isPop3() {
        return uidValidity < 0;
    }

    long uidValidity() {
        return uidValidity;
    }

    long uid() {
        return uid;
    }

    Set<String> ids() {
        return ids;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Watermark that
                && uidValidity == that.uidValidity
                && uid == that.uid
                && ids.equals(that.ids);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(uidValidity * 31 + uid) + ids.hashCode();
    }

    /** A text for {@link #parse}. */
    @Override
    public String toString() {
        if (isNow()) {
            return "now";
        }
        return isPop3()
                ? ids.stream().sorted().collect(Collectors.joining(" ", "pop3:", ""))
                : "imap:" + uidValidity + ":" + uid;
    }
}
